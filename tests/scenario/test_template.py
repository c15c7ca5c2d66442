from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from simulator.errors import InputError
from simulator.scenario import Plan, build_plan, scenario_from
from simulator.scenario.reading.yaml_source import parse_yaml
from simulator.scenario.template import FAULTS, GRAPHS, Answers, write_scenario
from simulator.testing import assert_passes, run_scenario


def plan_of(answers: Answers) -> Plan:
    document: Any = parse_yaml(write_scenario(answers), "new", Path.cwd()).data
    return build_plan(scenario_from(document))


@pytest.mark.parametrize(("graph", "agents"), list(product(GRAPHS, (2, 3, 5, 40))))
def test_every_graph_plans_for_few_and_for_many(graph: str, agents: int) -> None:
    plan = plan_of(Answers(graph=graph, agents=agents))
    assert len(plan.agents) == agents
    if graph not in ("random", "communities"):
        assert len(plan.watches) >= agents - 1


@pytest.mark.parametrize("agents", [2, 30])
def test_every_fault_plans(agents: int) -> None:
    plan = plan_of(Answers(agents=agents, faults=tuple(FAULTS)))
    assert [fault.kind for fault in plan.faults] == list(FAULTS)


def test_what_is_written_passes(tmp_path: Path) -> None:
    assert_passes(run_scenario(write_scenario(Answers(agents=12)), tmp_path))


def test_what_is_written_holds_for_another_count(tmp_path: Path) -> None:
    text = write_scenario(Answers(agents=12)).replace("count: 12", "count: 7")
    run = run_scenario(text, tmp_path)
    assert_passes(run)
    assert run.summary["run"]["agents"] == 7


def test_what_is_written_with_every_fault_passes(tmp_path: Path) -> None:
    answers = Answers(agents=12, graph="communities", faults=tuple(FAULTS))
    assert_passes(run_scenario(write_scenario(answers), tmp_path))


@pytest.mark.parametrize("name", ["It's: {a} #title", '"', "no", "é \U0001f600", "a\\b"])
def test_any_title_can_be_had(name: str) -> None:
    assert plan_of(Answers(name=name, agents=2)).name == name


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        (Answers(agents=1), "1 agents: expected 2 or more"),
        (Answers(graph="small_world"), "no graph 'small_world': expected `small-world`"),
        (Answers(faults=("crush",)), "no fault 'crush': expected `crash`"),
    ],
)
def test_answers_that_cannot_be_used(answers: Answers, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        write_scenario(answers)
