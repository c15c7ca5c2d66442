"""The scenario library: every file does what it says, asks a question, and is on its page."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

from simulator.api import load_scenario, open_run
from simulator.report.plots import PLOTS
from simulator.testing import assert_passes, run_scenario
from tests.runs import ROOT

FILES = sorted((ROOT / "scenarios").glob("*.yaml"))
PAGE = ROOT / "docs" / "scenarios.md"
LARGEST = 120_000
"""Bytes of a picture in the repository."""

each_file = pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])


@each_file
def test_what_it_expects_holds(file: Path, tmp_path: Path) -> None:
    run = run_scenario(file, tmp_path)
    assert_passes(run)
    assert len(run.verdict.checks) >= 3
    # What was measured while it ran is what its journal tells.
    assert open_run(run.folder).summary == run.summary


@each_file
def test_it_says_what_question_it_answers(file: Path) -> None:
    comment = re.match(r"(?:#.*\n)+", file.read_text("utf-8"))
    assert comment is not None
    assert "# It answers: " in comment.group()
    question = load_scenario(file).question
    assert question is not None
    assert question.endswith("?")


@each_file
def test_it_is_on_the_page_with_its_picture(file: Path) -> None:
    page = PAGE.read_text("utf-8")
    assert f"(../scenarios/{file.name})" in page
    assert f"(images/scenarios/{file.stem}.png)" in page
    picture = PAGE.parent / "images" / "scenarios" / f"{file.stem}.png"
    assert picture.stat().st_size < LARGEST


def test_the_script_draws_each_of_them() -> None:
    kinds: dict[str, str] = drawing().KINDS
    assert sorted(kinds) == [file.stem for file in FILES]
    assert set(kinds.values()) <= set(PLOTS)


def drawing() -> Any:
    spec = importlib.util.spec_from_file_location(
        "draw_scenarios", ROOT / "docs" / "draw_scenarios.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
