"""One pass over a journal that measures everything.

The *observation* ends where the run begins to read the final views (or writes outcomes), or at
the journal's last record: what the harness does to take the agents down is no part of it. After
that only the final rosters count.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from simulator.analysis.folds.convergence import ConvergenceMonitor, Handler, Share
from simulator.analysis.folds.deaths import Deaths
from simulator.analysis.folds.detection import Detections
from simulator.analysis.folds.downtimes import Downtimes
from simulator.analysis.folds.outcomes import Ledger
from simulator.analysis.folds.phases import Phase, PhaseSpans
from simulator.analysis.folds.propagation import Propagation
from simulator.analysis.folds.series import Converged, Series, time_to_converge
from simulator.analysis.folds.spans import AvailabilitySpans, FaultSpans, SightSpans
from simulator.analysis.folds.watches import Sight, WatchState
from simulator.garbage import no_automatic_collection
from simulator.journal.records import (
    Action,
    Actual,
    Agent,
    AnyRecord,
    Belief,
    Died,
    Failure,
    FaultChanged,
    Outcome,
    Planned,
    Received,
    Roster,
    RunEnded,
    RunStarted,
    Sent,
    Session,
    View,
)

_AVAILABILITY = frozenset(("available", "unavailable"))
_CLOSING = frozenset((View, Belief, Outcome, RunEnded))
_MAY_CLOSE = _CLOSING | {Roster}


def closes(record: AnyRecord) -> bool:
    """Is this the first record after the observation?"""
    kind = type(record)
    return kind in _CLOSING or (isinstance(record, Roster) and record.source == "final")


class Measurement:
    """Everything that a journal's records tell, measured. Times are in microseconds.

    An incremental fold: give every record to `see`, in order, and call `finish` after the last.
    `records` is how many it has taken. Until the observation ends, `monitor` tells the convergence
    so far.

    `end` is when the observation ended; `rosters` and `availability` are the convergence over
    time; `final_rosters` is the share after the final rosters were read.
    """

    def __init__(self) -> None:
        self.records = 0
        self.ledger = Ledger()
        self.monitor = ConvergenceMonitor(self._sight_changed)
        self.watches = self.monitor.watches
        self.rosters = Series()
        self.availability = Series()
        self.available = AvailabilitySpans()
        self.sights = SightSpans()
        self.propagation = Propagation(self.watches)
        self.detections = Detections(self.watches)
        self.deaths = Deaths(self.watches.actual_of)
        self.downtimes = Downtimes()
        self.faults = FaultSpans()
        self.presences_received = 0
        self.end = 0
        self._spans = PhaseSpans()
        self._observing = True
        self._see = self._observed_handlers()

    def see(self, record: AnyRecord) -> None:
        """Take the next record. Raises pydantic.ValidationError for what holds no scenario."""
        monitor, t = self.monitor, record.t
        if t != monitor.time:
            if self._observing:
                self._instant_over(monitor.time)
            monitor.time = t
        kind = type(record)
        if kind in _MAY_CLOSE and self._observing and closes(record):
            self._close(t)
        for handler in self._see.get(kind, ()):
            handler(record)
        self.records += 1

    def finish(self) -> None:
        """There are no more records."""
        if self._observing:
            self._close(self.monitor.time)

    @property
    def final_rosters(self) -> Share:
        """Roster convergence at the end, with the rosters that were read then."""
        return self.monitor.rosters

    @property
    def final_availability(self) -> Share:
        """Availability convergence at the end of the observation."""
        return self.availability.shares[-1] if self.availability.shares else Share(0, 0)

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The phases of the run."""
        return self._spans.phases(self.end)

    def time_to_converge(self, series: Series) -> list[Converged]:
        """The time to converge of every phase."""
        return [time_to_converge(series, phase) for phase in self.phases]

    def _instant_over(self, t: int) -> None:
        """Take the shares at the end of an instant, if they may have changed in it."""
        monitor, watches = self.monitor, self.watches
        if monitor.changed:
            self.rosters.add(t, *monitor.roster_counts)
            monitor.changed = False
        if watches.changed:
            self.availability.add(t, *watches.right_and_authorised)
            watches.changed = False
        if self.propagation.receipts:
            self.propagation.instant_over()

    def _close(self, t: int) -> None:
        """The observation ends at `t`."""
        self._instant_over(t)
        self._observing = False
        self._see = self._closing_handlers()
        self.end = t
        self.available.finish(t)
        self.sights.finish(self.watches, t)
        self.downtimes.finish(t)
        self.faults.finish(t)
        self.propagation.finish(t, self.ledger.words.run.settle)

    def _sight_changed(self, watch: WatchState, old: Sight, since: int, t: int) -> None:
        if not self._observing:
            return
        self.sights.add(watch, old, since, t)
        if not watch.sight:
            self.propagation.watch_ended(watch, t)
            self.detections.watch_ended(watch)

    def _received(self, record: Received) -> None:
        if record.type not in _AVAILABILITY:
            self.monitor.oracle.received(record)
            return
        self.presences_received += 1
        watch = self.watches.received(record)
        if watch is not None:
            self.propagation.receipts.append((watch, record))
            if self.detections.awaited:
                self.detections.receipt(watch, record.t)

    def _observed_handlers(self) -> dict[type, list[Handler]]:
        """What takes a record while the observation lasts, by its type, in order."""
        handlers: dict[type, list[Handler]] = {
            kind: [handler] for kind, handler in self.monitor.handlers.items()
        }
        handlers[Received] = [self._received]
        extra: list[tuple[type, Handler]] = [
            (RunStarted, self.ledger.started),
            (Planned, self.ledger.plan),
            (Planned, self._spans.planned),
            (Action, self._spans.action),
            (FaultChanged, self._spans.fault),
            (FaultChanged, self.faults.changed),
            (FaultChanged, self.deaths.fault),
            (Died, self._spans.fault),
            (Died, self.detections.died),
            (Died, self.deaths.died),
            (Died, self.downtimes.died),
            (Agent, self._spans.agent),
            (Sent, self.propagation.sent),
            (Actual, self.propagation.actual),
            (Actual, self.available.actual),
            (Actual, self.detections.actual),
            (Actual, self.deaths.actual),
            (Actual, self.downtimes.actual),
            (Session, self.downtimes.session),
            (Failure, self.ledger.failed),
        ]
        for kind, handler in extra:
            handlers.setdefault(kind, []).append(handler)
        return handlers

    def _closing_handlers(self) -> dict[type, list[Handler]]:
        """What takes a record after the observation."""
        return {
            Roster: [self._final_roster],
            View: [self.monitor.served.view, self.ledger.view],
            Belief: [self.ledger.belief],
            Outcome: [self.ledger.ended_as],
            Failure: [self.ledger.failed],
            RunEnded: [self.ledger.ended],
        }

    def _final_roster(self, record: Any) -> None:
        if record.source == "final":
            self.monitor.served.roster(record)
            self.ledger.roster(record)


def measure(records: Iterable[AnyRecord]) -> Measurement:
    """The measurement of all these records."""
    measurement = Measurement()
    see = measurement.see
    with no_automatic_collection():  # nothing here is cyclic garbage
        for record in records:
            see(record)
    measurement.finish()
    return measurement
