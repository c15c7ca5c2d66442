"""The experiments in scenarios/experiments are right, and the quick one is quick; and a search."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.experiments.design.reading import load_experiment
from simulator.experiments.finding.documents import entries
from simulator.experiments.finding.find import find
from simulator.experiments.sweep import sweep
from tests.runs import ROOT

EXAMPLES = sorted((ROOT / "scenarios" / "experiments").glob("*.yaml"))
QUICK = ROOT / "scenarios" / "experiments" / "quick.yaml"
FOUND = ROOT / "scenarios" / "find" / "first_meeting.yaml"
MINUTE = 60


def test_there_are_several() -> None:
    assert len(EXAMPLES) >= 4
    assert QUICK in EXAMPLES


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_right_and_says_what_it_answers(path: Path) -> None:
    planned = load_experiment(path)
    assert planned.experiment.question
    assert len(planned.points) >= 2


def test_the_quick_one_passes_and_takes_less_than_a_minute() -> None:
    """Of two processors; and all other runs of the tests beside it."""
    found = sweep(QUICK, False, workers=0, overrides={"replications": "5"})
    assert found.runs["verdict"].to_list() == ["pass"] * 30
    assert found.runs["cpu_s"].sum() * 4 / 2 < MINUTE


def test_what_the_searched_one_asks_for_is_found() -> None:
    found = find(FOUND, False, runs=60, workers=0)
    assert found.smallest is not None
    assert found.smallest["populations"] == {"agent": {"count": 2}}
    assert len(entries(found.smallest, "faults")) == 1
