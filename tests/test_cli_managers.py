"""``simulator run --managers``: the presence manager of all agents, or a run with each."""

from __future__ import annotations

import re
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


def test_the_auction_sells_on_one_manager_only(tmp_path: Path) -> None:
    """Plain SPADE agents run on SPADE's own manager, and both runs say what they ran on."""
    done = command("run", AUCTION, "--managers", "both", "--out", tmp_path / "both")
    assert (done.returncode, done.stderr) == (0, "")
    assert "s; SPADE's own presence manager: auctioneer, bidder\n" in done.stdout
    assert "s; documented presence manager: auctioneer, bidder\n" in done.stdout
    told = tmp_path / "both-managers.txt"
    assert {path.name for path in tmp_path.iterdir()} == {
        *("both-spade", "both-documented"),
        told.name,
    }
    text = told.read_text("utf-8")
    assert done.stdout.endswith(f"written to: {told}\n")
    assert "auctioneer -> bidder-0: - pending, + in force" in text
    assert "auctioneer -> bidder-0: - from + ask, + both, available" in text
    assert "auctioneer on_subscribe: - 0, + 6" in text
    assert re.search(r"declared_convergence +50% +100%\n", text)


def test_own_agents_run_on_spades_manager_by_default(tmp_path: Path) -> None:
    done = command("run", AUCTION, "--out", tmp_path / "run")
    assert "SPADE's own presence manager: auctioneer, bidder" in done.stdout.splitlines()[0]


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
