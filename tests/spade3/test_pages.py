"""The programs of the page that shows agents of SPADE 3."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_docs import OF_SPADE_3, run_programs, workshop, write_files

__all__ = ["workshop"]
pytest_plugins = ["pytester"]


def test_every_program_runs(workshop: Path) -> None:
    run_programs(OF_SPADE_3, workshop)


def test_the_tests_in_the_page_pass(workshop: Path, pytester: pytest.Pytester) -> None:
    write_files(OF_SPADE_3, workshop)
    assert list(workshop.glob("test_*.py"))
    found = pytester.runpytest("-p", "simulator.pytest_plugin", "-p", "no:cacheprovider", workshop)
    found.assert_outcomes(passed=1)
