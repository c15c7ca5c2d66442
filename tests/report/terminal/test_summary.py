"""The summary on a terminal: what its lines say."""

from __future__ import annotations

from typing import Any, cast

from simulator.analysis.figures.summary_types import Fault
from simulator.journal.records import Outcome, Planned
from simulator.report.terminal.summary import fault_text, figure_rows
from simulator.scenario.figures import FAMILIES
from tests.analysis.journals import end, head, seeing, summarised, us, watch

NOBODY = {"samples": 0, "undetected": 0}


def crash(**others: Any) -> Fault:
    """An entry of the summary's faults: nobody recovered, and nothing came of it."""
    counts = ("reconnects", "lost", "superseded", "ghost_s", "blind_s", "mislabelled_s")
    about = {"origin": "faults[0]", "fault": "crash", "times": 1, "agents": 1}
    times = {"begin_s": 30.0, "lasted_s": 0.0}
    recovery = {"samples": 0, "unrecovered": 1}
    measured = dict.fromkeys(counts, 0) | {"recovery": recovery, "detection": NOBODY}
    return cast(Fault, about | times | measured | others)


def test_what_a_fault_did_not_do_is_left_out() -> None:
    assert fault_text(crash()) == "faults[0] crash at 30 s hit 1 agent: none recovered"


def test_a_fault_says_who_noticed_and_what_went_wrong() -> None:
    text = fault_text(
        crash(
            agents=3,
            recovery={"samples": 2, "unrecovered": 1, "p50_s": 3.0, "max_s": 4.5},
            detection={"samples": 5, "undetected": 1, "p50_s": 0.05, "max_s": 0.1},
            reconnects=2,
            lost=1,
            mislabelled_s=130.76,
        )
    )
    assert text == (
        "faults[0] crash at 30 s hit 3 agents: 2 of 3 recovered, p50 3.000 s, max 4.500 s; "
        "noticed by 5 of 6 watchers, p50 0.050 s, max 0.100 s; 2 × reconnected; "
        "deliveries 1 lost; watch-seconds 130.8 mislabelled"
    )


def test_a_fault_that_comes_again_says_when_first_and_how_long_at_most() -> None:
    unseen = {"samples": 0, "undetected": 4}
    text = fault_text(crash(fault="black_hole", times=2, agents=4, lasted_s=90.0, detection=unseen))
    assert text == (
        "faults[0] 2 × black hole first at 30 s for up to 90 s hit 4 agents: none recovered; "
        "noticed by none of 4 watchers"
    )


def test_a_row_for_each_figure_that_has_a_title_and_was_not_left_out() -> None:
    """Nobody sent a message, so messages are left out; a figure that is absent says why."""
    rows = figure_rows(
        summarised(*head("a", "b"), watch("a", "b"), *seeing("a", "b"), *end(9, "a", "b"))
    )
    titles = [one.title for one in FAMILIES if one.title and not one.optional]
    assert [title for title, _ in rows] == titles
    texts = dict(rows)
    assert texts["agents"] == "2 ok of 2"
    assert texts["watches in force"].startswith("100% (1 of 1), ")
    assert texts["declared watches"] == "1 in force"
    assert texts["detection time"] == "- (no death was detected)"
    assert texts["roster convergence"] == "0% (0 of 1), never converged"
    assert texts["staleness"] == ("0% of 9.0 watch-seconds (ghost 0%, blind 0%, mislabelled 0%)")


def test_agents_that_agents_made_have_a_row_of_their_own() -> None:
    made = Planned(t=us(1), agent="child", population="", resource="r", spawned_by="a")
    failed = Outcome(t=us(9), agent="child", outcome="failed", reason="its setup raised")
    rows = figure_rows(summarised(*head("a"), made, failed, *end(9, "a")))
    assert rows[:2] == [("agents", "1 ok of 1"), ("made by agents", "1 failed")]
