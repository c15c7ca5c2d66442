"""The checks of a scenario that has no `expect`: what its author takes for granted."""

from __future__ import annotations

from typing import Literal

from simulator.analysis.checks.expectations import Check, some
from simulator.analysis.figures.declared import not_in_force, unexcused
from simulator.analysis.figures.rosters import believed_absent, believed_ghosts
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
        _complete("rosters converged at the end", measurement.roster_share, "roster entries"),
        _complete(
            "availability converged at the end",
            measurement.final_availability,
            "authorised watches",
        ),
        _beliefs(measurement),
    ]


def _all_ok(measurement: Measurement) -> Check:
    info = measurement.info
    outcomes = [*info.all_outcomes(), *info.spawned_outcomes()]
    others = [
        f"{outcome.agent} {outcome.outcome} ({outcome.reason or 'no reason given'})"
        for outcome in outcomes
        if outcome.outcome != "ok"
    ]
    right = len(outcomes) - len(others)
    text = "all agents ended ok"
    if others:
        return Check(text, "fail", f"{right} of {len(outcomes)} did: {some(others)}")
    return Check(text, "pass", f"{right} of {len(outcomes)} did")


def _complete(text: str, share: Share, what: str) -> Check:
    if not share.total:
        return Check(text, "pass", f"there were no {what} to converge")
    verdict: Literal["pass", "fail"] = "pass" if share.complete else "fail"
    return Check(text, verdict, f"{share.right} of {share.total} {what} are right")


def _nothing_raised(measurement: Measurement) -> Check:
    text = "no handler or behaviour raised"
    raised = [failure for failure in measurement.info.failures if failure.agent]
    if not raised:
        return Check(text, "pass", "none did")
    told = [f"{failure.agent}: {failure.error} in {failure.where}" for failure in raised]
    return Check(text, "fail", some(list(dict.fromkeys(told))))


def _declared(measurement: Measurement) -> Check:
    text = "every declared watch is in force"
    share = measurement.declared_share
    if not share.total:
        return Check(text, "pass", "none was declared")
    count = f"{share.right} of {share.total} are"
    groups = not_in_force(measurement)
    wrong = unexcused(groups)
    if wrong:
        return Check(text, "fail", f"{count}: {some([group.text for group in wrong])}")
    refused = share.total - share.right
    return Check(text, "pass", f"{count}, {refused} refused as prescribed" if refused else count)


def _beliefs(measurement: Measurement) -> Check:
    text = "agents are right about their contacts' availability"
    wrong = [
        f"{agent} believes {peer} available, who is not"
        for agent, peer in believed_ghosts(measurement)
    ]
    wrong += [
        f"{agent} believes {peer} away, who is available"
        for agent, peer in believed_absent(measurement)
    ]
    return Check(text, "fail" if wrong else "pass", some(wrong) if wrong else "all of them are")
