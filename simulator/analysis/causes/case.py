"""A declared watch that is not in force, with the evidence: what rules look at."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.analysis.causes.evidence import Evidence
from simulator.analysis.states import DeclaredState, DeclaredWatch, Moment, MomentKind

_CLOSING: frozenset[MomentKind] = frozenset(
    ("in_force", "not_served", "refusal_heard", "act", "over")
)
"""What closes a request, so that the next one is new."""


@dataclass(frozen=True, slots=True)
class Case:
    """A declared watch that is not in force at the end, or at an earlier time.

    `watch`: as it stood then. `later`: what happened to it afterwards.
    """

    watch: DeclaredWatch
    evidence: Evidence
    later: tuple[Moment, ...] = ()

    @property
    def population(self) -> str:
        """The contact's."""
        return self.evidence.population(self.watch.contact)

    def last(self, kind: MomentKind, since: int = 0) -> int | None:
        """When something happened last, not before `since`."""
        times = [one.t for one in self.watch.history if one.kind == kind and one.t >= since]
        return times[-1] if times else None

    @property
    def since(self) -> int:
        """When the watcher asked first for what is still open.

        Who asks again while the server holds a request is not heard again (RFC 6121, 3.1.3).
        """
        closed = [one.t for one in self.watch.history if one.kind in _CLOSING]
        later = [
            one.t
            for one in self.watch.history
            if one.kind == "asked" and one.t >= max(closed, default=0)
        ]
        return later[0] if later else self.watch.asked or 0

    @property
    def heard(self) -> int | None:
        """When the contact heard of the open request."""
        return None if self.watch.asked is None else self.last("heard", self.since)


def past(watch: DeclaredWatch, t: int) -> DeclaredWatch:
    """A watch as it stood at `t` (microseconds)."""
    then = DeclaredWatch(watch.watcher, watch.contact, watch.origin, watch.at, watch.may_refuse)
    then.states = watch.states
    then.state = watch.states.at(t) or DeclaredState.UNDECLARED
    then.declared = then.state is not DeclaredState.UNDECLARED
    for moment in watch.history:
        if moment.t > t:
            break
        then.history.append(moment)
        match moment.kind:
            case "asked":
                then.asked, then.ended_by = moment.t, ""
                then.heard = then.refused = then.lost = False
            case "heard":
                then.heard = True
            case "refusal_heard":
                then.refused = True
            case "act":
                then.ended_by = moment.detail
            case "in_force":
                then.refused, then.ended_by = False, ""
                then.in_force, then.ask = True, False
            case "served_ask" | "not_served":
                then.lost = then.in_force
                then.in_force, then.ask = False, moment.kind == "served_ask"
    return then
