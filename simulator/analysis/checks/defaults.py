"""The checks of a scenario that has no `expect`: what its author takes for granted."""

from __future__ import annotations

from simulator.analysis.causes.absences import NEVER_AGAIN
from simulator.analysis.causes.groups import unexcused
from simulator.analysis.causes.texts import watches_text
from simulator.analysis.checks.check import Check, Offender, some
from simulator.analysis.checks.offenders import limited, of_group, offenders, outcome_of, worst
from simulator.analysis.measurement import Measurement
from simulator.analysis.states import Share


def default_checks(measurement: Measurement) -> list[Check]:
    """The checks of a scenario that has no `expect`.

    All agents ended ok, and no code of theirs raised. Every declared watch is in force, unless the
    scenario itself prescribes a refusal. Rosters and availability have converged at the end, and
    what the agents believe of their contacts' availability is right. Where there is nothing to
    converge, nothing is wrong.
    """
    return [
        _all_ok(measurement),
        _nothing_raised(measurement),
        _declared(measurement),
        _complete(measurement, "roster_convergence", measurement.roster_share, "roster entries"),
        _complete(
            measurement,
            "availability_convergence",
            measurement.final_availability,
            "authorised watches",
        ),
        _beliefs(measurement),
    ]


def _all_ok(measurement: Measurement) -> Check:
    info = measurement.info
    outcomes = [*info.all_outcomes(), *info.spawned_outcomes()]
    others = [
        outcome_of(
            measurement,
            outcome,
            f"{outcome.agent} {outcome.outcome} ({outcome.reason or 'no reason given'})",
        )
        for outcome in outcomes
        if outcome.outcome != "ok"
    ]
    right = len(outcomes) - len(others)
    text = "all agents ended ok"
    if others:
        told = some([one.text for one in others])
        return Check(text, "fail", f"{right} of {len(outcomes)} did: {told}", named=others[0])
    return Check(text, "pass", f"{right} of {len(outcomes)} did")


_CONVERGED = {
    "roster_convergence": "rosters converged at the end",
    "availability_convergence": "availability converged at the end",
}


def _complete(measurement: Measurement, figure: str, share: Share, what: str) -> Check:
    text = _CONVERGED[figure]
    if not share.total:
        return Check(text, "pass", f"there were no {what} to converge")
    told = f"{share.right} of {share.total} {what} are right"
    if share.complete:
        return Check(text, "pass", told)
    return Check(text, "fail", told, worst(measurement, figure))


def _nothing_raised(measurement: Measurement) -> Check:
    text = "no handler or behaviour raised"
    raised = [failure for failure in measurement.info.failures if failure.agent]
    if not raised:
        return Check(text, "pass", "none did")
    told = [
        f"{failure.agent}: {failure.error} in {failure.where}"
        + (f" ({failure.place})" if failure.place else "")
        for failure in raised
    ]
    evidence = measurement.causes.evidence
    ended = any(evidence.silenced(one.agent, one.where) is not None for one in raised)
    more = (Offender(NEVER_AGAIN),) if ended else ()
    first = Offender(told[0], raised[0].t, (raised[0].agent,))
    return Check(text, "fail", some(list(dict.fromkeys(told))), more, named=first)


def _declared(measurement: Measurement) -> Check:
    text = "every declared watch is in force"
    share = measurement.declared_share
    if not share.total:
        return Check(text, "pass", "none was declared")
    count = f"{share.right} of {share.total} are"
    wrong = unexcused(measurement.causes.watch_groups)
    if wrong:
        evidence = measurement.causes.evidence
        found = [of_group(measurement, one, watches_text(evidence, one)) for one in wrong]
        told = some([one.text for one in found])
        return Check(text, "fail", f"{count}: {told}", named=found[0])
    refused = share.total - share.right
    return Check(text, "pass", f"{count}, {refused} refused as prescribed" if refused else count)


def _beliefs(measurement: Measurement) -> Check:
    text = "agents are right about their contacts' availability"
    wrong = [
        one
        for figure in ("believed_ghosts", "believed_absent")
        for one in offenders(measurement, figure)
    ]
    if not wrong:
        return Check(text, "pass", "all of them are")
    told = "1 belief is wrong" if len(wrong) == 1 else f"{len(wrong)} beliefs are wrong"
    return Check(text, "fail", told, limited(wrong))
