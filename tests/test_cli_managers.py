"""``simulator run --managers``: the presence manager of all agents, or a run with each."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.cli.managers import Manager, manager_settings
from simulator.scenario import build_plan, load_scenario
from tests.runs import command

AUCTION = Path(__file__).parent / "data" / "cases" / "auction" / "auction.yaml"
MIXED = """
name: mixed
recovery: rejoin
populations:
  own: {agent: "tests.user_agents:Approver"}
  one: {presence_manager: documented, recovery: rejoin}
  two: {presence_manager: spade}
  three:
"""


@pytest.mark.parametrize("manager", [Manager.SPADE, Manager.DOCUMENTED])
def test_all_agents_get_the_manager(manager: Manager, tmp_path: Path) -> None:
    file = tmp_path / "mixed.yaml"
    file.write_text(MIXED)
    settings = manager_settings(load_scenario(file), manager)
    agents = build_plan(load_scenario(file, settings)).agents
    assert {agent.manager for agent in agents} == {manager.value}


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "both-documented").mkdir()
    done = command("run", AUCTION, "--managers", "both", "--out", tmp_path / "both")
    assert done.returncode == 2
    assert "both-documented: exists already" in done.stderr.replace("\n", "")
    assert not (tmp_path / "both-spade").exists()


def test_junit_is_of_one_run(tmp_path: Path) -> None:
    done = command("run", AUCTION, "--managers", "both", "--junit", tmp_path / "junit.xml")
    assert done.returncode == 2
    assert "without --quiet, --json and --junit" in done.stderr
