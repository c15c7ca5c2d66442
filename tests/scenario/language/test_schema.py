from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from simulator.scenario import json_schema, load_scenario
from simulator.scenario.language.schema import Scenario
from tests.scenario.helpers import scenario_of

SCENARIOS = sorted((Path(__file__).parents[3] / "scenarios").glob("*.yaml"))
BAD = Path(__file__).parents[1] / "bad"

EVERYTHING = """
question: Why?
seed: 5
presence_manager: spade
pings: false
populations:
  a:
    count: 5
    name: "a-{index}"
    presence: {available: true, show: away, status: {default: x, de: y}, priority: -1}
    on_subscribe: [{approve: {delay: {normal: {mean: 1s, deviation: 10ms}}, share: 50%, from: b}},
                   deny]
    presence_manager: documented
    start: {every: 10ms, starting: 1s}
    resource: home
  b: {on_subscribe: {ignore: {from: [a, b]}}, start: {uniform: {low: 0, high: 1s}}}
subscriptions:
  - {pairs: [[a-0, b]], mutual: true, at: {exponential: {mean: 1s}}}
  - {graph: {generator: gnp_random_graph, p: 0.5, seed: 3}, among: a}
  - {from: a, to: {share: 100%, of: b}}
timeline:
  - {at: {every: 1s, starting: 9s, times: 3}, who: {except: a-0, of: {sample: 2, of: a}},
     do: set_presence,
     show: none, status: {es: z}, priority: 3}
  - {at: 20s, who: "a[2:]", do: stop}
  - {at: 30s, who: stopped, do: approve, peer: x@y.z}
network: {latency: {choice: [1ms, 2ms]}}
run: {duration: 60s, settle: 2s}
expect:
  - {figure: staleness, at_most: 5%}
  - {roster: {a: {b: {subscription: none, ask: true}}}}
  - {nobody_saw: {contact: a, by: [b], available: false, status: x, after: 1s, before: 2s}}
  - {in_order: [{agent: a, sent: available}, {agent: b, did: stop}, {agent: b, became: failed}]}
"""


def test_schema_is_json() -> None:
    assert json.loads(json.dumps(json_schema())) == json_schema()


def properties(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, definition in {"Scenario": schema, **schema["$defs"]}.items():
        for key, value in definition.get("properties", {}).items():
            yield f"{name}.{key}", value


def test_every_key_is_described() -> None:
    undescribed = [name for name, one in properties(json_schema()) if not one.get("description")]
    assert undescribed == []


def test_unknown_keys_are_refused_by_the_schema_too() -> None:
    schema = json_schema()
    open_ones = [
        name
        for name, one in {"Scenario": schema, **schema["$defs"]}.items()
        if "properties" in one and one.get("additionalProperties") is not False
    ]
    assert open_ones == ["GeneratedGraph"]


@lru_cache(maxsize=1)
def validator() -> Any:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(json_schema())
    return jsonschema.Draft202012Validator(json_schema())


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_editors_accept_the_scenarios(path: Path) -> None:
    validator().validate(load_scenario(path).document)


def test_editors_accept_everything_that_there_is() -> None:
    validator().validate(scenario_of(EVERYTHING).document)
    graph = {"graph": {"file": "g.edges", "directed": False}, "from": "a", "to": "b"}
    validator().validate({"name": "x", "populations": {"a": None}, "subscriptions": [graph]})


@pytest.mark.parametrize(
    "name",
    ["unknown_top_key", "unknown_population_key", "count_is_text", "missing_name", "unknown_show",
     "priority_out_of_range", "unknown_action", "two_decisions", "expect_unknown_figure"],
)  # fmt: skip
def test_editors_refuse_what_is_refused(name: str) -> None:
    document = yaml.safe_load((BAD / f"{name}.yaml").read_text())
    assert not validator().is_valid(document)


def test_defaults_are_written_as_a_scenario_writes_them() -> None:
    defaults = {name: one["default"] for name, one in properties(json_schema()) if "default" in one}
    assert defaults["Network.latency"] == "20ms"
    assert defaults["UntilConverged.at_most"] == "60s"
    assert defaults["Population.start"] == "0s"


def test_models_are_frozen() -> None:
    scenario = scenario_of("populations: {a: {}}")
    with pytest.raises(ValueError, match="frozen"):
        scenario.name = "other"
    assert isinstance(scenario, Scenario)


def test_defaults() -> None:
    scenario = scenario_of("populations: {a: {}}")
    assert (scenario.seed, scenario.pings, scenario.presence_manager) == (0, True, None)
    assert scenario.network.latency == 20_000
    assert scenario.run.settle == 1_000_000
    assert scenario.subscriptions == scenario.timeline == scenario.expect == ()
