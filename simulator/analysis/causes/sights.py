"""Why a watcher saw its contact wrongly: rules in an order, of which the first that knows decides.

A time of wrong sight is cut where the contact changes again: from there on it is the newer change
that the watcher does not see. Actual availability is what the server accepted, so what is between
is the server, the watcher's link and its client.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby, pairwise
from typing import Literal

from simulator.analysis.causes.absences import of_fault
from simulator.analysis.causes.cause import Cause, CauseClass, WrongSight, WrongTime, decided
from simulator.analysis.causes.evidence import LINK_FAULTS, Evidence
from simulator.analysis.folds.propagation import Delivery
from simulator.analysis.states import Sight, WatchStates
from simulator.journal.records import SECOND

UNDER_WAY = Cause(CauseClass.LINK, "changes under way (latency)")

_SLOW = 10 * SECOND
"""A real server that takes so long, on links without a fault, is slow."""


class Case(WrongSight, frozen=True):
    """A piece of wrong sight. `arrived`: the watcher was told in the end.

    `cut_short`: it ended with the watch, before anybody could know.
    """

    arrived: bool
    cut_short: bool
    evidence: Evidence


Rule = Callable[[Case], Cause | None]


def wrong_times(evidence: Evidence, watch: WatchStates) -> Iterator[WrongTime]:
    """All wrong time of a watch, in pieces of one cause each, in order."""
    fates = evidence.deliveries.fates(watch)
    changes = sorted(fates)
    for what, begin, end, after in _stale_spans(evidence, watch):
        between = changes[bisect_right(changes, begin) : bisect_left(changes, end)]
        # No rule but `_under_way` could hold. Nearly all wrong time of a large run is this.
        if not between and after not in _UNTOLD and evidence.is_calm(watch, begin, end):
            yield WrongTime(watch, what, begin, end, UNDER_WAY)
            continue
        cases = [
            Case(
                *(watch, what, one, other),
                arrived=fates.get(one) in _ARRIVED or (other == end and after not in _UNTOLD),
                cut_short=other == end and after in _UNTOLD,
                evidence=evidence,
            )
            for one, other in pairwise([begin, *between, end])
        ]
        for cause, group in groupby(cases, partial(decided, RULES)):
            first, *others = group
            last = others[-1] if others else first
            yield WrongTime(watch, what, first.begin, last.end, cause)


def _stale_spans(
    evidence: Evidence, watch: WatchStates
) -> Iterator[tuple[Literal["ghost", "blind", "mislabelled"], int, int, Sight | None]]:
    """Each wrong sight: what, its begin and end, and what came after it, if anything did."""
    sights = watch.sights
    ends = [*sights.times[1:], evidence.end]
    afters = [*sights.values[1:], None]
    for sight, begin, end, after in zip(sights.values, sights.times, ends, afters, strict=True):
        last = min(end, evidence.end)
        if sight in _WHAT and begin < last:
            yield _WHAT[sight], begin, last, after


_WHAT: dict[Sight, Literal["ghost", "blind", "mislabelled"]] = {
    Sight.GHOST: "ghost",
    Sight.BLIND: "blind",
    Sight.MISLABELLED: "mislabelled",
}
_UNTOLD = (None, Sight.UNAUTHORISED)
"""What comes after a wrong sight that ended with the run or with the watch."""
_ARRIVED = (Delivery.DELIVERED, Delivery.SUPERSEDED)


def _server_down(case: Case) -> Cause | None:
    """The server was down, or stood still."""
    fault = case.evidence.server_fault(case.begin, case.end)
    return None if fault is None else of_fault(case.evidence, fault, "the server told nobody")


def _link_fault(case: Case) -> Cause | None:
    """The watcher's link had a fault, or a connection was dead and nobody knew."""
    watcher, evidence = case.watch.watcher, case.evidence
    fault = evidence.fault(watcher, LINK_FAULTS, case.begin, case.end)
    if fault is None and not (case.arrived and case.lasted <= evidence.patience):
        fault = evidence.dead_link(watcher, case.begin)
    if fault is None:
        return None
    return of_fault(case.evidence, fault, "a fault of the watcher's link")


def _lost_in_reconnect(case: Case) -> Cause | None:
    """The watcher's client took its stream up again, and missed what came meanwhile."""
    watcher = case.watch.watcher
    if case.arrived or not case.evidence.suspended(watcher, case.begin, case.end):
        return None
    return Cause(CauseClass.CLIENT_LIBRARY, "the watcher's client lost it in a reconnect")


def _death_unnoticed(case: Case) -> Cause | None:
    """The contact is gone, as its own client says, and the server has told nobody."""
    contact = case.watch.contact
    death = case.evidence.death(contact, case.begin)
    gone = case.what == "ghost" and death is not None and case.lasted > case.evidence.patience
    if not gone or death is None:
        return None
    population = case.evidence.population(contact)
    reason = f"the server had not noticed that {population} is dead"
    entry = case.evidence.entry(death.died.origin)
    return Cause(CauseClass.SERVER, f"{reason} ({entry})", fault=death.died.origin)


def _slow_server(case: Case) -> Cause | None:
    """A real server took long, though no link had a fault."""
    slow = case.arrived and case.lasted > max(_SLOW, case.evidence.patience)
    if not slow or case.evidence.is_embedded:
        return None
    return Cause(CauseClass.SERVER, "the server was slow to tell")


def _under_way(case: Case) -> Cause | None:
    """It was under way: it arrived, or the watch or the run ended within the links' latency."""
    if case.arrived or (case.cut_short and case.lasted <= case.evidence.patience):
        return UNDER_WAY
    return None


def _stream_dead(case: Case) -> Cause | None:
    """The watcher's stream turned out to be dead."""
    session = case.evidence.session(case.watch.watcher, case.end)
    if not case.cut_short or session not in ("suspended", "destroyed", "failed"):
        return None
    return Cause(CauseClass.LINK, "the watcher's stream was dead, and its client found out later")


def _not_told(case: Case) -> Cause | None:
    """The watcher's stream was whole, and the server did not tell it."""
    if not case.evidence.is_open(case.watch.watcher, case.begin):
        return None
    return Cause(
        CauseClass.SERVER,
        "the server did not tell the watcher, whose link was whole",
        "see docs/servers.md for where servers differ from RFC 6121",
    )


RULES: tuple[Rule, ...] = (
    _server_down,
    _link_fault,
    _lost_in_reconnect,
    _death_unnoticed,
    _slow_server,
    _under_way,
    _stream_dead,
    _not_told,
)
"""All rules, in the order in which they are tried."""
