"""Declared watches over time: which of them are in force.

A watch is declared from its time on, until an action of the scenario's own timeline ends it
(`unsubscribe` or `remove` by the watcher, `deny` or `remove` by the contact); a later `subscribe`
of the timeline declares it again. While it is declared it is in exactly one `DeclaredState`.

`declared convergence`: of the declared watches, the share that is in force. Whether the watcher is
connected does not matter: its roster is what the server told last.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Mapping

from simulator.analysis.states import DeclaredState, DeclaredWatch, Entry, MomentKind, Share
from simulator.journal.records import Action, FaultChanged, Received, Roster, Sent, Watch

_ENDS_BY_WATCHER = frozenset(("unsubscribe", "remove"))
_ENDS_BY_CONTACT = frozenset(("deny", "remove"))
_OWN_ENDS = {"unsubscribe": "unsubscribed", "roster_remove": "removed the contact"}
NOT_SERVED = Entry("none", False)
"""Stands for an entry that the server does not hold."""
_OTHERS_ENDS = {"unsubscribed": "cancelled it", "roster_remove": "removed the watcher"}
_ANSWERS: dict[str, MomentKind] = {"subscribed": "approved", "unsubscribed": "refused"}
_RECEIPTS: dict[str, MomentKind] = {
    "subscribed": "approval_heard",
    "unsubscribed": "refusal_heard",
    "error": "bounced",
}


class Declared:
    """Fills the states of declared watches.

    `counts` has the number of watches in each state. `changed` is set by every change of the
    counts; the reader may clear it.
    """

    def __init__(self, states: dict[str, dict[str, DeclaredWatch]]) -> None:
        self.counts = [0] * len(DeclaredState)
        self.changed = True
        self._states = states
        self._later: list[DeclaredWatch] = []

    @property
    def share(self) -> Share:
        """Declared watches now: in force, and all."""
        declared = sum(self.counts) - self.counts[DeclaredState.UNDECLARED]
        return Share(self.counts[DeclaredState.IN_FORCE], declared)

    @property
    def settled(self) -> bool:
        """Is every declared watch in force, or over in a way that more time will not change?"""
        return self.share.complete or all(
            watch.is_settled for watch in self._all() if watch.declared
        )

    # --- the declaration ---

    def plan(self, record: Watch) -> None:
        """Take a watch of the subscription graph."""
        watch = DeclaredWatch(
            record.agent, record.peer, record.origin, record.at, record.may_refuse
        )
        self._states.setdefault(record.agent, {})[record.peer] = watch
        self.counts[watch.state] += 1
        if watch.at > record.t:
            insort(self._later, watch, key=lambda later: later.at)
        else:
            self._declare(watch, record.t)

    def begin_until(self, t: int) -> Iterator[int]:
        """Declare the watches whose time has come by `t`; gives each time after what began then."""
        while self._later and self._later[0].at <= t:
            at = self._later[0].at
            while self._later and self._later[0].at == at:
                self._declare(self._later.pop(0), at)
            yield at

    def action(self, record: Action) -> None:
        """Take an action: those of the timeline end a declaration, or begin one again."""
        own = self._watch(record.agent, record.peer)
        if own is not None and record.do == "subscribe":
            own.note(record.t, "skipped" if record.skipped else "acted", record.skipped)
        if record.skipped or not record.origin.startswith("timeline"):
            return
        if own is not None and record.do in _ENDS_BY_WATCHER:
            self._end(own, record.t)
        elif own is not None and record.do == "subscribe":
            self._declare(own, record.t)
        if record.do in _ENDS_BY_CONTACT:
            others = self._watch(record.peer, record.agent)
            if others is not None:
                self._end(others, record.t)

    def _watch(self, watcher: str, contact: str) -> DeclaredWatch | None:
        return self._states.get(watcher, {}).get(contact)

    def _declare(self, watch: DeclaredWatch, t: int) -> None:
        if not watch.declared:
            watch.note(t, "declared")
        watch.declared = True
        self._judge(watch, t)

    def _end(self, watch: DeclaredWatch, t: int) -> None:
        watch.declared = False
        watch.note(t, "over")
        self._judge(watch, t)

    # --- what became of it ---

    def roster(self, record: Roster) -> None:
        """Take an entry that the server told."""
        watch = self._watch(record.agent, record.peer)
        if watch is not None:
            self._serve(watch, Entry(record.subscription, record.ask), record.t)

    def fault(self, record: FaultChanged) -> None:
        """Take a fault: the server may have lost all rosters."""
        if record.lose_rosters:
            for watch in self._all():
                self._serve(watch, NOT_SERVED, record.t)

    def sent(self, record: Sent) -> None:
        """Take a stanza that left an agent."""
        own = self._watch(record.agent, record.peer)
        if own is not None:
            if record.type == "subscribe":
                own.asked, own.ended_by = record.t, ""
                own.heard = own.refused = own.lost = False
                own.note(record.t, "asked")
                self._judge(own, record.t)
            elif record.type in _OWN_ENDS:
                self._ends(own, record.t, f"{record.agent} {_OWN_ENDS[record.type]}")
        others = self._watch(record.peer, record.agent)
        if others is not None:
            if record.type in _ANSWERS:
                others.note(record.t, _ANSWERS[record.type])
            if record.type in _OTHERS_ENDS:
                self._ends(others, record.t, f"{record.agent} {_OTHERS_ENDS[record.type]}")

    def _ends(self, watch: DeclaredWatch, t: int, act: str) -> None:
        """An agent's act ends a watch that is in force."""
        if watch.in_force:
            watch.ended_by = act
            watch.note(t, "act", act)

    def received(self, record: Received) -> None:
        """Take a subscription stanza, or an error, that reached an agent."""
        own = self._watch(record.agent, record.peer)
        if own is not None and own.asked is not None and record.type in _RECEIPTS:
            own.note(record.t, _RECEIPTS[record.type])
            if record.type == "unsubscribed":
                own.refused = True
                self._judge(own, record.t)
        if record.type == "subscribe":
            others = self._watch(record.peer, record.agent)
            if others is not None:
                others.heard = True
                others.note(record.t, "heard")

    def finish(self, rosters: Mapping[str, Mapping[str, Entry]], end: int) -> None:
        """The observation ended: a request that no server shows by now is lost.

        `rosters`: what the server listed at the end, of each agent whose roster could be read.
        """
        for watch in self._all():
            if watch.watcher in rosters:
                entry = rosters[watch.watcher].get(watch.contact, NOT_SERVED)
                self._serve(watch, entry, end)
            if watch.state is DeclaredState.PENDING and not (watch.ask or watch.heard):
                self._set(watch, DeclaredState.LOST, end)

    def _all(self) -> Iterator[DeclaredWatch]:
        for watches in self._states.values():
            yield from watches.values()

    def _serve(self, watch: DeclaredWatch, entry: Entry, t: int) -> None:
        in_force, ask = entry.subscription in ("to", "both"), entry.ask
        if (in_force, ask) == (watch.in_force, watch.ask):
            return
        if in_force:
            watch.refused, watch.ended_by = False, ""
        watch.lost = watch.in_force and not in_force
        watch.in_force, watch.ask = in_force, ask
        watch.note(t, "in_force" if in_force else "served_ask" if ask else "not_served")
        self._judge(watch, t)

    def _judge(self, watch: DeclaredWatch, t: int) -> None:
        self._set(watch, _state(watch), t)

    def _set(self, watch: DeclaredWatch, state: DeclaredState, t: int) -> None:
        if state is not watch.state:
            self.counts[watch.state] -= 1
            self.counts[state] += 1
            self.changed = True
            watch.state = state
            watch.states.add(t, state)


def _state(watch: DeclaredWatch) -> DeclaredState:
    """The state of a watch. One that was asked for is pending until the observation ends."""
    if not watch.declared:
        return DeclaredState.UNDECLARED
    if watch.in_force:
        return DeclaredState.IN_FORCE
    if watch.ended_by:
        return DeclaredState.ENDED
    if watch.refused:
        return DeclaredState.REFUSED
    if watch.asked is None:
        return DeclaredState.NOT_ASKED
    return DeclaredState.LOST if watch.lost else DeclaredState.PENDING
