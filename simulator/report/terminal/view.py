"""Where a run is: a fold over its records, for whoever follows it while it goes on."""

from __future__ import annotations

from collections import deque
from typing import Any

from pydantic import ValidationError

from simulator.analysis.folds.convergence import ConvergenceMonitor
from simulator.analysis.measurement import closes
from simulator.journal import records as events
from simulator.scenario.reading.recorded import RecordedScenario

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
        return RecordedScenario.model_validate(scenario).run.limit
    except ValidationError:
        return None


class Rate:
    """Events per second of real time, over the last seconds. Times in seconds."""

    def __init__(self) -> None:
        self._looks: deque[tuple[float, int]] = deque()
        self._news = 0.0

    def look(self, now: float, records: int) -> None:
        """Note how many records there are at a time."""
        if not self._looks or records > self._looks[-1][1]:
            self._news = now
        self._looks.append((now, records))
        while now - self._looks[0][0] > _RATE_OVER:
            self._looks.popleft()

    @property
    def per_second(self) -> float | None:
        """The rate, or None where nothing can be said yet."""
        if not self._looks:
            return None
        (first, before), (last, records) = self._looks[0], self._looks[-1]
        return (records - before) / (last - first) if last > first else None

    def quiet(self, now: float) -> float:
        """For how long there has been nothing new."""
        return now - self._news if self._looks else 0.0
