"""Why a declared watch is not in force: rules in an order, of which the first that knows decides.

A rule is a function of a `Case`; it gives a `Cause`, or None where its evidence is not there. The
order goes from what the scenario itself prescribes along the way of a request: from the watcher
that asks, over the server, to the contact that answers, and back.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.analysis.causes.absences import absent, crashed, lost_on_the_way, of_fault, raised
from simulator.analysis.causes.case import Case
from simulator.analysis.causes.cause import Cause, CauseClass
from simulator.analysis.states import DeclaredState
from simulator.journal.records import SECOND

_SOON = 5 * SECOND
"""Who was there for so long after a request could have answered it."""

Rule = Callable[[Case], Cause | None]


def _prescribed(case: Case) -> Cause | None:
    """The scenario lets the contact refuse the request, or leave it unanswered."""
    if not case.watch.is_prescribed:
        return None
    if case.watch.state is DeclaredState.REFUSED:
        return Cause(CauseClass.SCENARIO, f"the scenario lets {case.population} refuse it")
    return Cause(CauseClass.SCENARIO, f"the scenario lets {case.population} leave it unanswered")


def _rosters_lost(case: Case) -> Cause | None:
    """The server lost its rosters after the request."""
    gone = case.last("not_served", case.watch.asked or 0)
    fault = None if gone is None else case.evidence.server_fault(gone, gone)
    if fault is None or case.watch.ask:
        return None
    return of_fault(case.evidence, fault, "the server lost its rosters")


def _ended(case: Case) -> Cause | None:
    """An agent's own act ended it."""
    if case.watch.state is not DeclaredState.ENDED:
        return None
    agent = case.watch.ended_by.partition(" ")[0]
    own = case.evidence.own_code(agent)
    act = case.watch.ended_by.replace(agent, case.evidence.population(agent), 1)
    if own:
        return Cause(CauseClass.USER_CODE, f"{act} (code of {own})")
    return Cause(CauseClass.SCENARIO, act)


def _not_asked(case: Case) -> Cause | None:
    """No request left the watcher: it was not there, or its manager sent none."""
    if case.watch.state is not DeclaredState.NOT_ASKED:
        return None
    watch, evidence = case.watch, case.evidence
    skipped = case.last("skipped")
    t = max(watch.at, case.last("acted") or 0) if skipped is None else skipped
    dead = evidence.life(watch.watcher, t) == "dead"
    gone = crashed(evidence, watch.watcher, t) if dead else absent(evidence, watch.watcher, t)
    if gone is not None:
        return gone
    population = evidence.population(watch.watcher)
    failures = [one for one in evidence.failures(watch.watcher) if one.t >= watch.at]
    if failures and failures[0].place:
        return raised(evidence, watch.watcher, failures[0])
    if case.last("acted") is None:
        return absent(evidence, watch.watcher, evidence.end)
    return Cause(
        CauseClass.PRESENCE_MANAGER, f"{population} was asked to, and its manager sent no request"
    )


def _request_lost(case: Case) -> Cause | None:
    """The request left the watcher and did not reach the contact."""
    watch = case.watch
    if watch.asked is None or case.heard is not None or watch.refused:
        return None
    if watch.state is DeclaredState.LOST and case.last("in_force", watch.asked) is not None:
        return None
    if case.last("bounced", watch.asked) is not None:
        return Cause(CauseClass.SCENARIO, f"there is no account {case.population}")
    return lost_on_the_way(case.evidence, watch.watcher, watch.contact, watch.asked, "the request")


def _refused(case: Case) -> Cause | None:
    """The contact refused, or the server did in its name."""
    if case.watch.state is not DeclaredState.REFUSED:
        return None
    if case.last("refused", case.since) is None:
        return Cause(CauseClass.SERVER, f"the server refuses in the name of {case.population}")
    own = case.evidence.own_code(case.watch.contact)
    if own:
        return Cause(CauseClass.USER_CODE, f"{case.population} refuses (code of {own})")
    return Cause(CauseClass.SCENARIO, f"{case.population} refuses, as the scenario tells it to")


def _answer_lost(case: Case) -> Cause | None:
    """The contact approved, and the watcher's roster does not show it."""
    heard, watch = case.heard, case.watch
    approved = None if heard is None else case.last("approved", heard)
    if approved is None or watch.state is DeclaredState.LOST:
        return None
    return lost_on_the_way(case.evidence, watch.contact, watch.watcher, approved, "the approval")


def _contact_gone(case: Case) -> Cause | None:
    """The contact was gone before it could answer."""
    heard, contact = case.heard, case.watch.contact
    if heard is None or case.watch.state is DeclaredState.LOST:
        return None
    soon = min(heard + _SOON, case.evidence.end)
    t = soon if case.evidence.own_code(contact) else case.evidence.end
    return None if case.evidence.failures(contact) else absent(case.evidence, contact, t)


def _code_raised(case: Case) -> Cause | None:
    """The contact's code raised, and it has not answered."""
    contact = case.watch.contact
    failures = [
        one
        for one in case.evidence.failures(contact)
        if one.where == "on_subscribe" or (one.place and not one.where.startswith("on_"))
    ]
    if case.heard is None or not failures:
        return None
    asked = [one for one in failures if one.where == "on_subscribe"]
    return raised(case.evidence, contact, (asked or failures)[0])


def _before_setup(case: Case) -> Cause | None:
    """It came before the agent's setup() had set a handler, and SPADE keeps no request for one.

    SPADE calls setup() once it has connected, and what waited at the server comes before that.
    """
    evidence, contact, heard = case.evidence, case.watch.contact, case.heard
    if heard is None or not _misses_calls(case):
        return None
    started = evidence.started(contact, heard)
    raised_then = any(
        one.where == "on_subscribe" and one.t == heard for one in evidence.failures(contact)
    )
    if started is None or raised_then or not evidence.own_code(contact):
        return None
    return Cause(
        CauseClass.PRESENCE_MANAGER,
        f"the request reached {case.population} before its setup() had set a handler or"
        " `approve_all`, and SPADE's own manager does not keep it",
        "use the documented manager, or ask again once it has started",
    )


def _handler_not_called(case: Case) -> Cause | None:
    """SPADE's own manager did not hand the request to the agent's handler."""
    evidence, contact = case.evidence, case.watch.contact
    calls = evidence.handler_calls(contact, "on_subscribe")
    if case.heard is None or not calls or not _misses_calls(case):
        return None
    return Cause(
        CauseClass.PRESENCE_MANAGER,
        f"SPADE's own manager called on_subscribe of {case.population} for {calls} of"
        f" {evidence.requests_heard[contact]} requests",
        "use the documented manager",
    )


def _misses_calls(case: Case) -> bool:
    """Has the contact SPADE's own manager, which handed fewer requests on than it heard?"""
    evidence, contact = case.evidence, case.watch.contact
    calls = evidence.handler_calls(contact, "on_subscribe")
    return evidence.manager(contact) == "spade" and calls < evidence.requests_heard[contact]


def _nobody_answers(case: Case) -> Cause | None:
    """The scenario gives nobody who would answer."""
    contact = case.watch.contact
    if case.heard is None or case.evidence.has_rules(contact) or case.evidence.behaves(contact):
        return None
    return Cause(
        CauseClass.SCENARIO,
        f"no agent of {case.population} answers (no `on_subscribe`, no handler)",
        f"give {case.population} `on_subscribe: approve`",
    )


def _answers_later(case: Case) -> Cause | None:
    """The scenario's own rule waits for longer than the run."""
    if case.heard is None or not case.evidence.has_rules(case.watch.contact):
        return None
    return Cause(
        CauseClass.SCENARIO,
        f"`on_subscribe` of {case.population} has not answered by the end",
        "make the run longer, or its delay shorter",
    )


def _never_answered(case: Case) -> Cause | None:
    """The contact's own code heard the request, and did not answer."""
    contact = case.watch.contact
    if case.heard is None or case.watch.state is DeclaredState.LOST:
        return None
    own = case.evidence.own_code(contact)
    if not own:
        return Cause(CauseClass.SCENARIO, f"no behaviour of {case.population} answers requests")
    calls = case.evidence.handler_calls(contact, "on_subscribe")
    did = "none of its handlers was called"
    if calls:
        did = f"its on_subscribe was called {calls} time{'s' if calls != 1 else ''}"
    return Cause(
        CauseClass.USER_CODE,
        f"{own} left it unanswered ({did})",
        "approve in `on_subscribe`, or set `approve_all`",
    )


def _server_lost_it(case: Case) -> Cause | None:
    """It was in force, nobody ended it, and the server does not list it any more."""
    if case.watch.state is not DeclaredState.LOST:
        return None
    return Cause(CauseClass.SERVER, "the server does not list it any more, though nobody ended it")


RULES: tuple[Rule, ...] = (
    _prescribed,
    _rosters_lost,
    _ended,
    _not_asked,
    _request_lost,
    _refused,
    _answer_lost,
    _contact_gone,
    _before_setup,
    _code_raised,
    _handler_not_called,
    _nobody_answers,
    _answers_later,
    _never_answered,
    _server_lost_it,
)
"""All rules, in the order in which they are tried."""
