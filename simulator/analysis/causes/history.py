"""What happened to one watch, in sentences: the agents, the faults, the request, the presence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from simulator.analysis.causes.absences import NEVER_AGAIN
from simulator.analysis.causes.cause import WrongTime
from simulator.analysis.causes.deliveries import Receipt
from simulator.analysis.causes.evidence import Evidence, seconds
from simulator.analysis.causes.texts import SEEN
from simulator.analysis.folds.agents import CRASH
from simulator.analysis.folds.declared import Declared
from simulator.analysis.folds.propagation import Change, Delivery
from simulator.analysis.states import DeclaredWatch, Moment, MomentKind, WatchStates
from simulator.journal.records import (
    Action,
    Actual,
    Agent,
    AnyRecord,
    Died,
    Failure,
    FaultChanged,
    Received,
    Roster,
    Sent,
    Session,
    Watch,
)


class Told(NamedTuple):
    """A sentence about what happened at `t` (microseconds)."""

    t: int
    text: str


_MOMENTS: dict[MomentKind, str] = {
    "declared": "the scenario declares that {w} watches {c}",
    "over": "the scenario's timeline ends the watch",
    "acted": "{w} is told to ask for the presence of {c}",
    "skipped": "{w} was to ask for the presence of {c}, and could not: {detail}",
    "asked": "{w} asks {c} for its presence",
    "heard": "the request reaches {c}",
    "approved": "{c} approves",
    "approval_heard": "the approval reaches {w}",
    "refused": "{c} refuses",
    "refusal_heard": "the refusal reaches {w}",
    "bounced": "an error from {c} reaches {w}",
    "in_force": "the server tells {w} that the watch is in force",
    "served_ask": "the server tells {w} that the request is pending",
    "not_served": "the server tells {w} neither of a watch nor of a request",
    "act": "{detail}, which ends the watch",
}
_LIVES = {
    "starting": "{} starts",
    "started": "{} has started",
    "stopping": "{} is told to stop",
    "stopped": "{} has stopped",
    "failed": "{} has failed to start",
}
_SESSIONS = {
    "established": "the stream of {} is established",
    "resumed": "the stream of {} is resumed",
    "suspended": "the client of {} finds its stream broken",
    "destroyed": "the session of {} is lost",
    "closed": "{} closes its stream",
    "failed": "the client of {} gives up",
}


def history(
    evidence: Evidence,
    declared: DeclaredWatch | None,
    watch: WatchStates,
    wrong: Iterable[WrongTime],
    records: Iterable[AnyRecord],
) -> list[Told]:
    """Everything that happened to a watch, in the order of the journal.

    `records`: those of the observation. What the watcher sees wrongly comes behind what else
    happened at that time.
    """
    told = [*_Teller(evidence, declared, watch).told(records), *_wrong(wrong)]
    return sorted(told, key=lambda one: one.t)


class _Teller:
    """Tells of the records that concern one watch."""

    def __init__(
        self, evidence: Evidence, declared: DeclaredWatch | None, watch: WatchStates
    ) -> None:
        self._evidence = evidence
        self._declared = declared
        self._watcher, self._contact = watch.watcher, watch.contact
        self._pair = frozenset((watch.watcher, watch.contact))
        self._receipts = {one.change.actual: one for one in evidence.deliveries.receipts(watch)}
        states: dict[str, dict[str, DeclaredWatch]] = {}
        self._states, self._fold = states, Declared(states)
        self._moments = 0
        self._streams: dict[tuple[str, str], str] = {}
        self._tellers: dict[type, Callable[..., Iterator[str]]] = {
            Agent: self._life,
            Died: self._died,
            Session: self._session,
            Failure: self._failure,
            Actual: self._actual,
        }
        self._folds: dict[type, Callable[..., None]] = {
            Action: self._fold.action,
            Sent: self._fold.sent,
            Received: self._fold.received,
            Roster: self._fold.roster,
        }

    def told(self, records: Iterable[AnyRecord]) -> Iterator[Told]:
        """What the records say, and what was found at the end, when the rosters were read."""
        for record in records:
            for _ in self._fold.begin_until(record.t):
                yield from self._new_moments()
            for text in self._texts(record):
                yield Told(record.t, text)
            yield from self._new_moments()
        if self._declared is not None:
            yield from self._telling(self._declared.history[self._moments :])

    def _texts(self, record: AnyRecord) -> Iterator[str]:
        tell, fold = self._tellers.get(type(record)), self._folds.get(type(record))
        if isinstance(record, FaultChanged):
            self._fold.fault(record)
            if not record.agents or not self._pair.isdisjoint(record.agents):
                yield from self._fault(record)
        elif isinstance(record, Watch):
            if (record.agent, record.peer) == (self._watcher, self._contact):
                self._fold.plan(record)
        elif fold is not None:
            if {getattr(record, "agent", ""), getattr(record, "peer", "")} == self._pair:
                fold(record)
        elif tell is not None and getattr(record, "agent", "") in self._pair:
            yield from tell(record)

    def _new_moments(self) -> Iterator[Told]:
        """What the last record made of the declared watch."""
        watch = self._states.get(self._watcher, {}).get(self._contact)
        if watch is not None:
            new = watch.history[self._moments :]
            self._moments += len(new)
            yield from self._telling(new)

    def _telling(self, moments: Iterable[Moment]) -> Iterator[Told]:
        for moment in moments:
            text = _MOMENTS[moment.kind]
            yield Told(
                moment.t, text.format(w=self._watcher, c=self._contact, detail=moment.detail)
            )

    def _fault(self, record: FaultChanged) -> Iterator[str]:
        hit = [agent for agent in (self._watcher, self._contact) if agent in record.agents]
        whom, name = " and ".join(hit) or "the server", record.fault.replace("_", " ")
        if record.state == "begin":
            yield f"{name} hits {whom} ({self._evidence.entry(record.origin)})"
        else:
            yield f"the {name} of {whom} is over"

    def _life(self, record: Agent) -> Iterator[str]:
        yield _LIVES[record.state].format(record.agent)

    def _died(self, record: Died) -> Iterator[str]:
        if record.cause == CRASH:
            yield f"{record.agent} crashes, and can tell nobody"

    def _session(self, record: Session) -> Iterator[str]:
        key = (record.agent, record.resource)
        # A client whose session was lost calls a new stream both established and resumed.
        again = record.state == "resumed" and self._streams.get(key) == "established"
        self._streams[key] = record.state
        if not again:
            yield _SESSIONS[record.state].format(self._session_name(*key))

    def _session_name(self, agent: str, resource: str) -> str:
        """Its name, and the resource of an agent that has several."""
        several = len(self._evidence.agent(agent).sessions) > 1
        return f"{agent}/{resource}" if several and resource else agent

    def _failure(self, record: Failure) -> Iterator[str]:
        place = f" ({record.place})" if record.place else ""
        text = f"{record.agent} raises {record.error} in {record.where}{place}"
        if self._evidence.silenced(record.agent, record.where) == record:
            text += f"; {NEVER_AGAIN}"
        yield text

    def _actual(self, record: Actual) -> Iterator[str]:
        one = self._receipts.get(record)
        if one is not None:
            who = self._session_name(record.agent, record.resource)
            yield f"{who} {_became(one.change)}{_fate(one, self._watcher)}"


def _became(change: Change) -> str:
    if change.of != "presence":
        return f"changes its {change.of} to {change.what}"
    actual = change.actual
    if actual.available:
        return f"is available{f' ({actual.show})' if actual.show else ''}"
    if actual.cause == "broken":
        return "is unavailable: the server finds its session dead"
    return "is unavailable"


def _fate(receipt: Receipt, watcher: str) -> str:
    match receipt.fate:
        case Delivery.DELIVERED:
            return f"; {watcher} hears of it at {seconds(receipt.received)}"
        case Delivery.SUPERSEDED:
            return f"; {watcher} hears of a later change instead"
        case Delivery.LOST:
            return f"; {watcher} never hears of it"
        case _:
            return ""


def _wrong(wrong: Iterable[WrongTime]) -> Iterator[Told]:
    for one in wrong:
        what = SEEN[one.what].format(w=one.watch.watcher, c=one.watch.contact)
        until = seconds(one.end)
        yield Told(one.begin, f"{what} until {until}: {one.cause.kind.words} ({one.cause.reason})")
