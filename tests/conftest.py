"""Options of the test suite."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings

from simulator.cli import application
from tests.calls import Call, Called
from tests.generations import is_foreign

# To explain a failure, Hypothesis traces it, and on Python 3.11 that was seen never to end: a test
# that fails must fail.
settings.register_profile("unexplained", phases=set(Phase) - {Phase.explain})
settings.load_profile("unexplained")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-journals",
        action="store_true",
        help="write the journals in tests/data/journals anew",
    )


@pytest.fixture(autouse=True)
def _own_event_loops() -> None:
    """What a test before set: SPADE 4 makes the process use uvloop, where that is installed."""
    if "uvloop" in type(asyncio.get_event_loop_policy()).__module__:
        asyncio.set_event_loop_policy(None)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out what is for another generation of SPADE, its conftest files too."""
    return True if _of_another_generation(collection_path) else None


def _of_another_generation(path: Path) -> bool:
    if path.is_dir():
        conftest = path / "conftest.py"
        return conftest.is_file() and conftest != Path(__file__) and is_foreign(conftest)
    return path.suffix == ".py" and path.name.startswith("test_") and is_foreign(path)


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Call the command; the terminal has 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")

    def do(*arguments: Any) -> Called:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["simulator", *map(str, arguments)])
        code = application()
        told = capsys.readouterr()
        return Called(code, told.out, told.err)

    return do
