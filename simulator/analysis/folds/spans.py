"""Spans of time: of availability, of how each watch stood, and of faults."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import NamedTuple

from simulator.analysis.folds.watches import Sight, WatchState
from simulator.journal.records import Actual, FaultChanged
from simulator.scenario.plan import MAY_LAST


class AvailabilitySpan(NamedTuple):
    """One resource was available with one show from `begin` to `end` (microseconds)."""

    agent: str
    resource: str
    show: str
    begin: int
    end: int


class AvailabilitySpans:
    """Collects the spans of actual availability, in the order of their ends."""

    def __init__(self) -> None:
        self.all: list[AvailabilitySpan] = []
        self._open: dict[tuple[str, str], tuple[str, int]] = {}

    def actual(self, record: Actual) -> None:
        """Take what the server accepted."""
        key = (record.agent, record.resource)
        held = self._open.get(key)
        if held is not None:
            if record.available and held[0] == record.show:
                return
            self._close(key, record.t)
        if record.available:
            self._open[key] = (record.show, record.t)

    def finish(self, end: int) -> None:
        """The observation ended at `end`."""
        for key in list(self._open):
            self._close(key, end)

    def _close(self, key: tuple[str, str], t: int) -> None:
        show, begin = self._open.pop(key)
        if begin < t:
            self.all.append(AvailabilitySpan(*key, show, begin, t))


class SightSpans:
    """Collects the spans of authorised watches, in the order of their ends, in columns.

    `watch` stood as `sight` from `begin` to `end` (microseconds). `times` has the microseconds
    of all watches by `Sight`.
    """

    def __init__(self) -> None:
        self.watch: list[WatchState] = []
        self.sight = array("b")
        self.begin = array("q")
        self.end = array("q")
        self.times = [0] * len(Sight)

    def add(self, watch: WatchState, sight: Sight, begin: int, end: int) -> None:
        """A watch stood one way for a while. Where it was not authorised there is no span."""
        if sight and begin < end:
            self.watch.append(watch)
            self.sight.append(sight)
            self.begin.append(begin)
            self.end.append(end)
            self.times[sight] += end - begin

    def finish(self, watches: Iterable[WatchState], end: int) -> None:
        """The observation ended at `end`."""
        for watch in watches:
            self.add(watch, watch.sight, watch.sight_since, end)


class FaultSpan(NamedTuple):
    """A fault of the scenario, from `begin` to `end` (microseconds); at once: both are the same.

    `agents`: whom it hit; empty for the server's own.
    """

    origin: str
    fault: str
    agents: tuple[str, ...]
    begin: int
    end: int


class FaultSpans:
    """Collects the spans of faults, in the order of their ends."""

    def __init__(self) -> None:
        self.all: list[FaultSpan] = []
        self._open: dict[tuple[str, str, tuple[str, ...]], list[int]] = {}

    def changed(self, record: FaultChanged) -> None:
        """Take the begin or end of a fault."""
        key = (record.origin, record.fault, record.agents)
        if record.state == "end":
            if begins := self._open.get(key):
                self.all.append(FaultSpan(*key, begins.pop(0), record.t))
        elif record.fault in MAY_LAST:
            self._open.setdefault(key, []).append(record.t)
        else:
            self.all.append(FaultSpan(*key, record.t, record.t))

    def finish(self, end: int) -> None:
        """The observation ended at `end`, and so does what still lasts."""
        for key, begins in self._open.items():
            self.all += [FaultSpan(*key, begin, end) for begin in begins]
        self._open.clear()
