from __future__ import annotations

import pytest
from pydantic import ValidationError

from simulator.scenario import build_plan
from simulator.scenario.reading.recorded import RecordedScenario
from tests.scenario.helpers import scenario_of


@pytest.mark.parametrize(
    "run",
    [
        "",
        "run: {until: converged, at_most: 5s}",
        "run: {duration: 4s}",
        "run: {duration: 4s, settle: 2s}",
    ],
)
def test_it_says_what_the_plan_says(run: str) -> None:
    scenario = scenario_of(
        "populations: {a: {resources: [{name: home}, {name: 'desk-{index}'}]}, b: }\n"
        "expect: [{figure: deliveries.lost, equals: 0}]\n" + run
    )
    plan = build_plan(scenario)
    recorded = RecordedScenario.model_validate(plan.scenario)
    assert (recorded.run.limit, recorded.run.settle) == (plan.run.limit, plan.run.settle)
    assert recorded.expect == scenario.expect
    resources = recorded.populations["a"].resources or ()  # type: ignore[union-attr]
    assert [one.name for one in resources] == ["home", "desk-{index}"]
    assert recorded.populations["b"] is None


def test_an_empty_document_has_the_defaults_of_the_language() -> None:
    recorded = RecordedScenario.model_validate({})
    assert (recorded.run.limit, recorded.run.settle) == (60_000_000, 1_000_000)
    assert recorded.expect == ()
    assert recorded.populations == {}


def test_what_is_not_read_may_be_anything() -> None:
    RecordedScenario.model_validate({"name": 5, "timeline": "none", "populations": {"a": {"x": 1}}})


@pytest.mark.parametrize(
    "document",
    [
        {"run": []},
        {"run": {"until": "converged", "settle": "soon"}},
        {"expect": [{"figure": "luck", "at_most": 1}]},
        {"populations": [1]},
        {"populations": {"a": {"resources": [{}]}}},
    ],
)
def test_a_document_that_no_scenario_has_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RecordedScenario.model_validate(document)
