from __future__ import annotations

from pathlib import Path

import pytest

from simulator.scenario.plan import BehaviourPlan, PresencePlan
from tests.scenario.helpers import faults_of, plan_of


def test_names_and_defaults() -> None:
    agents = plan_of("""
        populations:
          agent1:
          member: {count: 2}
          seller: {count: 2, name: "s{index}-{population}", resource: "r{index}"}
    """).agents
    assert [(agent.name, agent.population, agent.index) for agent in agents] == [
        ("agent1", "agent1", 0),
        ("member-0", "member", 0),
        ("member-1", "member", 1),
        ("s0-seller", "seller", 0),
        ("s1-seller", "seller", 1),
    ]
    assert [agent.resource for agent in agents] == ["", "", "", "r0", "r1"]
    assert agents[0].presence == PresencePlan()
    assert agents[0].on_subscribe == ()
    assert agents[0].manager == "documented"
    assert agents[0].start == 0


def test_managers() -> None:
    agents = plan_of("""
        presence_manager: spade
        populations: {a: {}, b: {presence_manager: documented}}
    """).agents
    assert [agent.manager for agent in agents] == ["spade", "documented"]


def test_ramp_of_starts() -> None:
    agents = plan_of("""
        populations: {a: {count: 3, start: {every: 10ms, starting: 1s}}, b: {start: 2s}}
    """).agents
    assert [agent.start for agent in agents] == [1_000_000, 1_010_000, 1_020_000, 2_000_000]


def test_random_starts_do_not_depend_on_the_others() -> None:
    text = "populations: {{a: {{count: {0}, start: {{uniform: {{low: 0s, high: 9s}}}}}}}}"
    few, many = (plan_of(text.format(count)).agents for count in (3, 5))
    assert [agent.start for agent in few] == [agent.start for agent in many[:3]]
    assert len({agent.start for agent in many}) == 5


def rules(on_subscribe: str) -> list[tuple[object, ...]]:
    agents = plan_of(
        f"populations: {{a: {{on_subscribe: {on_subscribe}}}, b: {{count: 4}}}}"
    ).agents
    return [
        (rule.decision, rule.share, rule.askers and sorted(rule.askers))
        for rule in agents[0].on_subscribe
    ]


def test_rules() -> None:
    assert rules("deny") == [("deny", 1.0, None)]
    assert rules("{approve: {share: 25%}}") == [("approve", 0.25, None)]
    assert rules("[{ignore: {from: 'b[0]'}}, approve_all]") == [
        ("ignore", 1.0, ["b-0"]),
        ("approve_all", 1.0, None),
    ]
    assert rules("{approve: }") == [("approve", 1.0, None)]


def test_a_sample_of_askers_is_the_same_each_time() -> None:
    ((_, _, askers),) = rules("{deny: {from: {sample: 2, of: b}}}")
    assert rules("{deny: {from: {sample: 2, of: b}}}") == [("deny", 1.0, askers)]


def test_delays() -> None:
    agents = plan_of("populations: {a: {on_subscribe: {approve: {delay: 2s}}}}").agents
    delay = agents[0].on_subscribe[0].delay
    assert delay is not None
    assert delay.sample(None) == 2_000_000  # type: ignore[arg-type]


MODULE = """
import helper_of_{name}
class Agent:
    pass
Agent.__module__ = "spade.agent"
class Seller(Agent):
    def __init__(self, jid, password, price=1):
        pass
class CyclicBehaviour:
    pass
CyclicBehaviour.__module__ = "spade.behaviour"
class Wave(CyclicBehaviour):
    def __init__(self, hand):
        pass
"""


@pytest.fixture
def package(tmp_path: Path) -> str:
    name = f"users_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(MODULE.format(name=name))
    (tmp_path / f"helper_of_{name}.py").write_text("")
    return name


def test_own_classes_beside_the_scenario(package: str, tmp_path: Path) -> None:
    (agent,) = plan_of(
        f"""
        populations:
          seller:
            agent: {package}:Seller
            arguments: {{price: 3}}
            attributes: {{shop: [1, 2]}}
            behaviours: [{{class: "{package}:Wave", arguments: {{hand: left}}}}]
        """,
        tmp_path,
    ).agents
    assert agent.agent_class == f"{package}:Seller"
    assert (agent.arguments, agent.attributes) == ((("price", 3),), (("shop", [1, 2]),))
    assert agent.behaviours == (BehaviourPlan(f"{package}:Wave", (("hand", "left"),)),)
    assert agent.presence is None


def test_wrong_classes_are_all_reported(package: str, tmp_path: Path) -> None:
    assert faults_of(
        f"""
        populations:
          a: {{agent: "{package}:Wave"}}
          b: {{behaviours: ["{package}:Seller", "{package}:Wave"]}}
        """,
        tmp_path,
    ) == [
        f"populations.a.agent: `{package}:Wave` is not a spade.agent.Agent",
        f"populations.b.behaviours[0]: `{package}:Seller` is not a spade.behaviour.CyclicBehaviour",
        "populations.b.behaviours[1]: Wave: missing a required argument: 'hand'",
    ]


def test_duplicate_names_end_the_planning_with_every_clash() -> None:
    found = faults_of("""
        populations: {a: {count: 2, name: x}, b: {name: x}, c: {name: a}}
    """)
    assert found == [
        "populations.a.name: agent `x` is already in the same population",
        "populations.b.name: agent `x` is already in `a`",
        "populations.c.name: `a` would be ambiguous",
    ]
