"""Who has which presence manager, unless the scenario says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.helpers import faults_of, plan_of

MODULE = """
from spade.agent import Agent
from spade.behaviour import OneShotBehaviour
from simulator.spade3.presence import DocumentedPresence

class Own(Agent): ...
class Documented(DocumentedPresence, Agent):
    presence_recovery = "rejoin"
class Wave(OneShotBehaviour): ...
"""


@pytest.fixture
def module(tmp_path: Path) -> str:
    name = f"managed_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(MODULE)
    return name


BUILT_IN = "{behaviours: ['simulator.behaviours:Reciprocate']}"


@pytest.mark.parametrize(
    ("population", "manager", "recovery"),
    [
        ("{}", "documented", "none"),
        (BUILT_IN, "documented", "none"),
        ("{agent: 'MODULE:Own'}", "spade", "none"),
        ("{behaviours: ['MODULE:Wave']}", "spade", "none"),
        ("{agent: 'MODULE:Own', presence_manager: documented}", "documented", "none"),
        ("{agent: 'MODULE:Documented'}", "documented", "rejoin"),
        ("{agent: 'MODULE:Documented', recovery: none}", "documented", "none"),
        ("{agent: 'MODULE:Documented', presence_manager: spade}", "spade", "rejoin"),
    ],
)
def test_own_code_has_what_it_has_in_production(
    population: str, manager: str, recovery: str, module: str, tmp_path: Path
) -> None:
    text = f"populations: {{a: {population.replace('MODULE', module)}}}"
    (agent,) = plan_of(text, tmp_path).agents
    assert (agent.manager, agent.recovery) == (manager, recovery)


def test_the_scenario_decides_for_all(module: str, tmp_path: Path) -> None:
    text = f"presence_manager: documented\npopulations: {{a: {{agent: '{module}:Own'}}, b: {{}}}}"
    assert [agent.manager for agent in plan_of(text, tmp_path).agents] == ["documented"] * 2


def test_spades_own_manager_has_no_recovery(module: str, tmp_path: Path) -> None:
    assert faults_of(
        f"populations: {{a: {{agent: '{module}:Own', recovery: rejoin}}, b: {{}}}}", tmp_path
    ) == ["populations.a.recovery: SPADE's own presence manager cannot `rejoin`"]
    assert faults_of("presence_manager: spade\nrecovery: rejoin\npopulations: {a: {}}") == [
        "recovery: SPADE's own presence manager cannot `rejoin`"
    ]
