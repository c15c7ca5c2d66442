"""Agents of SPADE 3 run with each presence manager, by the command."""

from __future__ import annotations

import re
from pathlib import Path

from tests.runs import command
from tests.test_cli_managers import AUCTION


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
