"""Why a watch was not in force yet at an earlier time, where it was on its way.

What came of it later is known. These rules come before those of the end.
"""

from __future__ import annotations

from simulator.analysis.causes.absences import absent, of_fault
from simulator.analysis.causes.case import Case
from simulator.analysis.causes.cause import Cause, CauseClass
from simulator.analysis.causes.watches import RULES as RULES_OF_THE_END
from simulator.analysis.causes.watches import Rule
from simulator.analysis.states import DeclaredState, MomentKind

_STEPS: frozenset[MomentKind] = frozenset(
    ("asked", "heard", "approved", "approval_heard", "refused", "refusal_heard", "in_force", "over")
)


def _next(case: Case) -> MomentKind | None:
    """The next step of the request."""
    return next((moment.kind for moment in case.later if moment.kind in _STEPS), None)


def _asks_later(case: Case) -> Cause | None:
    """Nothing keeps the watcher from asking, and it asks later."""
    if case.watch.state is not DeclaredState.NOT_ASKED or _next(case) != "asked":
        return None
    evidence, watcher = case.evidence, case.watch.watcher
    gone = absent(evidence, watcher, evidence.end)
    if gone is not None:
        return gone
    own, population = evidence.own_code(watcher), evidence.population(watcher)
    if own:
        return Cause(CauseClass.USER_CODE, f"{population} asks only later (code of {own})")
    return Cause(CauseClass.SCENARIO, f"{population} asks only later")


def _request_under_way(case: Case) -> Cause | None:
    """The request reaches the contact later, or the watcher hears at once that it is in force."""
    open_, heard = case.watch.state is DeclaredState.PENDING, case.heard
    if not open_ or heard is not None or _next(case) not in ("heard", "in_force"):
        return None
    return _under_way(case, case.since, case.watch.contact, "the request")


def _answer_under_way(case: Case) -> Cause | None:
    """The contact has answered, and the watcher hears of it later."""
    heard = case.heard
    answered = [case.last(kind, heard or 0) for kind in ("approved", "refused")]
    times = [t for t in answered if t is not None]
    if case.watch.state is not DeclaredState.PENDING or heard is None or not times:
        return None
    if _next(case) not in ("approval_heard", "refusal_heard", "in_force"):
        return None
    return _under_way(case, times[0], case.watch.watcher, "the answer")


def _under_way(case: Case, since: int, receiver: str, what: str) -> Cause:
    evidence = case.evidence
    for agent in (case.watch.watcher, case.watch.contact):
        fault = evidence.link_fault(agent, since, evidence.end)
        if fault is not None:
            return of_fault(evidence, fault, f"{what} had not got through yet")
    server = evidence.server_fault(since, evidence.end)
    if server is not None:
        return of_fault(evidence, server, f"{what} waited for the server")
    gone = absent(evidence, receiver, evidence.end)
    return gone or Cause(CauseClass.LINK, f"{what} was under way (latency)")


def _answers_later(case: Case) -> Cause | None:
    """The contact has heard the request, and answers later."""
    if case.watch.state is not DeclaredState.PENDING or case.heard is None:
        return None
    if _next(case) not in ("approved", "refused"):
        return None
    evidence, contact = case.evidence, case.watch.contact
    gone = absent(evidence, contact, evidence.end)
    if gone is not None:
        return gone
    if evidence.has_rules(contact):
        reason = f"`on_subscribe` of {case.population} answers only later"
        return Cause(CauseClass.SCENARIO, reason)
    own = evidence.own_code(contact)
    if own:
        return Cause(CauseClass.USER_CODE, f"{case.population} answers only later (code of {own})")
    return Cause(CauseClass.SCENARIO, f"a behaviour of {case.population} answers only later")


RULES: tuple[Rule, ...] = (
    _asks_later,
    _request_under_way,
    _answer_under_way,
    _answers_later,
    *RULES_OF_THE_END,
)
"""All rules for an earlier time, in the order in which they are tried."""
