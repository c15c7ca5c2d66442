"""Follows a run while it goes on: reads its journal as it grows, and shows where the run is.

On a terminal it is a small table that changes; elsewhere a line every few seconds.
"""

from __future__ import annotations

import json
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from simulator import events
from simulator.analysis.convergence import ConvergenceMonitor, Share
from simulator.analysis.measurement import closes
from simulator.errors import RunFolderError
from simulator.folder import SUMMARY
from simulator.journal import FILE_NAME, JournalTail
from simulator.report.progress import status_line
from simulator.report.text import printable
from simulator.scenario.schema import ForDuration, RunWords

PATIENCE = 10.0
"""Seconds to wait for a run folder, and for the journal in it."""
SUMMARY_PATIENCE = 60.0
"""Seconds to wait for the summary of a run that ended while it was watched."""
_LOOK_EVERY = 0.2
_LINE_EVERY = 5.0
"""Seconds between two lines where there is no terminal."""
_RATE_OVER = 3.0
"""Seconds of real time over which the rate of events is taken."""


class RunView:
    """Where a run is: a fold over its records. Times in microseconds.

    `states`: the last state of each planned agent; `ended` is the last record, once it is there.
    """

    def __init__(self) -> None:
        self.run: events.RunStarted | None = None
        self.limit: int | None = None
        self.ended: events.RunEnded | None = None
        self.states: dict[str, str] = {}
        self.monitor = ConvergenceMonitor()
        self.records = 0
        self.t = 0
        self._observing = True

    def see(self, record: events.AnyRecord) -> None:
        """Take the next record."""
        self.records += 1
        self.t = record.t
        self._observing = self._observing and not closes(record)
        if self._observing:  # what the harness does at the end is no part of the run
            self.monitor.see(record)
        match record:
            case events.RunStarted():
                self.run, self.limit = record, run_limit(record.scenario)
            case events.Planned():
                self.states[record.agent] = "waiting"
            case events.Agent():
                self.states[record.agent] = "running" if record.state == "started" else record.state
            case events.Died():
                self.states[record.agent] = "dead"
            case events.RunEnded():
                self.ended = record

    @property
    def running(self) -> int:
        """How many agents are running."""
        return sum(state == "running" for state in self.states.values())


def run_limit(scenario: dict[str, Any]) -> int | None:
    """When a run of this resolved scenario ends at the latest; None where it does not say."""
    try:
        words: Any = TypeAdapter(RunWords).validate_python(
            scenario.get("run", {"until": "converged"})
        )
    except ValidationError:
        return None
    limit: int = words.duration + words.settle if isinstance(words, ForDuration) else words.at_most
    return limit


class Rate:
    """Events per second of real time, over the last seconds."""

    def __init__(self) -> None:
        self._looks: deque[tuple[float, int]] = deque()

    def look(self, now: float, records: int) -> None:
        """Note how many records there are at a time."""
        self._looks.append((now, records))
        while now - self._looks[0][0] > _RATE_OVER:
            self._looks.popleft()

    @property
    def per_second(self) -> float | None:
        """The rate, or None where nothing can be said yet."""
        (first, before), (last, records) = self._looks[0], self._looks[-1]
        return (records - before) / (last - first) if last > first else None
