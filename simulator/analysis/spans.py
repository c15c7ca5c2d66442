"""Spans of time: how long each agent was available as what, and how each watch stood."""

from __future__ import annotations

from typing import NamedTuple

from simulator.analysis.watches import Sight, WatchState
from simulator.events import Actual


class AvailabilitySpan(NamedTuple):
    """One resource was available with one show from `begin` to `end` (microseconds)."""

    agent: str
    resource: str
    show: str
    begin: int
    end: int


class SightSpan(NamedTuple):
    """An authorised watch stood one way from `begin` to `end` (microseconds)."""

    watcher: str
    contact: str
    sight: Sight
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
    """Collects the spans of authorised watches, in the order of their ends."""

    def __init__(self) -> None:
        self.all: list[SightSpan] = []
        self._since: dict[WatchState, int] = {}

    def sight_changed(self, watch: WatchState, old: Sight, t: int) -> None:
        """Take a change of how a watch stands."""
        if old:
            self._add(watch, old, self._since.pop(watch), t)
        if watch.sight:
            self._since[watch] = t

    def finish(self, end: int) -> None:
        """The observation ended at `end`."""
        for watch, begin in self._since.items():
            self._add(watch, watch.sight, begin, end)
        self._since.clear()

    def _add(self, watch: WatchState, sight: Sight, begin: int, end: int) -> None:
        if begin < end:
            self.all.append(SightSpan(watch.watcher, watch.contact, sight, begin, end))
