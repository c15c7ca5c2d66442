"""Experiment files: what is wrong with one is said all at once, with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.errors import ScenarioError
from simulator.experiments.design.language import json_schema
from simulator.experiments.design.reading import Planned, load_experiment
from tests.experiments.conftest import SCENARIO, Write

HEAD = "scenario: two.yaml\n"

WRONG = {
    "name: x\n": ["1:1: `scenario` is missing"],
    "scenario: none.yaml\n": ["1:11: scenario: there is no file none.yaml"],
    HEAD + "replicatons: 3\n": [
        "2:1: replicatons: unknown key 'replicatons' (expected `replications`)"
    ],
    HEAD + "vary: {gird: {a: [1]}}\nkeep: some\n": [
        "2:8: vary.gird: unknown key 'gird' (expected `grid`)",
        "3:7: keep: 'some' is not one of the known words",
    ],
    HEAD + "vary: {grid: {populations.aa.count: [1]}}\n": [
        "2:38: vary.grid.populations.aa.count[0]: there is no population `aa` (expected `a`)"
    ],
    HEAD + "vary: {grid: {network.latency: [5ms, 5mm], pings: [3]}}\n": [
        "2:38: network.latency: '5mm' has no known unit",
        "2:52: pings: 3 is neither true nor false",
    ],
    HEAD + "vary: {grid: {backend: [embeded, external]}}\n": [
        "2:25: vary.grid.backend[0]: no backend 'embeded'; did you mean embedded?",
        "2:34: vary.grid.backend[1]: each run of an experiment starts a server of its own",
    ],
    HEAD + "vary: {zip: {pings: [true], run.settle: [1s, 2s]}}\n": [
        "2:13: vary.zip: the numbers of values differ: pings has 1, run.settle has 2"
    ],
    HEAD + "vary: [{grid: {pings: [true]}}, {grid: {pings: [false]}}]\n": ["`pings` varies twice"],
    HEAD + "vary: {grid: {seed: [1, 2]}}\n": [
        "each run has a seed already (expected `replications`)"
    ],
    HEAD + "vary: {grid: {run.settle: {from: 1s, to: 3s}}}\n": ["a range needs `step` or `points`"],
    HEAD + "vary: {grid: {run.settle: {from: 1s, to: 3, points: 2}}}\n": [
        "'1s' and 3 are no two ends of a range"
    ],
    HEAD + "vary: {grid: {run.settle: {from: 1s, to: 3s, step: 0s}}}\n": ["'0s' is no step"],
    HEAD + "vary: {grid: {run.settle: {from: 3s, to: 1s, step: 1s}}}\n": ["'1s' does not fit"],
    HEAD + "vary: {sobol: {run.settle: {from: 1s, to: 3s}}, samples: 6}\n": [
        "6 is not a power of 2"
    ],
    HEAD + "vary: {sobol: {run.settle: {from: 3s, to: 1s}}, samples: 4}\n": [
        "`from` is not below `to`"
    ],
    HEAD + "replications: {until: decided}\n": ["`until: decided` has nothing to decide"],
    HEAD + "replications: {until: {figure: stalenes, interval: 5%}}\n": [
        "unknown figure 'stalenes' (expected `staleness`"
    ],
    HEAD + "expect: [{figure: staleness, at_most: 1s, in: 99%}]\n": ["'1s' is not a share"],
    "scenario: {name: x, populations: {a: {count: three}}}\n": [
        "1:46: scenario.populations.a.count: 'three' is not a whole number"
    ],
}


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_every_fault_has_its_place(text: str, write: Write) -> None:
    path = write(text)
    with pytest.raises(ScenarioError) as caught:
        load_experiment(path)
    told = [str(fault) for fault in caught.value.faults]
    assert len(told) == len(WRONG[text]), told
    for fault, expected in zip(told, WRONG[text], strict=True):
        assert fault.startswith("small.yaml:")
        assert expected in fault


def test_a_fault_of_the_scenario_itself_is_told_once_and_at_its_place(write: Write) -> None:
    path = write()
    Path("two.yaml").write_text(SCENARIO.replace("[a, b]", "[a, c]"))
    with pytest.raises(ScenarioError, match=r"^two.yaml:3:30: ") as caught:
        load_experiment(path)
    assert len(caught.value.faults) == 1


def priority(found: Planned) -> int:
    presence = found.scenario_at(found.points[0]).populations["a"].presence
    assert presence is not None
    return presence.priority


def test_overrides_lead_into_the_experiment_and_into_its_scenario(write: Write) -> None:
    path = write()
    inside = {"scenario.populations.a.presence": "{priority: 4}"}
    found = load_experiment(path, {"replications": "5", **inside})
    assert found.first_size == 5
    assert priority(found) == 4
    indented = SCENARIO.strip().replace("\n", "\n  ")
    assert priority(load_experiment(write(f"scenario:\n  {indented}\n"), inside)) == 4
    with pytest.raises(ScenarioError, match=r"--set scenario.populations.c.count: there is no"):
        load_experiment(path, {"scenario.populations.c.count": "4"})


def test_the_scenario_itself_is_not_changed_by_its_points(write: Write) -> None:
    found = load_experiment(write())
    for point in found.points:
        assert found.scenario_at(point).document["network"] == {"latency": point.settings[0].value}
    assert "network" not in found.base.data  # type: ignore[operator]


def test_the_schema_has_the_whole_language() -> None:
    schema = json_schema()
    assert schema["properties"]["vary"]["anyOf"]
    assert {"Experiment", "Scenario", "Grid"} & set(schema["$defs"]) >= {"Scenario", "Grid"}
