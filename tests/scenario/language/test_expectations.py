from __future__ import annotations

import math
from typing import Any

import pytest
from pydantic import ValidationError

from simulator.scenario.figures import FIGURES
from simulator.scenario.language.expectations import InOrder, NobodySaw, RosterExpectation
from simulator.scenario.language.expected_figures import FigureExpectation
from simulator.scenario.reading.recorded import RecordedScenario
from tests.scenario.helpers import faults_of


def read(expectation: dict[str, Any]) -> Any:
    (one,) = RecordedScenario.model_validate({"expect": [expectation]}).expect
    return one


def figure(name: str, **limits: Any) -> FigureExpectation:
    one = read({"figure": name, **limits})
    assert isinstance(one, FigureExpectation)
    return one


@pytest.mark.parametrize(
    ("name", "limits", "parsed"),
    [
        ("time_to_converge.roster", {"at_most": "6s"}, (("at_most", 6e6),)),
        ("time_to_converge.roster", {"equals": "never"}, (("equals", math.inf),)),
        ("propagation_latency.p95", {"below": 0.2}, (("below", 2e5),)),
        ("deliveries.lost", {"equals": 0}, (("equals", 0.0),)),
        ("roster_convergence", {"at_least": "95%"}, (("at_least", 0.95),)),
        ("staleness.ghost", {"above": 0.1, "at_most": 0.5}, (("at_most", 0.5), ("above", 0.1))),
        ("amplification", {"at_most": 7.5}, (("at_most", 7.5),)),
    ],
)
def test_limits(name: str, limits: dict[str, Any], parsed: tuple[Any, ...]) -> None:
    assert figure(name, **limits).limits == parsed


@pytest.mark.parametrize(
    ("limits", "measured", "holds"),
    [
        ({"at_most": 3}, 3, True),
        ({"at_most": 3}, 4, False),
        ({"at_least": 3}, 3, True),
        ({"at_least": 3}, 2, False),
        ({"equals": 3}, 3, True),
        ({"equals": 3}, 2, False),
        ({"below": 3}, 3, False),
        ({"below": 3}, 2, True),
        ({"above": 3}, 3, False),
        ({"above": 3}, 4, True),
        ({"at_least": 1, "at_most": 3}, 4, False),
        ({"at_least": 1, "at_most": 3}, 2, True),
    ],
)
def test_holds(limits: dict[str, int], measured: float, holds: bool) -> None:
    assert figure("deliveries.lost", **limits).holds(measured) is holds


def test_a_time_that_never_came() -> None:
    assert not figure("time_to_converge.roster", at_most="1h").holds(math.inf)
    assert figure("time_to_converge.roster", equals="never").holds(math.inf)
    assert figure("time_to_converge.roster", above="1s").holds(math.inf)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("deliveries.lost", "5%"),
        ("deliveries.lost", 1.5),
        ("deliveries.lost", -1),
        ("deliveries.lost", True),
        ("roster_convergence", "2s"),
        ("roster_convergence", 1.01),
        ("time_to_converge.roster", "50%"),
        ("roster_convergence", "never"),
        ("amplification", -1),
        ("amplification", "x"),
        ("amplification", [1]),
    ],
)
def test_limits_of_another_kind(name: str, value: object) -> None:
    with pytest.raises(ValidationError):
        figure(name, at_most=value)


def test_every_figure_can_be_expected() -> None:
    for name, unit in FIGURES.items():
        value = {"time": "1s", "share": 0.5, "count": 1, "ratio": 2.5}[unit]
        assert figure(name, at_least=value).limits


def test_roster() -> None:
    one = read({"roster": {"a": {"b": "both", "c": {"subscription": "none", "ask": True}}}})
    assert isinstance(one, RosterExpectation)
    assert [(o, c, e.subscription, e.ask) for o, c, e in one.entries()] == [
        ("a", "b", "both", None),
        ("a", "c", "none", True),
    ]


def test_nobody_saw() -> None:
    one = read({"nobody_saw": {"contact": "a", "by": ["b", "c"], "show": "dnd", "after": "2s"}})
    assert isinstance(one, NobodySaw)
    sight = one.nobody_saw
    assert (sight.contact, sight.by, sight.available) == ("a", ("b", "c"), True)
    assert (sight.show, sight.status, sight.after, sight.before) == ("dnd", None, 2_000_000, None)
    assert read({"nobody_saw": {"contact": "a"}}).nobody_saw.by == "all"


def test_in_order() -> None:
    steps = [
        {"agent": "a", "sent": "subscribe", "to": "b"},
        {"agent": "b", "received": "subscribe", "from": "a"},
        {"agent": "a", "contact": "b", "roster": "to", "ask": False},
        {"agent": "a", "did": "subscribe", "peer": "b"},
        {"agent": "a", "became": "stopped"},
    ]
    one = read({"in_order": steps})
    assert isinstance(one, InOrder)
    names = [type(step).__name__ for step in one.in_order]
    assert names == ["SentStep", "ReceivedStep", "RosterStep", "DidStep", "BecameStep"]


def test_names_are_checked_wherever_they_stand() -> None:
    found = faults_of("""
        populations: {a: {}, b: {count: 3}}
        expect:
          - roster: {x1: {a: both}, a: {x2: both, "b[0:2]": none, friend@example.org: to}}
          - nobody_saw: {contact: [a, x3], by: x4}
          - in_order:
              - {agent: x5, sent: subscribe, to: x6}
              - {agent: a, received: subscribe, from: x7}
              - {agent: a, roster: to, contact: bad@jid@x}
          - {figure: deliveries.lost, equals: 0}
    """)
    assert [fault.split(":")[0] for fault in found] == [
        "expect[0].roster.a.x2",
        "expect[0].roster.x1",
        "expect[1].nobody_saw.by",
        "expect[1].nobody_saw.contact[1]",
        "expect[2].in_order[0].agent",
        "expect[2].in_order[0].to",
        "expect[2].in_order[1].from",
        "expect[2].in_order[2].contact",
    ]
