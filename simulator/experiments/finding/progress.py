"""How a search goes on, on a terminal, in Jupyter, or as a line every ten seconds."""

from __future__ import annotations

import time

from rich.console import Console
from rich.status import Status
from rich.text import Text

from simulator.experiments.finding.documents import Document, count_of, entries, populations
from simulator.experiments.finding.failures import Failure
from simulator.experiments.running.engines import Engine

_LINE_EVERY = 10.0
"""Seconds between two lines where there is no terminal."""
_STEPS = ("subscriptions", "timeline", "faults")


def size_of(document: Document) -> str:
    """``4 agents, 7 entries``."""
    agents = sum(map(count_of, populations(document).values()))
    steps = sum(len(entries(document, part)) for part in _STEPS)
    return f"{agents} agent{'s' * (agents != 1)}, {steps} entr{'ies' if steps != 1 else 'y'}"


class FindProgress:
    """Follows a search. Use it as a context manager."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._status = Status("", console=self._console)
        self._live = self._console.is_terminal or self._console.is_jupyter
        self._told = time.perf_counter()

    def __enter__(self) -> FindProgress:
        if self._live:
            self._status.start()
        return self

    def __exit__(self, *details: object) -> None:
        if self._live:
            self._status.stop()

    def begin(self, engine: Engine) -> None:
        """Say who does the runs, and where Dask shows its work."""
        seen = f"; Dask's dashboard: {engine.dashboard}" if engine.dashboard else ""
        self._say(f"runs on {engine.where}{seen}")

    def tried(self, runs: int) -> None:
        """Show how many variants were tried."""
        self._show(f"{runs} run{'s' if runs != 1 else ''}, nothing wrong")

    def found(self, failure: Failure, runs: int) -> None:
        """Say what was found."""
        self._say(f"run {runs} fails: {failure.text}; making it smaller")

    def shrunk(self, runs: int, document: Document) -> None:
        """Show how small it is."""
        self._show(f"{runs} run{'s' if runs != 1 else ''} to make it smaller: {size_of(document)}")

    def _say(self, text: str) -> None:
        self._console.print(Text(text), soft_wrap=True)

    def _show(self, text: str) -> None:
        self._status.update(Text(text))
        now = time.perf_counter()
        if not self._live and now - self._told >= _LINE_EVERY:
            self._told = now
            self._say(text)
