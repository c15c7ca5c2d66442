"""Progress of a sweep: a bar with the time that is left, on a terminal and in Jupyter."""

from __future__ import annotations

import time

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from simulator.experiments.running.engines import Engine

_LINE_EVERY = 10.0
"""Seconds between two lines where there is no terminal."""


class SweepProgress:
    """Follows a sweep. Use it as a context manager.

    Elsewhere than on a terminal or in Jupyter it is a line every ten seconds.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._bar = Progress(
            TextColumn("runs"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left:"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
            console=self._console,
            transient=True,
        )
        self._task = self._bar.add_task("", total=None, note="")
        self._live = self._console.is_terminal or self._console.is_jupyter
        self._told = time.perf_counter()

    def __enter__(self) -> SweepProgress:
        if self._live:
            self._bar.start()
        return self

    def __exit__(self, *details: object) -> None:
        if self._live:
            self._bar.stop()

    def begin(self, engine: Engine) -> None:
        """Say who does the runs, and where Dask shows its work."""
        self._bar.reset(self._task)  # what it took until here says nothing of a run
        seen = f"; Dask's dashboard: {engine.dashboard}" if engine.dashboard else ""
        self._console.print(Text(f"runs on {engine.where}{seen}"), soft_wrap=True)

    def step(self, done: int, total: int, failed: int) -> None:
        """Show how many runs are over."""
        note = f"{failed} did not pass" if failed else ""
        self._bar.update(self._task, completed=done, total=total, note=note)
        now = time.perf_counter()
        if not self._live and now - self._told >= _LINE_EVERY:
            self._told = now
            left = self._bar.tasks[0].time_remaining
            rest = "" if left is None else f", about {left:.0f} s left"
            self._console.print(
                Text(f"{done} of {total} runs{rest} {note}".rstrip()), soft_wrap=True
            )
