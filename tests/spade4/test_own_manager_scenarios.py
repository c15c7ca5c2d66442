"""Each scenario of scenarios/spade4 shows one defect of SPADE 4's own presence manager."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import simulator
import simulator.spade4
from simulator.api import load_scenario
from simulator.cli.managers import Manager, manager_settings
from simulator.report.run import Run
from tests.runs import ROOT

FOLDER = ROOT / "scenarios" / "spade4"
FILES = sorted(FOLDER.glob("*.yaml"))
ON_PROSODY = {"unseen_on_prosody", "handler_that_fails"}
"""What shows only there."""
PARTS = ("The document: ", "RFC ", "SPADE 4.1.4: ", "To mend it: ")

each_file = pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])


def verdict(file: Path, manager: Manager, folder: Path) -> tuple[Run, list[str]]:
    """A run with this manager, and what its failed expectations say."""
    settings = manager_settings(load_scenario(file), manager)
    backend = "prosody" if file.stem in ON_PROSODY else "embedded"
    run = simulator.run(load_scenario(file, settings), backend, out=folder / "run")
    return run, [check.told for check in run.verdict.checks if check.verdict != "pass"]


@each_file
def test_spades_own_manager_has_the_defect(file: Path, tmp_path: Path) -> None:
    run, failed = verdict(file, Manager.SPADE, tmp_path)
    assert run.verdict.value == "fail"
    assert failed


@each_file
def test_the_documented_manager_has_not(file: Path, tmp_path: Path) -> None:
    _, failed = verdict(file, Manager.DOCUMENTED, tmp_path)
    assert failed == []


@each_file
def test_it_can_be_reported(file: Path) -> None:
    """Its comment says what is promised, what happens and how to mend it."""
    comment = re.match(r"(?:#.*\n)+", file.read_text("utf-8"))
    assert comment is not None
    starts = [
        part for line in comment.group().splitlines() for part in PARTS if line[2:].startswith(part)
    ]
    assert starts[0] in PARTS[:2]
    assert starts[1:] == list(PARTS[2:])
    scenario = load_scenario(file)
    assert scenario.presence_manager == "spade"
    assert scenario.question is not None
