from __future__ import annotations

import pytest

from simulator.scenario import PresencePlan
from tests.scenario.helpers import faults_of, plan_of

TWO = (
    "populations: {a: {count: 2, resources: [{name: 'desk{index}'}, {name: phone, priority: -1}]}}"
)


def test_the_first_is_the_agents_own_and_the_others_come_with_it() -> None:
    agent = plan_of(TWO).agents[1]
    assert agent.resource == "desk1"
    assert agent.presence == PresencePlan()
    (phone,) = agent.extra_resources
    assert phone.name == "phone"
    assert phone.presence == PresencePlan(priority=-1)


def test_an_action_names_a_resource_and_the_own_one_needs_no_name() -> None:
    entry = "{at: 1s, who: 'a[0]', do: set_presence, show: dnd, resource: %s}"
    timeline = f"timeline: [{entry % 'phone'}, {entry % 'desk0'}]"
    assert [one.resource for one in plan_of(f"{TWO}\n{timeline}").actions] == ["phone", ""]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "populations: {a: {resource: x, resources: [{name: y}]}}",
            "populations.a.resource: `resource` cannot be combined with `resources`",
        ),
        (
            "populations: {a: {presence: {show: dnd}, resources: [{name: y}]}}",
            "populations.a.presence: `presence` cannot be combined with `resources`",
        ),
        (
            "populations: {a: {resources: [{name: y}, {name: y}]}}",
            "populations.a.resources: two resources have the same name",
        ),
        (
            TWO + "\ntimeline: [{at: 1s, who: a, do: become_unavailable, resource: car}]",
            "timeline[0].resource: `a-0` has no resource `car`",
        ),
        (
            "populations: {a: {}}\n"
            "timeline: [{at: 1s, who: a, do: become_unavailable, resource: car}]",
            "timeline[0].resource: `a` has no resource `car`",
        ),
        (
            TWO + "\ntimeline: [{at: 1s, who: a, do: stop, resource: phone}]",
            "timeline[0].resource: `stop` applies to the whole agent",
        ),
    ],
)
def test_what_does_not_fit_is_refused(text: str, fault: str) -> None:
    assert faults_of(text) == [fault]
