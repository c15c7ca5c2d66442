from __future__ import annotations

from typing import Any

import pytest

from simulator.analysis.checks.check import Check, limit_text, value_text
from simulator.analysis.checks.verdict import Verdict, judge
from simulator.analysis.figures.named import figures
from simulator.journal.records import Agent, AnyRecord, Outcome
from tests.analysis.journals import (
    actual,
    asks,
    did,
    down,
    end,
    fault,
    final,
    head,
    hears,
    measured,
    push,
    says,
    seeing,
    sees,
    up,
    us,
    view,
    watch,
)


def verdict(*records: AnyRecord) -> Verdict:
    measurement = measured(*records)
    return judge(measurement, figures(measurement))


def checked(expect: dict[str, Any], *records: AnyRecord) -> Check:
    """The one check of an expectation, on a run in which a sees b and c does nothing."""
    scenario = {"expect": [expect], "run": {"until": "converged", "settle": "1s"}}
    journal = [
        *head("a", "b", "c", scenario=scenario),
        watch("a", "b"),
        up(0, "a"),
        asks(0.1, "a", "subscribe", "b", "s1"),
        hears(0.2, "b", "subscribe", "a", "s1"),
        asks(0.3, "b", "subscribed", "a", "s2"),
        hears(0.4, "a", "subscribed", "b", "s2"),
        *seeing("a", "b", 0.4),
        *records,
        view(20, "a", "served", 1),
        final(20, "a", "b", "to"),
        *end(20, "a", "b", "c"),
    ]
    (check,) = verdict(*journal).checks
    return check


def test_exit_codes() -> None:
    assert [Verdict(value, (), ()).exit_code for value in ("pass", "fail", "unknown")] == [0, 1, 3]


def test_without_expectations_the_usual_is_checked() -> None:
    found = verdict(*head("a"), up(0, "a"), *end(9, "a"))
    assert found.value == "pass"
    assert [(check.text, check.evidence) for check in found.checks] == [
        ("all agents ended ok", "1 of 1 did"),
        ("no handler or behaviour raised", "none did"),
        ("every declared watch is in force", "none was declared"),
        ("rosters converged at the end", "there were no roster entries to converge"),
        ("availability converged at the end", "there were no authorised watches to converge"),
        ("agents are right about their contacts' availability", "all of them are"),
    ]


def test_a_roster_that_did_not_converge_fails() -> None:
    asked = (asks(1, "a", "subscribe", "b", "1"), hears(1, "b", "subscribe", "a", "1"))
    found = verdict(*head("a"), up(0, "a"), *asked, *end(9, "a"))
    assert (found.value, found.exit_code) == ("fail", 1)
    assert found.reasons == (
        "rosters converged at the end: 0 of 1 roster entries are right;"
        " a has b as absent, expected none + ask since 1 s",
    )
    offenders = [check.offenders for check in found.checks if check.verdict == "fail"]
    assert offenders == [("a has b as absent, expected none + ask since 1 s",)]


def test_a_failed_agent_fails_the_usual_checks() -> None:
    outcome = Outcome(t=us(9), agent="a", outcome="failed", reason="it raised")
    found = verdict(*head("a", "b"), outcome, *end(9, "b"))
    assert found.reasons == ("all agents ended ok: 1 of 2 did: a failed (it raised)",)


def test_a_pass_tells_what_does_not_hold_though_no_expectation_asks_for_it() -> None:
    scenario = {"expect": [{"figure": "outcomes.failed", "equals": 1}]}
    outcome = Outcome(t=us(9), agent="a", outcome="failed", reason="it raised")
    found = verdict(*head("a", "b", scenario=scenario), outcome, *end(9, "b"))
    assert found.value == "pass"
    assert found.reasons == (
        "no expectation asks for it, but this does not hold:"
        " all agents ended ok: 1 of 2 did: a failed (it raised)",
    )


@pytest.mark.parametrize(
    ("tail", "reason"),
    [
        ([], "the journal has no end: the run was killed, or still goes on"),
        (end(9, "a", "b", complete=False), "the run is incomplete: duration"),
        (
            end(9, "a"),
            "1 of 2 agents have no known outcome (b: the journal has no outcome)",
        ),
    ],
)
def test_incomplete_evidence_is_unknown(tail: list[AnyRecord], reason: str) -> None:
    found = verdict(*head("a", "b"), *tail)
    assert (found.value, found.exit_code) == ("unknown", 3)
    assert reason in found.reasons


FIGURES = [
    (
        {"figure": "time_to_converge.roster", "at_most": "1s"},
        "pass",
        "0.4 s (after start + subscriptions[0])",
    ),
    (
        {"figure": "time_to_converge.roster", "at_most": "200ms"},
        "fail",
        "0.4 s (after start + subscriptions[0])",
    ),
    ({"figure": "roster_convergence", "equals": 1}, "pass", "100%"),
    ({"figure": "deliveries.lost", "equals": 0}, "pass", "0"),
    ({"figure": "outcomes.ok", "above": 3}, "fail", "3"),
    (
        {"figure": "detection_time.p95", "below": "1s"},
        "unknown",
        "could not be measured: no death was detected",
    ),
]


@pytest.mark.parametrize(("expect", "value", "evidence"), FIGURES)
def test_figures(expect: dict[str, Any], value: str, evidence: str) -> None:
    """a asks at 0.1 s; its entry is wrong until the push at 0.4 s. b has no session."""
    check = checked(expect)
    assert (check.verdict, check.evidence) == (value, evidence)


ROSTERS = [
    ({"a": {"b": "to"}}, "pass", "it is"),
    ({"a": {"b": "both"}}, "fail", "a has b as to, not both"),
    ({"a": {"c": "absent"}}, "pass", "it is"),
    ({"a": {"b": {"subscription": "to", "ask": True}}}, "fail", "a has b as to, not to + ask"),
    ({"c": {"a": "absent"}}, "unknown", "c's roster could not be read"),
    ({"a": {"all": "to"}}, "fail", "a has c as absent, not to"),
]


@pytest.mark.parametrize(("roster", "value", "evidence"), ROSTERS)
def test_rosters(roster: dict[str, Any], value: str, evidence: str) -> None:
    check = checked({"roster": roster})
    assert (check.verdict, check.evidence) == (value, evidence)


SIGHTS = [
    ({"contact": "b", "by": "c"}, "pass"),
    ({"contact": "b"}, "fail"),
    ({"contact": "b", "show": "away"}, "fail"),
    ({"contact": "b", "show": "dnd"}, "pass"),
    ({"contact": "b", "show": "none", "after": "1s"}, "pass"),
    ({"contact": "b", "before": "5s", "after": "1s"}, "pass"),
    ({"contact": "b", "available": False}, "pass"),
]


@pytest.mark.parametrize(("sight", "value"), SIGHTS)
def test_nobody_saw(sight: dict[str, Any], value: str) -> None:
    """a sees b at 0.4 s, and away at 6.1 s."""
    records: list[AnyRecord] = [actual(6, "b", show="away"), sees(6.1, "a", "b", show="away")]
    assert checked({"nobody_saw": sight}, *records).verdict == value


def test_who_sees_itself_is_nobody() -> None:
    """The server reflects an agent's own presence to it."""
    assert checked({"nobody_saw": {"contact": "c"}}, sees(3, "c", "c")).verdict == "pass"


def test_nobody_saw_names_who_did() -> None:
    check = checked({"nobody_saw": {"contact": "b"}})
    assert check.text == "nobody of all saw b available"
    assert check.evidence == "a saw b at 0.4 s"
    assert check.offenders == ("a saw b available at 0.4 s: b's change to available at 0.4 s",)


def test_nobody_saw_names_the_entry_and_the_fault() -> None:
    check = checked(
        {"nobody_saw": {"contact": "b", "show": "dnd"}},
        did(5, "b"),
        says(5, "b", "1", "dnd"),
        actual(5, "b", show="dnd", id="1"),
        fault(5, "stall", "begin", "a"),
        fault(6, "stall", "end", "a"),
        sees(6, "a", "b", show="dnd", id="1"),
    )
    assert check.offenders == (
        "a saw b available (dnd) at 6 s: b's change to dnd at 5 s (timeline[0]), while stall at 5 s"
        " (faults[0]) hit a",
    )


def test_a_journal_that_knows_only_a_part_of_the_plan_is_judged() -> None:
    """Of a run that was killed while it began, the journal may lack those whom `expect` names."""
    expect = [
        {"roster": {"a": {"gone-3": "both"}, "gone[2:5]": {"a": "both"}}},
        {"nobody_saw": {"contact": "gone-3", "by": "all"}},
        {
            "in_order": [
                {"agent": "gone-3", "became": "started"},
                {"agent": "a", "became": "failed"},
            ]
        },
    ]
    found = verdict(*head("a", scenario={"expect": expect}))
    assert found.value == "unknown"
    assert [check.verdict for check in found.checks] == ["unknown", "pass", "fail"]
    assert found.checks[0].evidence == (
        "a's roster could not be read, gone[2:5]'s roster could not be read"
    )


def test_in_order() -> None:
    steps = [
        {"agent": "a", "sent": "subscribe", "to": "b"},
        {"agent": "a", "contact": "b", "roster": "to"},
        {"agent": "c", "did": "set_presence"},
    ]
    passed = checked({"in_order": steps}, did(7, "c"))
    assert passed.verdict == "pass"
    assert passed.evidence == "at 0.1 s, 0.4 s, 7 s"
    failed = checked({"in_order": [*reversed(steps)]}, did(7, "c"))
    assert failed.verdict == "fail"
    assert failed.evidence == (
        "step 2 (a contact b roster to) did not come after c did set_presence at 7 s"
    )
    early, *_ = failed.offenders
    assert early == "step 2 (a contact b roster to) came at 0.4 s, too early"


def test_a_step_that_never_came_names_who_was_not_there_and_the_fault() -> None:
    steps = [
        {"agent": "a", "sent": "subscribe", "to": "b"},
        {"agent": "b", "became": "stopped"},
    ]
    check = checked(
        {"in_order": steps},
        Agent(t=us(1), agent="b", state="started"),
        up(1, "b"),
        fault(3, "black_hole", "begin", "b"),
        down(5, "b"),
    )
    assert check.offenders == (
        "b was not there at the end: link: member has no stream: black hole at 3 s (faults[0])",
        "meanwhile, black hole at 3 s (faults[0]) hit b",
    )


SHARES = {0.0: "0%", 8.37e-05: "0.00837%", 1e-9: "<0.0001%", 0.25: "25%", 0.9999999: ">99.99%"}


@pytest.mark.parametrize(("share", "text"), SHARES.items())
def test_a_share_is_in_percent_and_never_reads_as_nothing_or_all(share: float, text: str) -> None:
    assert value_text(share, "share") == text
    assert value_text(1, "share") == "100%"
    assert limit_text(0.99999, "share") == "99.999%"


def test_a_push_after_the_observation_is_no_event() -> None:
    steps = [{"agent": "a", "sent": "subscribe"}, {"agent": "c", "received": "subscribe"}]
    late = push(21, "a", "b", "none")
    assert checked({"in_order": steps}, late).verdict == "fail"
