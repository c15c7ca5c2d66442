"""How agents of SPADE 3 live in a run, where those of another generation live otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

import simulator
from simulator.journal.folder import LOG
from simulator.journal.records import Sent
from tests.runs import ROOT, run_text


def test_a_farewell_that_never_leaves_is_neither_recorded_nor_complained_of(tmp_path: Path) -> None:
    run = run_text(
        """
        name: farewell
        populations: {one: {}}
        timeline: [{at: 1s, who: one, do: stop}]
        run: {duration: 3s}
        """,
        tmp_path,
    )
    assert [record.type for record in run.records if isinstance(record, Sent)] == ["available"]
    assert (run.folder / LOG).read_text() == ""


@pytest.mark.parametrize(("manager", "sold"), [("documented", 3), ("spade", 0)])
def test_the_auction_says_how_many_lots_were_sold(tmp_path: Path, manager: str, sold: int) -> None:
    """It sells by the documented manager alone, and once passed with either."""
    file = ROOT / "tests" / "data" / "cases" / "auction" / "auction.yaml"
    text = file.read_text("utf-8")
    asked = f"observe: {{auctioneer: [sold]}}\npresence_manager: {manager}\n"
    more = "\n  - value: {agent: auctioneer, name: sold, at_least: 3}\n"
    copy = tmp_path / "auction.yaml"
    copy.write_text(asked + text.rstrip() + more, "utf-8")
    (tmp_path / "auction").symlink_to(file.parent / "auction")
    run = simulator.run(copy, out=tmp_path / "run")
    check = run.verdict.checks[-1]
    assert check.evidence == f"auctioneer has {sold} entries"
    assert run.verdict.value == ("pass" if sold else "fail")
    sent = run.summary["messages"]
    assert sent == {"sent": 12 * sold, "received": 12 * sold, "undelivered": 0}
