"""What agents of SPADE 3 do when faults hit them."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.analysis.states import Entry
from simulator.journal.records import (
    Sent,
    Session,
)
from simulator.scenario.plan import FaultPlan
from tests.running.test_faults import SECOND, TRIO, deaths, fault, run_with, seen, sessions


def test_a_reset_is_seen_at_once_and_mended_after_a_second(tmp_path: Path) -> None:
    run = run_with(tmp_path, fault("reset"))
    assert deaths(run) == [(40.0, "a", "reset")]
    # The server tells b one latency later; a is back after aioxmpp's back-off of one second.
    unavailable, available = seen(run, "b", "a")
    assert unavailable == (40.02, "unavailable", "")
    assert available[:2] == (pytest.approx(41.2, abs=0.01), "available")
    assert [state for _, state in sessions(run, "a")][:2] == ["suspended", "destroyed"]
    assert run.summary["detection_time"]["max_s"] == pytest.approx(0.02)
    assert run.summary["detection_time"]["samples"] == 2


def test_a_clean_close_makes_a_zombie(tmp_path: Path) -> None:
    run = run_with(tmp_path, fault("close"))
    assert [kind for _, kind, _ in seen(run, "b", "a")] == ["unavailable"]
    # aioxmpp takes the end for a wish of its own: it never comes back, and is_alive() is true.
    assert seen(run, "a", "b") == []
    assert "established" not in [state for _, state in sessions(run, "a")]


def test_a_black_hole_is_found_by_pings_after_one_to_two_minutes(tmp_path: Path) -> None:
    run = run_with(tmp_path, fault("black_hole", until=100))
    ((found, state), *_) = sessions(run, "a")
    assert state == "suspended"
    assert 40 + 60 <= found <= 40 + 120
    # Until then b takes a for available: a ghost.
    ((told, kind, _), *_) = seen(run, "b", "a")
    assert kind == "unavailable"
    assert told > found
    assert run.summary["detection_time"]["max_s"] == pytest.approx(told - 40)


def test_a_refusing_server_is_tried_again_until_it_accepts(tmp_path: Path) -> None:
    run = run_with(tmp_path, fault("refuse", until=60), fault("reset", at=41))
    states = sessions(run, "a")
    back = next(when for when, state in states if state in ("established", "resumed"))
    assert 60 < back < 70


def test_a_conflict_stops_the_client_for_good(tmp_path: Path) -> None:
    run = run_with(tmp_path, fault("conflict"))
    states = [state for _, state in sessions(run, "a")]
    assert states[-1] == "failed"
    assert "established" not in states


def test_another_stream_error_is_followed_by_a_new_login_at_once(tmp_path: Path) -> None:
    run = run_with(tmp_path, fault("stream_error", condition="undefined-condition"))
    back = next(when for when, state in sessions(run, "a") if state == "established")
    assert back < 40.3


def test_a_wrong_password_ends_at_the_next_login(tmp_path: Path) -> None:
    run = run_with(tmp_path, fault("wrong_password", at=30), fault("reset"))
    states = [state for _, state in sessions(run, "a")]
    assert "established" not in states
    assert states[-1] == "failed"


@pytest.mark.parametrize(
    ("manager", "recovery", "stale"),
    [("spade", "none", True), ("documented", "none", False), ("documented", "rejoin", False)],
)
def test_a_peer_that_leaves_while_the_agent_is_cut_off(
    tmp_path: Path, manager: str, recovery: str, stale: bool
) -> None:
    """SPADE's manager believes it available for ever: it does not hear the server's answer."""
    cut = fault("black_hole", at=40, until=150)
    gone = FaultPlan(at=60 * SECOND, kind="crash", origin="faults[1]", agents=("c",))
    run = run_with(tmp_path, cut, gone, recovery=recovery, manager=manager)
    rosters = run.rosters()
    (believed,) = rosters.filter((rosters["agent"] == "a") & (rosters["peer"] == "c"))[
        "believed_available"
    ]
    assert believed is stale


def test_a_subscribe_may_be_lost_with_its_stream(tmp_path: Path) -> None:
    """The agent asked, and the server never heard of it: that breaks no rule of the server's."""
    cut = fault("black_hole", at=0.5, until=100, direction="up")
    run = run_with(tmp_path, cut, text=TRIO.replace("mutual: true", "mutual: true, at: 1s"))
    lost = [
        record
        for record in run.records
        if isinstance(record, Sent) and record.type == "subscribe" and record.agent == "a"
    ]
    assert len(lost) == 2
    assert run.summary["wrong_entries"]["entries"] == []
    expected = run.measurement.rosters.oracle.allowed("a", "b")
    assert expected == {Entry("from", False), Entry("from", True)}


def test_a_password_is_right_again_when_the_last_fault_is_over(tmp_path: Path) -> None:
    overlapping = (
        fault("wrong_password", at=10, until=30),
        fault("wrong_password", at=20, until=40),
        fault("reset", at=35),
    )
    run = run_with(tmp_path, *overlapping)
    states = [one.state for one in run.records if isinstance(one, Session) and one.agent == "a"]
    assert states[-1] == "failed"
