"""One pass over a journal that measures everything.

The *observation* ends where the run begins to read the final views (or writes outcomes), or at
the journal's last record. How the harness then stops the agents is not part of it; after the end
only the final rosters count.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from pydantic import ValidationError

from simulator.analysis.causes.attribution import Causes
from simulator.analysis.causes.deliveries import Deliveries
from simulator.analysis.causes.evidence import Evidence
from simulator.analysis.folds.agents import Agents
from simulator.analysis.folds.deaths import Deaths
from simulator.analysis.folds.declared import Declared
from simulator.analysis.folds.detection import Detections
from simulator.analysis.folds.downtimes import Downtimes
from simulator.analysis.folds.expected_events import KINDS, ExpectedEvents
from simulator.analysis.folds.faults import Faults
from simulator.analysis.folds.phases import Phase, PhaseSpans
from simulator.analysis.folds.propagation import Propagation
from simulator.analysis.folds.rosters import Rosters
from simulator.analysis.folds.run_info import RunInfo
from simulator.analysis.folds.time_to_converge import Converged, time_to_converge
from simulator.analysis.folds.watches import Watches
from simulator.analysis.folds.work.messages import Fate, Messages, Sent
from simulator.analysis.folds.work.values import Values
from simulator.analysis.states import ConvergenceOf, Share, States, WatchStates
from simulator.errors import InputError, JournalError
from simulator.garbage import no_automatic_collection
from simulator.journal import records as journal
from simulator.journal.records import AnyRecord
from simulator.journal.work_records import MessageReceived, MessageSent, Value
from simulator.scenario.language.words import nearest, quoted

Handler: TypeAlias = Callable[..., object]

_AVAILABILITY = frozenset(("available", "unavailable"))
_CLOSING = frozenset(
    (journal.Reading, journal.View, journal.Belief, journal.Outcome, journal.RunEnded)
)
_MAY_CLOSE = _CLOSING | {journal.Roster}


def closes(record: AnyRecord) -> bool:
    """Is this the first record after the observation?"""
    kind = type(record)
    return kind in _CLOSING or (isinstance(record, journal.Roster) and record.source == "final")


def observed(records: Iterable[AnyRecord]) -> Iterator[AnyRecord]:
    """The records of the observation: those after it are of the harness at work."""
    for record in records:
        if closes(record):
            return
        yield record


class Measurement:
    """Everything that a journal's records tell, measured. Times are in microseconds.

    An incremental fold: give every record to `see`, in order, and call `finish` after the last.
    `records` is how many it has taken, `time` that of the last one. `states` are what the folds
    make of them; `rosters` and `watches` tell the convergence so far. `places`: where the entries
    of the scenario stand in its file, as far as that is known.
    """

    def __init__(self) -> None:
        self.records = 0
        self.time = 0
        self.places: Mapping[str, str] = {}
        self.info = RunInfo()
        self.states = states = States()
        self.agents = Agents(states.agents)
        self.rosters = Rosters(states.entries, self.agents)
        self.declared = Declared(states.declared)
        self.watches = Watches(states.watches, self.agents, self.rosters, self._watch_ended)
        self.propagation = Propagation(self.watches)
        self.detections = Detections(self.watches)
        self.downtimes = Downtimes()
        self.expected = ExpectedEvents(self.info.planned)
        self.messages = Messages()
        self.values = Values()
        self.presences_received = 0
        self._deaths = Deaths(states.deaths, self.agents)
        self._faults = Faults(states.faults)
        self._phases = PhaseSpans()
        self._observing = True
        self._see = self._observed_handlers()

    def see(self, record: AnyRecord) -> None:
        """Take the next record. Raises pydantic.ValidationError for what holds no scenario."""
        t = record.t
        if t != self.time:
            if self._observing:
                self._time_passes()
                for at in self.declared.begin_until(t):
                    self.states.convergence["declared"].add(at, self.declared.share)
            self.time = t
        kind = type(record)
        if kind in _MAY_CLOSE and self._observing and closes(record):
            self._close()
        for handler in self._see.get(kind, ()):
            handler(record)
        self.records += 1

    def finish(self) -> None:
        """There are no more records."""
        if self._observing:
            self._close()
        info = self.info
        read = {
            agent: info.final.get(agent, {}) for agent in info.planned if info.read(agent, "served")
        }
        self.declared.finish(read, self.end)
        self.states.convergence["declared"].add(self.end, self.declared_share)

    @property
    def declared_share(self) -> Share:
        """Declared watches now: in force, and all."""
        return self.declared.share

    @property
    def roster_share(self) -> Share:
        """Roster entries now: right, and all that are expected or served."""
        return Share(self.rosters.right, self.rosters.total)

    @property
    def availability_share(self) -> Share:
        """Watches now: right, and authorised."""
        return Share(*self.watches.right_and_authorised)

    def converged(self, now: int) -> bool:
        """Is every declared watch in force or over, nothing wrong, and nothing on its way?

        `now`, in microseconds, may be later than the last record. It says nothing about answers
        that agents may still give: whoever runs the agents knows of those.
        """
        return (
            self.declared.settled
            and self.roster_share.complete
            and self.availability_share.complete
            and not self.rosters.oracle.unsettled(now)
        )

    @property
    def end(self) -> int:
        """When the observation ended."""
        return self.states.end

    @property
    def final_availability(self) -> Share:
        """Availability convergence at the end of the observation."""
        return self.states.convergence["availability"].last or Share(0, 0)

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The phases of the run."""
        return self._phases.phases(self.end)

    @cached_property
    def causes(self) -> Causes:
        """Why presence was wrong, and watches are not in force; only once all is measured."""
        return Causes(Evidence(self.states, self.info, Deliveries(self.propagation), self.places))

    def agents_named(self, texts: str | Iterable[str]) -> tuple[str, ...]:
        """The agents that somebody means by names such as ``worker[1]``, or by populations.

        In the order they are named in. Raises InputError for a name that nobody has.
        """
        known = self.states.agents
        found: dict[str, None] = {}
        for text in (texts,) if isinstance(texts, str) else texts:
            agents = [name for name in self.expected.names.of(text) if name in known]
            if not agents:
                populations = {one.population: None for one in self.info.planned.values()}
                expected = nearest(text, [*known, *populations])
                raise InputError(f"no agent {quoted(text)}: expected {expected}")
            found |= dict.fromkeys(agents)
        return tuple(found)

    def can_read(self, agent: str) -> bool:
        """Is it known what the server holds of the agent's roster?"""
        return self.info.read(agent, "served") or self.agents.online(agent)

    def fate_of(self, message: Sent) -> Fate:
        """What became of a message."""
        return self.messages.fate(message, ChainMap(self.info.planned, self.info.spawned))

    def time_to_converge(self, of: ConvergenceOf) -> list[Converged]:
        """The time to converge of every phase."""
        return [time_to_converge(self.states.convergence[of], phase) for phase in self.phases]

    def _time_passes(self) -> None:
        """All records of a time are there: take the shares, if they may have changed."""
        rosters, watches, shares = self.rosters, self.watches, self.states.convergence
        if self.declared.changed:
            shares["declared"].add(self.time, self.declared_share)
            self.declared.changed = False
        if rosters.changed:
            shares["roster"].add(self.time, self.roster_share)
            rosters.changed = False
        if watches.changed:
            shares["availability"].add(self.time, self.availability_share)
            watches.changed = False
        if self.propagation.receipts:
            self.propagation.match_receipts()

    def _close(self) -> None:
        """The observation ends now."""
        self._observing = False
        self._see = self._closing_handlers()
        self.states.end = end = self.time
        self.rosters.end(end)
        self._time_passes()
        self.watches.finish(end)
        self.downtimes.finish(end)
        self._faults.finish(end)
        self.propagation.finish(end, self.info.settings.run.settle)
        self.messages.finish(end, self.info.settings.run.settle)

    def _started(self, record: journal.RunStarted) -> None:
        self.info.started(record)
        if self.expected.expect(self.info.settings.expect, record.domain):
            for kind in KINDS:
                self._see[kind].append(self.expected.see)

    def _session(self, record: journal.Session) -> None:
        was_online = self.agents.online(record.agent)
        self.agents.session(record)
        self._sessions_changed(record.agent, record.t, was_online)

    def _died(self, record: journal.Died) -> None:
        was_online = self.agents.online(record.agent)
        self.agents.died(record)
        self._sessions_changed(record.agent, record.t, was_online)

    def _sessions_changed(self, agent: str, t: int, was_online: bool) -> None:
        if was_online != self.agents.online(agent):
            self.rosters.came_or_went(agent)
        self.watches.sessions_changed(agent, t)

    def _watch_ended(self, watch: WatchStates, t: int) -> None:
        self.propagation.watch_ended(watch, t)
        self.detections.watch_ended(watch)

    def _received(self, record: journal.Received) -> None:
        if record.type not in _AVAILABILITY:
            self.rosters.oracle.received(record)
            self.declared.received(record)
            return
        self.presences_received += 1
        watch = self.watches.received(record)
        if watch is not None:
            self.propagation.receipts.append((watch, record))
            if self.detections.awaited:
                self.detections.receipt(watch, record.t)

    def _observed_handlers(self) -> dict[type, list[Handler]]:
        """What takes a record while the observation lasts, by its type, in order."""
        agents, rosters, watches = self.agents, self.rosters, self.watches
        phases, deaths, downtimes = self._phases, self._deaths, self.downtimes
        propagation, detections, declared = self.propagation, self.detections, self.declared
        return {
            journal.RunStarted: [self._started],
            journal.Planned: [
                *(self.info.plan, agents.planned, phases.planned, rosters.oracle.planned),
            ],
            journal.Watch: [watches.plan, declared.plan, phases.watch],
            journal.Action: [phases.action, declared.action, propagation.action],
            journal.FaultChanged: [
                rosters.fault,
                declared.fault,
                phases.fault,
                self._faults.changed,
                deaths.fault,
            ],
            journal.Died: [
                *(self._died, phases.fault, detections.died, deaths.died, downtimes.died),
                rosters.oracle.died,
            ],
            journal.Agent: [rosters.agent, agents.agent, phases.agent],
            journal.Session: [self._session, rosters.oracle.session, downtimes.session],
            journal.Sent: [rosters.oracle.sent, declared.sent, propagation.sent],
            journal.Received: [self._received],
            MessageSent: [self.messages.left],
            MessageReceived: [self.messages.arrived],
            Value: [self.values.see],
            journal.Roster: [rosters.roster, declared.roster],
            journal.Answer: [rosters.oracle.answer],
            journal.Actual: [
                *(agents.actual, watches.actual, propagation.actual),
                *(detections.actual, deaths.actual, downtimes.actual),
            ],
            journal.Failure: [self.info.failed],
        }

    def _closing_handlers(self) -> dict[type, list[Handler]]:
        """What takes a record after the observation."""
        return {
            journal.Agent: [self.agents.agent],
            journal.Sent: [self.rosters.sent_late],
            journal.Roster: [self._final_roster],
            journal.View: [self.rosters.view, self.info.view],
            journal.Belief: [self.info.belief],
            journal.Outcome: [self.info.ended_as],
            journal.Failure: [self.info.failed],
            journal.HandlerCalls: [self.info.handler],
            journal.RunEnded: [self.info.ended],
        }

    def _final_roster(self, record: journal.Roster) -> None:
        if record.source == "final":
            self.rosters.roster(record)
            self.info.roster(record)


def not_a_scenario(path: Path, error: ValidationError) -> JournalError:
    """What to raise for a journal at `path` whose scenario is none."""
    first = error.errors(include_url=False)[0]
    where = ".".join(str(step) for step in first["loc"] if "<" not in str(step))
    return JournalError(f"{path}: the scenario in it is not one: {where}: {first['msg']}")


def measure(records: Iterable[AnyRecord]) -> Measurement:
    """The measurement of all these records."""
    measurement = Measurement()
    see = measurement.see
    with no_automatic_collection():  # nothing here is cyclic garbage
        for record in records:
            see(record)
    measurement.finish()
    return measurement
