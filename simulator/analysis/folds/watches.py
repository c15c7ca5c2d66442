"""Who may see whom, what is true and what is seen: the state of every watch over time.

A fold over the journal. A *watch* ``(watcher, contact)`` comes from a `Watch` record. It is
*authorised* while the watcher's roster holds the contact with ``to`` or ``both``, one of the
watcher's sessions is up (established or resumed), and one of its resources is available.

Availability of a contact is the map *resource -> show* of its available resources; actual and
observed availability agree when the two maps are equal. What a watcher saw is forgotten when
its last session has ended (destroyed, closed or failed): a new session starts knowing nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import IntEnum

from simulator.analysis.folds.served import ServedRosters
from simulator.journal.records import Actual, Received, Session, Watch

Availability = dict[str, str]
"""Resource -> show, of the available resources only."""


class Sight(IntEnum):
    """How a watch stands. The order is that of the counters."""

    UNAUTHORISED = 0
    RIGHT = 1
    GHOST = 2
    """Observed available, actually not."""
    BLIND = 3
    """Observed unavailable, actually available."""
    MISLABELLED = 4
    """Both available, with another show or on other resources."""


class WatchState:
    """One watch: its two names, what the watcher saw last, what is true, and how it stands."""

    __slots__ = (
        "actual",
        "authorised",
        "contact",
        "observed",
        "sight",
        "sight_since",
        "since",
        "watcher",
    )

    def __init__(self, watcher: str, contact: str, actual: Availability) -> None:
        self.watcher = watcher
        self.contact = contact
        self.actual = actual
        self.observed: Availability = {}
        self.authorised = False
        self.sight = Sight.UNAUTHORISED
        self.since = 0
        """Since when it is authorised (or is not), in microseconds."""
        self.sight_since = 0
        """Since when it stands as it does."""


Listener = Callable[[WatchState, Sight, int, int], None]
"""Called after a change with the watch, its former sight, since when, and the time now."""


class Watches:
    """The watches of a run. Feed it with `plan`, `session`, `actual` and `received`.

    It listens to `served` by itself. `counts` holds the number of watches in each `Sight`.
    `actual_of` maps an agent to its actual availability. `changed` is set by every change of
    the counts; whoever follows them may clear it.
    """

    def __init__(self, served: ServedRosters, listener: Listener | None = None) -> None:
        self.counts = [0] * len(Sight)
        self.actual_of: dict[str, Availability] = {}
        self.changed = True
        self._listener = listener
        self._all = 0
        self._of_watcher: dict[str, dict[str, WatchState]] = {}
        self._of_contact: dict[str, list[WatchState]] = {}
        self._sessions: dict[str, dict[str, bool]] = {}
        self._up: dict[str, bool] = {}
        self._ready: set[str] = set()
        self._served = served
        served.listen(self._subscription_changed)

    def plan(self, record: Watch) -> None:
        """Add a watch. One that is there already is left alone."""
        of_watcher = self._of_watcher.setdefault(record.agent, {})
        if record.peer in of_watcher:
            return
        actual = self.actual_of.setdefault(record.peer, {})
        watch = WatchState(record.agent, record.peer, actual)
        of_watcher[record.peer] = watch
        self._of_contact.setdefault(record.peer, []).append(watch)
        self.counts[Sight.UNAUTHORISED] += 1
        self._all += 1
        self._authorise(watch, record.t)

    @property
    def right_and_authorised(self) -> tuple[int, int]:
        """How many watches are right, and how many are authorised."""
        counts = self.counts
        return counts[1], self._all - counts[0]

    def of_contact(self, contact: str) -> list[WatchState]:
        """The watches that look at one contact."""
        return self._of_contact.get(contact, [])

    def __iter__(self) -> Iterator[WatchState]:
        for watches in self._of_watcher.values():
            yield from watches.values()

    def session(self, record: Session) -> None:
        """Take a session record."""
        agent = record.agent
        sessions = self._sessions.setdefault(agent, {})
        if record.state in ("established", "resumed"):
            sessions[record.resource] = True
        elif record.state == "suspended":
            sessions[record.resource] = False
        else:
            sessions.pop(record.resource, None)
        watches = self._of_watcher.get(agent)
        if watches and not sessions:
            for watch in watches.values():
                watch.observed = {}
        self._up[agent] = any(sessions.values())
        self._judge_watcher(agent, record.t)

    def actual(self, record: Actual) -> None:
        """Take a change of actual availability."""
        agent = record.agent
        availability = self.actual_of.setdefault(agent, {})
        was = bool(availability)
        if record.available:
            availability[record.resource] = record.show
        else:
            availability.pop(record.resource, None)
        for watch in self._of_contact.get(agent, ()):
            if watch.authorised:
                self._judge(watch, record.t)
        if was != bool(availability):
            self._judge_watcher(agent, record.t)

    def received(self, record: Received) -> WatchState | None:
        """Take what a watcher received; returns the watch it belongs to, if there is one.

        An unavailable presence from a bare JID speaks of every resource.
        """
        watches = self._of_watcher.get(record.agent)
        watch = watches.get(record.peer) if watches else None
        if watch is None:
            return None
        if record.type == "available":
            watch.observed[record.peer_resource] = record.show
        elif record.type == "unavailable":
            if record.peer_resource:
                watch.observed.pop(record.peer_resource, None)
            else:
                watch.observed.clear()
        else:
            return None
        if watch.authorised:
            self._judge(watch, record.t)
        return watch

    def _subscription_changed(self, watcher: str, contact: str, t: int) -> None:
        watches = self._of_watcher.get(watcher)
        if watches and (watch := watches.get(contact)):
            self._authorise(watch, t)

    def _judge_watcher(self, watcher: str, t: int) -> None:
        """A watcher with a session that is up, and a resource that is available, may see."""
        ready = bool(self._up.get(watcher) and self.actual_of.get(watcher))
        if ready is (watcher in self._ready):
            return
        if ready:
            self._ready.add(watcher)
        else:
            self._ready.discard(watcher)
        for watch in self._of_watcher.get(watcher, {}).values():
            self._authorise(watch, t)

    def _authorise(self, watch: WatchState, t: int) -> None:
        watcher = watch.watcher
        authorised = watcher in self._ready and self._served.sees(watcher, watch.contact)
        if authorised is not watch.authorised:
            watch.authorised = authorised
            watch.since = t
            self._judge(watch, t)

    def _judge(self, watch: WatchState, t: int) -> None:
        old = watch.sight
        if not watch.authorised:
            new = _UNAUTHORISED
        elif watch.observed == watch.actual:
            new = _RIGHT
        elif not watch.actual:
            new = _GHOST
        else:
            new = _MISLABELLED if watch.observed else _BLIND
        if new is old:
            return
        since = watch.sight_since
        watch.sight = new
        watch.sight_since = t
        self.changed = True
        self.counts[old] -= 1
        self.counts[new] += 1
        if self._listener is not None:
            self._listener(watch, old, since, t)


_UNAUTHORISED, _RIGHT, _GHOST, _BLIND, _MISLABELLED = Sight
