"""What holds for every plan: determinism, the scenario files, any document at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.errors import Fault, ScenarioError
from simulator.scenario import Plan, build_plan, load_scenario, scenario_from
from simulator.scenario.plan import RunPlan
from tests.scenario.helpers import plan_of
from tests.scenario.language.test_schema import EVERYTHING

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))

PRINT_PLANS = """
import dataclasses, sys
from simulator.scenario import Plan, build_plan, load_scenario, scenario_from
import yaml
def plain(value):
    return sorted(value) if isinstance(value, frozenset) else value
def text(value):
    if dataclasses.is_dataclass(value):
        return [text(getattr(value, one.name)) for one in dataclasses.fields(value)]
    return [text(one) for one in value] if isinstance(value, tuple) else repr(plain(value))
plans = [build_plan(scenario_from(yaml.safe_load(sys.argv[1])))]
assert not {"spade", "aioxmpp"} & set(sys.modules)  # a scenario with users' classes may
plans += [build_plan(load_scenario(path)) for path in sys.argv[2:]]
print([text(plan) for plan in plans])
"""

RANDOM: dict[str, Any] = {
    "name": "random",
    "populations": {
        "m": {
            "count": 40,
            "start": {"exponential": {"mean": "2s"}},
            "on_subscribe": {"deny": {"from": {"sample": 5, "of": "m"}}},
        }
    },
    "subscriptions": [
        {"graph": {"generator": "barabasi_albert_graph", "m": 3}, "at": {"normal": {
            "mean": "5s", "deviation": "1s"}}},
        {"graph": {"generator": "random_geometric_graph", "radius": 0.2}},
        {"from": "m", "to": {"sample": 3, "of": "m"}},
    ],
    "timeline": [
        {"at": {"every": "1s", "starting": "40s", "times": 5}, "who": {"share": 0.2, "of": "m"},
         "do": "stop"},
        {"at": "50s", "who": {"sample": 2, "of": "stopped"}, "do": "start"},
    ],
}  # fmt: skip


def printed(hash_seed: str) -> str:
    command = [sys.executable, "-c", PRINT_PLANS, json.dumps(RANDOM), *map(str, SCENARIOS)]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_same_plan_under_every_hash_seed_and_without_spade() -> None:
    first = printed("0")
    assert len(first) > 10_000
    assert printed("1") == first
    assert printed("random") == first


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_scenario_files(path: Path) -> None:
    plan = build_plan(load_scenario(path))
    assert path.read_text().startswith("# ")
    assert plan.scenario["expect"]
    assert plan.scenario["question"]
    assert plan == build_plan(load_scenario(path))


def test_the_four_of_the_beginning() -> None:
    sizes = {
        path.stem: (len(plan.agents), len(plan.watches))
        for path in SCENARIOS
        for plan in [build_plan(load_scenario(path))]
    }
    assert sizes["two_agents"] == (2, 2)
    assert sizes["karate_club"] == (34, 156)
    assert sizes["small_world"] == (100, 600)
    assert sizes["unapproved"] == (15, 36)


def test_seed_replaces_the_scenarios_own() -> None:
    scenario = scenario_from({**RANDOM, "seed": 5})
    assert build_plan(scenario).seed == 5
    assert build_plan(scenario, 6).seed == 6
    assert build_plan(scenario, 6).scenario["seed"] == 6
    assert build_plan(scenario, 6).watches != build_plan(scenario).watches
    assert build_plan(scenario, 5) == build_plan(scenario)


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("", RunPlan("converged", 60_000_000, 1_000_000)),
        ("run: {until: converged, at_most: 2min, settle: 5s}",
         RunPlan("converged", 120_000_000, 5_000_000)),
        ("run: {duration: 30s}", RunPlan("duration", 31_000_000, 1_000_000)),
        ("run: {duration: 30s, settle: 0s}", RunPlan("duration", 30_000_000, 0)),
    ],
)  # fmt: skip
def test_run(run: str, expected: RunPlan) -> None:
    assert plan_of(f"populations: {{m: {{}}}}\n{run}").run == expected


def test_the_resolved_document_is_json() -> None:
    plan = build_plan(scenario_from(RANDOM))
    assert json.loads(json.dumps(plan.scenario, allow_nan=False)) == plan.scenario
    assert plan.scenario == {**RANDOM, "seed": 0}


def test_adding_agents_leaves_the_others_as_they_were() -> None:
    before = build_plan(scenario_from(RANDOM))
    more = {**RANDOM, "populations": {**RANDOM["populations"], "guest": {}}}
    more["subscriptions"] = [{**RANDOM["subscriptions"][0], "among": "m"}]
    after = build_plan(scenario_from(more))
    assert after.agents[:40] == before.agents
    own = [watch for watch in before.watches if watch.origin == "subscriptions[0]"]
    assert list(after.watches) == own


# --- any document ---

words = st.sampled_from(
    ["m", "m-1", "m[0:2]", "all", "stopped", "approve", "5s", "20ms", "away", "converged", "stop",
     "subscribe", "path_graph", "cycle_graph", "gnp_random_graph", "time_to_converge.roster",
     "deliveries.lost", "both", "x@y.z", "builtins:int", "g.edges", "", "è"]
)  # fmt: skip
keys = st.sampled_from(
    sorted({"name", "question", "seed", "populations", "subscriptions", "timeline", "network",
     "pings", "run", "expect", "count", "presence", "show", "status", "priority", "on_subscribe",
     "approve", "delay", "share", "from", "to", "of", "sample", "except", "graph", "generator",
     "file", "among", "pairs", "mutual", "at", "every", "starting", "times", "until", "who", "do",
     "peer", "latency", "uniform", "low", "high", "duration", "settle", "figure", "at_most",
     "roster", "nobody_saw", "contact", "by", "in_order", "agent", "sent", "m", "n", "p"})
)  # fmt: skip
scalars = (
    words | st.none() | st.booleans() | st.integers(-3, 9) | st.floats(-1, 3) | st.text(max_size=4)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys | words, inner, max_size=4),
    max_leaves=12,
)


def containers(value: Any) -> Iterator[dict[str, Any] | list[Any]]:
    """Every mapping and list inside a value that holds something."""
    if isinstance(value, dict | list) and value:
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from containers(inner)


@st.composite
def nearly_scenarios(draw: st.DrawFn) -> dict[str, Any]:
    """A scenario that means something, with a few parts replaced, taken away or put in."""
    bases = [RANDOM, {"name": "x", **yaml.safe_load(EVERYTHING)}]
    document: dict[str, Any] = deepcopy(draw(st.sampled_from(bases)))
    for _ in range(draw(st.integers(0, 4))):
        inside: Any = draw(st.sampled_from(list(containers(document)) or [document]))
        key = draw(
            st.sampled_from(list(inside) if isinstance(inside, dict) else range(len(inside)))
        )
        what = draw(st.sampled_from(["replace", "remove", "put in"]))
        if what == "remove":
            del inside[key]
        elif what == "put in" and isinstance(inside, dict):
            inside[draw(keys)] = draw(values)
        else:
            inside[key] = draw(values)
    return document


def planned_or_refused(document: dict[str, Any]) -> tuple[Plan | None, list[Fault]]:
    try:
        return build_plan(scenario_from(document)), []
    except ScenarioError as error:
        return None, error.faults


def check(document: dict[str, Any]) -> None:
    plan, faults = planned_or_refused(document)
    assert (plan is None) == bool(faults)
    assert all(str(fault).isprintable() for fault in faults)
    if plan is None:
        return
    names = {agent.name for agent in plan.agents}
    assert all({watch.watcher, watch.contact} <= names for watch in plan.watches)
    assert all(watch.watcher != watch.contact for watch in plan.watches)
    assert all(0 <= action.at <= plan.run.limit for action in plan.actions)
    assert plan == build_plan(scenario_from(document))


@settings(deadline=None, max_examples=100)
@given(st.dictionaries(keys, values, max_size=6))
def test_any_document_is_a_plan_or_a_scenario_error(document: dict[str, Any]) -> None:
    check(document)


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(nearly_scenarios())
def test_nearly_a_scenario_is_a_plan_or_a_scenario_error(document: dict[str, Any]) -> None:
    check(document)
