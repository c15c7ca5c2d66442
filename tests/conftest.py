"""Options of the test suite."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from hypothesis import Phase, settings

from simulator.cli import application
from tests.calls import Call, Called

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
