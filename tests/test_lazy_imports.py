"""Nothing is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from simulator.lazy_imports import import_lazily
from tests.runs import ROOT, process_environment

LOADED = """
import sys
from simulator.cli import application
sys.argv = {arguments!r}
application()
heavy = ("aioxmpp", "spade", "polars", "matplotlib", "networkx")
# A lazy module that has not run yet is of a class of its own.
print([name for name in heavy if type(sys.modules.get(name)) is type(sys)])
"""


@pytest.mark.parametrize("arguments", [["version"], ["check", "scenarios/two_agents.yaml"]])
def test_a_light_command_imports_nothing_heavy(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(arguments=["simulator", *arguments])],
        cwd=ROOT,
        env=process_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_lazy_module_is_the_module() -> None:
    assert import_lazily("colorsys").rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)
    assert import_lazily("sys") is sys


def test_a_missing_module_is_missed_at_once() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        import_lazily("no_such_module")
