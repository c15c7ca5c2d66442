"""Watches over time: who may see whom, what is true, and what is seen.

A *watch* ``(watcher, contact)`` comes from a `Watch` record. It is *authorised* while the watcher's
roster holds the contact with ``to`` or ``both``, one of the watcher's sessions is up (established
or resumed), and one of its resources is available.

Availability of a contact is the map *resource -> show* of its available resources; actual and
observed availability agree when the two maps are equal. What a watcher saw is forgotten when
its last session has ended (destroyed, closed or failed): a new session starts knowing nothing.

`availability convergence`: of the authorised watches, the share that is right.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.analysis.folds.agents import Agents
from simulator.analysis.folds.rosters import Rosters
from simulator.analysis.states import Sight, WatchStates
from simulator.journal.records import Actual, Received, Watch

Listener = Callable[[WatchStates, int], None]
"""Called with a watch and the time after it has ceased to be authorised."""


class Watches:
    """Fills the states of watches.

    It reads `agents` and `rosters`, which must have taken each record before. `counts` holds the
    number of watches, and `times` the microseconds of all watches, in each `Sight`. `changed` is
    set by every change of the counts; the reader may clear it.
    """

    def __init__(
        self,
        states: dict[str, dict[str, WatchStates]],
        agents: Agents,
        rosters: Rosters,
        listener: Listener,
    ) -> None:
        self.counts = [0] * len(Sight)
        self.times = [0] * len(Sight)
        self.changed = True
        self._states = states
        self._agents = agents
        self._rosters = rosters
        self._listener = listener
        self._all = 0
        self._of_contact: dict[str, list[WatchStates]] = {}
        self._ready: set[str] = set()
        self._finished = False
        rosters.listen(self._subscription_changed)

    def plan(self, record: Watch) -> None:
        """Add a watch. One that is there already is left alone."""
        of_watcher = self._states.setdefault(record.agent, {})
        if record.peer in of_watcher:
            return
        actual = self._agents.of(record.peer).available
        watch = WatchStates(record.agent, record.peer, actual, record.t)
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

    def of_contact(self, contact: str) -> list[WatchStates]:
        """The watches that look at one contact."""
        return self._of_contact.get(contact, [])

    def sessions_changed(self, agent: str, t: int) -> None:
        """A session of the agent has begun or ended."""
        if not self._agents.online(agent):
            for watch in self._states.get(agent, {}).values():
                watch.observed = {}
        self._judge_watcher(agent, t)

    def actual(self, record: Actual) -> None:
        """Take a change of actual availability."""
        for watch in self._of_contact.get(record.agent, ()):
            if watch.authorised:
                self._judge(watch, record.t)
        self._judge_watcher(record.agent, record.t)

    def received(self, record: Received) -> WatchStates | None:
        """Take an availability that a watcher received; returns its watch, if there is one.

        An unavailable presence from a bare JID speaks of every resource.
        """
        watches = self._states.get(record.agent)
        watch = watches.get(record.peer) if watches else None
        if watch is None:
            return None
        if record.type == "available":
            watch.observed[record.peer_resource] = record.show
        elif record.peer_resource:
            watch.observed.pop(record.peer_resource, None)
        else:
            watch.observed.clear()
        if watch.authorised:
            self._judge(watch, record.t)
        return watch

    def finish(self, end: int) -> None:
        """The observation ended at `end`: rosters that are read later change no watch."""
        self._finished = True
        for watches in self._states.values():
            for watch in watches.values():
                self.times[watch.sight] += end - watch.sights.times[-1]

    def _subscription_changed(self, watcher: str, contact: str, t: int) -> None:
        watches = self._states.get(watcher)
        if watches and (watch := watches.get(contact)) and not self._finished:
            self._authorise(watch, t)

    def _judge_watcher(self, watcher: str, t: int) -> None:
        """A watcher with a session that is up, and a resource that is available, may see."""
        ready = self._agents.up(watcher) and bool(self._agents.of(watcher).available)
        if ready is (watcher in self._ready):
            return
        if ready:
            self._ready.add(watcher)
        else:
            self._ready.discard(watcher)
        for watch in self._states.get(watcher, {}).values():
            self._authorise(watch, t)

    def _authorise(self, watch: WatchStates, t: int) -> None:
        watcher = watch.watcher
        authorised = watcher in self._ready and self._rosters.sees(watcher, watch.contact)
        if authorised is not watch.authorised:
            watch.authorised = authorised
            watch.since = t
            self._judge(watch, t)
            if not authorised:
                self._listener(watch, t)

    def _judge(self, watch: WatchStates, t: int) -> None:
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
        watch.sight = new
        self.changed = True
        self.counts[old] -= 1
        self.counts[new] += 1
        # As `Steps.add` does; this is called more often than anything else here.
        times, sights = watch.sights.times, watch.sights.values
        since = times[-1]
        if since == t:
            sights[-1] = new
        else:
            self.times[old] += t - since
            times.append(t)
            sights.append(new)


_UNAUTHORISED, _RIGHT, _GHOST, _BLIND, _MISLABELLED = Sight
