"""The states of a run over time: what one pass over the journal makes of its records.

Checks, frames, pictures and pages read these and never work them out from records again. Each
state is a `Steps`: ask it for the value `at` a time, or for the `spans` between its changes.
Times are microseconds from the start of the run; `States.end` is the end of the observation.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Generic, Literal, NamedTuple, TypeVar, get_args

from simulator.analysis.naming import natural_tuples
from simulator.journal.records import Died

V = TypeVar("V")

Availability = dict[str, str]
"""Resource -> show, of the available resources only."""


class Steps(Generic[V]):
    """A value that changes now and then: from `times[i]` on it is `values[i]`.

    Of several changes at one time the last one counts. Before the first one there is no value.
    """

    __slots__ = ("times", "values")

    def __init__(self) -> None:
        self.times = array("q")
        self.values: list[V] = []

    def add(self, t: int, value: V) -> None:
        """From `t` on it is `value`. Times never decrease from call to call."""
        if self.times and self.times[-1] == t:
            self.values[-1] = value
        elif not self.values or self.values[-1] != value:
            self.times.append(t)
            self.values.append(value)

    def at(self, t: int) -> V | None:
        """The value at `t`; None before the first one."""
        place = bisect_right(self.times, t)
        return self.values[place - 1] if place else None

    @property
    def last(self) -> V | None:
        """The value at the end; None where there never was one."""
        return self.values[-1] if self.values else None

    def spans(self, end: int, since: int = 0) -> Iterator[tuple[V, int, int]]:
        """(value, begin, end) of each span between `since` and `end`, the empty ones left out.

        The first one may have begun before `since`.
        """
        first = max(bisect_right(self.times, since) - 1, 0)
        times = self.times[first:]
        ends = [*times[1:], end]  # one too many where there is no value at all
        for value, begin, after in zip(self.values[first:], times, ends, strict=False):
            if begin < min(after, end):
                yield value, begin, min(after, end)


LifeState = Literal["waiting", "starting", "started", "stopping", "stopped", "failed", "dead"]
"""How an agent is; dead: it died or was cut off (`Died`), and has done nothing since."""
SessionState = Literal["established", "suspended", "resumed", "destroyed", "closed", "failed"]


class AgentStates:
    """One agent.

    `life`: how it is. `sessions`: of each resource, how its client sees the session.
    `shows`: of each resource, the show that the server holds, None where it is not available;
    `available` has those that are available now.
    """

    __slots__ = ("available", "life", "sessions", "shows")

    def __init__(self) -> None:
        self.life: Steps[LifeState] = Steps()
        self.sessions: dict[str, Steps[SessionState]] = {}
        self.shows: dict[str, Steps[str | None]] = {}
        self.available: Availability = {}


class Entry(NamedTuple):
    """What is compared of a roster entry: `subscription` and `ask` (pending out)."""

    subscription: str
    ask: bool


ENTRIES = {
    (subscription, ask): Entry(subscription, ask)
    for subscription in ("none", "to", "from", "both")
    for ask in (False, True)
}
"""All possible entries, each once."""

SEEING = frozenset(entry for entry in ENTRIES.values() if entry.subscription in ("to", "both"))
"""The entries whose owner sees the contact."""

Outcomes = frozenset[Entry | None]
"""The entries that are right, more than one where actions crossed; None: no entry."""
ABSENT: Outcomes = frozenset([None])


class EntryStates:
    """One agent's roster entry for one peer.

    `expected`: what RFC 6121 allows; no entry before the first step. `served`: what the server
    told, None for no entry; its last step is what was read at the end, where that was possible.
    `right`: whether they agree now; None where there is nothing to compare.
    """

    __slots__ = ("expected", "right", "served")

    def __init__(self) -> None:
        self.expected: Steps[Outcomes] = Steps()
        self.served: Steps[Entry | None] = Steps()
        self.right: bool | None = None


class Sight(IntEnum):
    """How what a watcher sees compares with the truth."""

    UNAUTHORISED = 0
    RIGHT = 1
    GHOST = 2
    """Observed available, actually not."""
    BLIND = 3
    """Observed unavailable, actually available."""
    MISLABELLED = 4
    """Both available, with another show or on other resources."""


STALE = (Sight.GHOST, Sight.BLIND, Sight.MISLABELLED)


class WatchStates:
    """One watch.

    `sights`: how it stands. `observed` is what the watcher saw last, `actual` the contact's
    availability, `sight` how they compare; `authorised` has not changed since `since`. These are
    of the present while records come in.
    """

    __slots__ = (
        *("actual", "authorised", "contact", "observed", "sight", "sights", "since", "watcher"),
    )

    def __init__(self, watcher: str, contact: str, actual: Availability, t: int) -> None:
        self.watcher = watcher
        self.contact = contact
        self.actual = actual
        self.observed: Availability = {}
        self.authorised = False
        self.since = 0
        self.sight = Sight.UNAUTHORISED
        self.sights: Steps[Sight] = Steps()
        self.sights.add(t, self.sight)


class DeclaredState(IntEnum):
    """How a watch of the subscription graph stands, as its author sees it (metrics page)."""

    UNDECLARED = 0
    """Before its time, or after the scenario's own timeline ended it."""
    IN_FORCE = 1
    PENDING = 2
    """Asked, not answered."""
    REFUSED = 3
    ENDED = 4
    """It was in force, and an agent's own act ended it."""
    NOT_ASKED = 5
    LOST = 6
    """A request left the watcher, and no server shows it."""


MomentKind = Literal[
    "declared",
    "over",
    "acted",
    "skipped",
    "asked",
    "heard",
    "approved",
    "approval_heard",
    "refused",
    "refusal_heard",
    "bounced",
    "in_force",
    "served_ask",
    "not_served",
    "act",
]
"""What happened to a watch.

declared, over: by its time, or by the scenario's timeline. acted, skipped: the plan wanted the
watcher to ask. asked, approved, refused: a stanza left watcher or contact. heard, approval_heard,
refusal_heard: it reached the other one. bounced: it came back as an error. in_force, served_ask,
not_served: what the server told of the watcher's entry. act: an agent ended it.
"""


class Moment(NamedTuple):
    """Something that happened to a watch at `t` (microseconds); `detail` in words."""

    t: int
    kind: MomentKind
    detail: str = ""


class DeclaredWatch:
    """One watch of the subscription graph.

    `at`: from when it is declared, in microseconds. `may_refuse`: the scenario itself lets the
    contact refuse it. `states`: how it stood. `in_force` and `ask`: the watcher's roster entry as
    the server told it last. `asked`: when a request last left the watcher. `heard`: it reached the
    contact. `refused`: the contact answered with a refusal. `ended_by`: whose act ended it, in
    words. `lost`: it was in force, and no act of an agent ended it. `history`: what happened to
    it, in order.
    """

    __slots__ = (
        *("ask", "asked", "at", "contact", "declared", "ended_by", "heard", "history", "in_force"),
        *("lost", "may_refuse", "origin", "refused", "state", "states", "watcher"),
    )

    def __init__(self, watcher: str, contact: str, origin: str, at: int, may_refuse: bool) -> None:
        self.watcher = watcher
        self.contact = contact
        self.origin = origin
        self.at = at
        self.may_refuse = may_refuse
        self.declared = self.in_force = self.ask = False
        self.heard = self.refused = self.lost = False
        self.asked: int | None = None
        self.ended_by = ""
        self.state = DeclaredState.UNDECLARED
        self.states: Steps[DeclaredState] = Steps()
        self.history: list[Moment] = []

    def note(self, t: int, kind: MomentKind, detail: str = "") -> None:
        """Something happened."""
        self.history.append(Moment(t, kind, detail))

    @property
    def is_settled(self) -> bool:
        """Is it in force, or over in a way that more time will not change?"""
        return self.in_force or self.is_prescribed or self.state is DeclaredState.ENDED

    @property
    def is_prescribed(self) -> bool:
        """Was it asked for, and does the scenario itself let it be refused or left unanswered?"""
        return self.may_refuse and self.state in (DeclaredState.PENDING, DeclaredState.REFUSED)


class FaultSpan(NamedTuple):
    """A fault of the scenario; `begin` and `end` are equal where it was over at once.

    `agents`: whom it hit; empty for a fault of the server.
    """

    origin: str
    fault: str
    agents: tuple[str, ...]
    begin: int
    end: int


@dataclass(slots=True)
class Death:
    """An agent that crashed or was cut off and could tell nobody; `over` None: unnoticed.

    noticed: the server holds none of its resources available any more. back: the server accepted
    its presence again, or the partition that cut it off ended.
    """

    died: Died
    result: Literal["noticed", "back", "unnoticed"] = "unnoticed"
    over: int | None = None


class Share(NamedTuple):
    """`right` of `total`."""

    right: int
    total: int

    @property
    def ratio(self) -> float | None:
        """The share, or None of nothing."""
        return self.right / self.total if self.total else None

    @property
    def complete(self) -> bool:
        """Is nothing wrong? True of nothing."""
        return self.right == self.total


ConvergenceOf = Literal["declared", "roster", "availability"]


@dataclass(slots=True)
class States:
    """All states of a run.

    `agents` by name, in the order of the plan. `entries` by owner, then peer. `watches` by
    watcher, then contact, and `declared` likewise. `faults` in the order of their ends, `deaths`
    of their begins.
    `convergence`: the shares that have converged, by what they are of.
    """

    end: int = 0
    agents: dict[str, AgentStates] = field(default_factory=dict)
    entries: dict[str, dict[str, EntryStates]] = field(default_factory=dict)
    watches: dict[str, dict[str, WatchStates]] = field(default_factory=dict)
    declared: dict[str, dict[str, DeclaredWatch]] = field(default_factory=dict)
    faults: list[FaultSpan] = field(default_factory=list)
    deaths: list[Death] = field(default_factory=list)
    convergence: dict[ConvergenceOf, Steps[Share]] = field(
        default_factory=lambda: {of: Steps() for of in get_args(ConvergenceOf)}
    )

    def all_watches(self) -> list[WatchStates]:
        """Every watch, in the order of the plan."""
        return [watch for watches in self.watches.values() for watch in watches.values()]

    def all_declared(self) -> list[DeclaredWatch]:
        """Every watch of the subscription graph, in the order of the plan."""
        return [watch for watches in self.declared.values() for watch in watches.values()]

    def sorted_watches(self) -> list[WatchStates]:
        """Every watch, by the names of watcher and contact."""
        watches = {(watch.watcher, watch.contact): watch for watch in self.all_watches()}
        return [watches[pair] for pair in natural_tuples(watches)]
