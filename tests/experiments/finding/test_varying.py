"""Variants of a scenario: what may change, changes, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.errors import ScenarioError
from simulator.experiments.finding.documents import (
    SECOND,
    Document,
    entries,
    populations,
    run_words,
)
from simulator.experiments.finding.varying import Space, rounded
from simulator.scenario import build_plan, load_scenario, scenario_from
from simulator.scenario.language.durations import parse_duration

TARGETS = sorted((Path(__file__).parent / "targets").glob("*.yaml"))
BASE: Document = {
    "name": "Three",
    "seed": 5,
    "populations": {"a": {"count": 3, "on_subscribe": "approve"}},
    "subscriptions": [{"from": "a", "to": "a", "at": "1s"}],
    "run": {"duration": "10s"},
}
NUMBERS = range(1, 60)


def space(seed: int = 0, **parts: object) -> Space:
    scenario = scenario_from({**BASE, **parts})
    return Space(scenario, build_plan(scenario), seed)


def variants(seed: int = 0, **parts: object) -> list[Document]:
    found = space(seed, **parts)
    return [found.variant(number) for number in NUMBERS]


def kinds(document: Document) -> set[str]:
    return {key for entry in entries(document, "faults") for key in entry} - {"at", "for"}


def test_the_first_is_the_scenario_itself() -> None:
    assert space(search={"faults": []}).variant(0) == BASE


def test_a_seed_gives_the_same_variants_whatever_was_made_before() -> None:
    assert space(3).variant(7) == variants(3)[6]
    assert variants(3) != variants(4)


@pytest.mark.parametrize("path", TARGETS, ids=lambda path: path.stem)
def test_nearly_every_variant_is_a_scenario(path: Path) -> None:
    """An agent cannot do something before it starts, for example."""
    scenario = load_scenario(path)
    found = Space(scenario, build_plan(scenario), 0)
    refused = 0
    for number in NUMBERS:
        try:
            build_plan(scenario_from(found.variant(number), path.parent))
        except ScenarioError:
            refused += 1
    assert refused <= len(NUMBERS) // 10


def test_only_what_is_allowed_is_added() -> None:
    search = {
        "seeds": False,
        "faults": ["reset", "server_freeze"],
        "actions": ["subscribe"],
        "targets": "a[0:2]",
        "when": {"from": "4s", "to": "6s"},
        "answers": ["deny"],
        "latency": {"from": "10ms", "to": "20ms"},
        "at_most": 2,
    }
    found = variants(search=search)
    assert set().union(*map(kinds, found)) == {"reset", "server_freeze"}
    assert {document["seed"] for document in found} == {5}
    for document in found:
        added = [*entries(document, "faults"), *entries(document, "timeline")]
        assert 1 <= len(added) <= 2
        for entry in added:
            assert 4 * SECOND <= parse_duration(entry["at"]) <= 6 * SECOND
            assert "a[2]" not in str(entry)
        assert populations(document)["a"]["on_subscribe"] in ("approve", "deny")
        assert "search" not in document


def test_without_expectations_answers_latencies_and_actions_vary_too() -> None:
    found = variants()
    assert any("network" in document for document in found)
    assert any(entries(document, "timeline") for document in found)
    assert len({str(populations(document)) for document in found}) > 3
    expecting = variants(expect=[{"figure": "outcomes.ok", "equals": 3}])
    for document in expecting:
        assert "network" not in document
        assert not entries(document, "timeline")
        assert populations(document)["a"]["on_subscribe"] == "approve"
    assert len({str(document) for document in expecting}) == len(NUMBERS)


def test_a_run_goes_on_after_what_was_added() -> None:
    for document in variants(search={"faults": ["crash"], "actions": [], "quiet": "20s"}):
        for entry in entries(document, "faults"):
            end = parse_duration(run_words(document)["duration"])
            assert end >= parse_duration(entry["at"]) + 20 * SECOND


def test_times_are_round() -> None:
    assert [rounded(one) for one in (0, 3, 1234, 12_345, 123_456, 8_765_432)] == [
        *(0, 1000, 1000, 12_000, 120_000),
        8_800_000,
    ]
