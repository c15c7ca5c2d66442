"""Progress while a run goes on: agents started, virtual time, convergence so far."""

from __future__ import annotations

import sys
import time

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from simulator.analysis.live import LiveMeasurement
from simulator.analysis.measurement import Measurement
from simulator.analysis.quantities import time_text
from simulator.analysis.states import Share
from simulator.journal.records import Agent, AnyRecord, RunEnded

_LOOK_EVERY = 64
"""The real clock is read once in so many records."""
_LINE_EVERY = 5.0
"""Seconds between two lines where there is no terminal."""
_DRAW_EVERY = 0.1
MEASURING = "the run has ended; its results are being worked out"


class Progress:
    """Follows the journal and shows where the run is. Use it as a context manager.

    On a terminal it is a bar and a line that change, in a notebook a line that changes; elsewhere
    a line every five seconds.
    """

    def __init__(self, console: Console, agents: int, limit: int, live: LiveMeasurement) -> None:
        self._console = console
        self._agents = agents
        self._limit = limit
        self._measured = live
        self._started = 0
        self._records = 0
        self._drawn = self._began = time.perf_counter()
        self._live = Live(console=console, auto_refresh=False, transient=True)

    def see(self, record: AnyRecord) -> None:
        """Take one record into account."""
        self._records += 1
        if isinstance(record, Agent) and record.state == "started":
            self._started += 1
        if isinstance(record, RunEnded):
            self._show(MEASURING)
        elif not self._records % _LOOK_EVERY:
            self._draw_sometimes(record.t)

    def _draw_sometimes(self, t: int) -> None:
        now = time.perf_counter()
        changing = self._console.is_terminal or self._console.is_jupyter
        every = _DRAW_EVERY if changing else _LINE_EVERY
        if now - self._drawn < every:
            return
        self._drawn = now
        started = min(self._started, self._agents)
        text = status_line(started, self._agents, t, self._limit, self._measured.so_far)
        if self._console.is_terminal:
            self._show(text, self._bar(t, now))
        elif self._console.is_jupyter:
            self._rewrite(text)
        else:
            self._console.print(Text(text), soft_wrap=True)

    def _show(self, text: str, *above: Table) -> None:
        """The line of a terminal, with what is above it; elsewhere nothing."""
        if self._console.is_terminal:
            line = Text(text, no_wrap=True, overflow="ellipsis")
            self._live.update(Group(*above, line), refresh=True)

    def _rewrite(self, text: str) -> None:
        """The line of a notebook: a carriage return begins it anew, as on any output."""
        sys.stdout.write(f"\r{text:<79}\r")
        sys.stdout.flush()

    def _bar(self, t: int, now: float) -> Table:
        """How much of the run's longest time has passed, and what is left in real time."""
        row = Table.grid(padding=(0, 2))
        left = (now - self._began) * max(0, self._limit - t) / t if t else None
        text = f"{t * 100 // self._limit:>3}%" if self._limit else ""
        if left is not None:
            text += f"  {time_left(left)}"
        row.add_row(ProgressBar(total=self._limit, completed=t, width=40), Text(text))
        return row

    def __enter__(self) -> Progress:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._live.stop()
        if self._console.is_jupyter:
            self._rewrite("")


def time_left(seconds: float) -> str:
    """What is left at most, at the pace so far."""
    whole = max(1, round(seconds))
    return f"at most {time_text(whole)} left"


def status_line(running: int, agents: int, t: int, limit: int | None, run: Measurement) -> str:
    """Where a run is, in fewer than 80 columns."""
    most = f" of {time_text(limit / 1e6)}" if limit else ""
    return (
        f"{running}/{agents} agents · {time_text(round(t / 1e6, 1))}{most}"
        f" · watches in force {percent(run.declared_share)}"
        f" · seen right {percent(run.availability_share)}"
    )


def percent(share: Share) -> str:
    """A share in whole percent, rounded down: only what is complete is 100 %."""
    return f"{share.right * 100 // share.total}%" if share.total else "-"
