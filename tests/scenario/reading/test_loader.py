from __future__ import annotations

from pathlib import Path

import pytest

from simulator.errors import ScenarioError
from simulator.scenario import Scenario, build_plan, load_scenario, scenario_from
from simulator.scenario.language.schema import ForDuration

TEXT = """\
name: Overridden
populations:
  member: {count: 3}
subscriptions:
  - {from: member, to: member, at: 1s}
run: {duration: 10s}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "scenario.yaml"
    path.write_text(TEXT)
    return path


def faults(file: Path, overrides: dict[str, str]) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        build_plan(load_scenario(file, overrides))
    return [str(fault) for fault in caught.value.faults]


def test_load(file: Path) -> None:
    scenario = load_scenario(file)
    assert isinstance(scenario, Scenario)
    assert scenario.populations["member"].count == 3
    assert scenario.source.folder == file.parent
    assert load_scenario(str(file)).document == scenario.document


def test_override_replaces_a_value(file: Path) -> None:
    scenario = load_scenario(file, {"populations.member.count": "5"})
    assert scenario.populations["member"].count == 5
    assert scenario.document["populations"] == {"member": {"count": 5}}


def test_override_makes_what_is_missing(file: Path) -> None:
    overrides = {
        "populations.guest": "{count: 2}",
        "populations.member.presence.show": "dnd",
        "network.latency": "{uniform: {low: 1ms, high: 2ms}}",
        "seed": "99",
    }
    plan = build_plan(load_scenario(file, overrides))
    assert plan.seed == 99
    assert [agent.name for agent in plan.agents][-2:] == ["guest-0", "guest-1"]
    assert plan.agents[0].presence is not None
    assert plan.agents[0].presence.show == "dnd"


def test_override_inside_a_list(file: Path) -> None:
    plan = build_plan(load_scenario(file, {"subscriptions[0].at": "4s"}))
    assert {action.at for action in plan.actions} == {4_000_000}


def test_override_with_a_list_of_pairs(file: Path) -> None:
    scenario = load_scenario(file, [("run.duration", "5s"), ("run.duration", "7s")])
    assert isinstance(scenario.run, ForDuration)
    assert scenario.run.duration == 7_000_000


def test_override_to_null_takes_away(file: Path) -> None:
    assert load_scenario(file, {"question": ""}).question is None


def test_faults_of_overrides_point_at_them(file: Path) -> None:
    found = faults(file, {"populations.member.count": "many", "populations.member.cuont": "3"})
    assert found == [
        "--set populations.member.count: populations.member.count: 'many' is not a whole number "
        "(expected a whole number)",
        "--set populations.member.cuont: populations.member.cuont: unknown key 'cuont' "
        "(expected `count`)",
    ]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("", "3", "is not a key"),
        ("a..b", "3", "is not a key"),
        ("subscriptions[7].at", "3s", "leads nowhere"),
        ("subscriptions.0.at", "3s", "leads nowhere"),
        ("name.first", "x", "leads nowhere"),
        ("seed", "[1", "not YAML"),
        ("name", "!!python/name:os.system x", "not allowed"),
    ],
)
def test_overrides_that_cannot_be(file: Path, key: str, value: str, said: str) -> None:
    (fault,) = faults(file, {key: value})
    assert fault.startswith(f"--set {key}: ")
    assert said in fault


@pytest.mark.parametrize(
    ("population", "expected"), [("membr", "`member`"), ("zzz", "`member`"), ("Member", "`member`")]
)
def test_an_override_makes_no_population_by_a_slip(
    population: str, expected: str, file: Path
) -> None:
    key = f"populations.{population}.count"
    said = f"there is no population `{population}` (expected {expected})"
    assert faults(file, {key: "5"}) == [f"--set {key}: {said}"]


def test_override_names_a_plan_fault(file: Path) -> None:
    (fault,) = faults(file, {"subscriptions[0].from": "membr"})
    assert fault.startswith("--set subscriptions[0].from: subscriptions[0].from: no agent")


def test_scenario_from_a_document(file: Path) -> None:
    loaded = load_scenario(file)
    again = scenario_from(build_plan(loaded).scenario, file.parent)
    assert build_plan(again) == build_plan(loaded)


def test_scenario_from_a_document_is_independent_of_it() -> None:
    document = {"name": "x", "populations": {"a": {"count": 1}}}
    scenario = scenario_from(document)
    document["populations"]["a"]["count"] = 9  # type: ignore[index]
    assert scenario.document["populations"] == {"a": {"count": 1}}


def test_scenario_from_a_wrong_document() -> None:
    with pytest.raises(ScenarioError, match=r"scenario: populations\.a\.count: 0 is too small"):
        scenario_from({"name": "x", "populations": {"a": {"count": 0}}})


def test_all_faults_are_in_file_order(file: Path) -> None:
    file.write_text(TEXT + "timeline:\n  - {at: 1s, who: membr, do: stop}\npings: often\n")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file)
    assert [fault.line for fault in caught.value.faults] == [8, 9]
    file.write_text(TEXT.replace("to: member", "to: mebmer") + "pings: often\n")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file)
    assert [fault.line for fault in caught.value.faults] == [5, 7]


def test_faults_beside_a_faulty_item_keep_their_place(file: Path) -> None:
    file.write_text(
        TEXT.replace(
            "subscriptions:\n",
            "subscriptions:\n  - {pears: []}\n  - {from: member, to: mebmer}\n",
        )
    )
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file)
    places = [(fault.line, fault.where) for fault in caught.value.faults]
    assert places == [
        (5, "subscriptions[0].pears"),
        (6, "subscriptions[1].to"),
    ]
