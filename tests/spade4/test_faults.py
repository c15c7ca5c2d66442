"""What agents of SPADE 4 do when faults hit them: with SPADE's own manager, and the documented."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.scenario.plan import FaultPlan
from tests.running.test_faults import SECOND, TRIO, deaths, fault, run_with, seen, sessions
from tests.runs import run_text


def back(folder: Path, *faults: FaultPlan, manager: str) -> list[float]:
    """When the agent `a` had a session again, in seconds."""
    run = run_with(folder, *faults, manager=manager)
    return [when for when, state in sessions(run, "a") if state == "established"]


def test_a_reset_is_seen_at_once_and_mended_after_a_second(tmp_path: Path) -> None:
    run = run_with(tmp_path, fault("reset"))
    assert deaths(run) == [(40.0, "a", "reset")]
    unavailable, available = seen(run, "b", "a")
    assert unavailable == (40.02, "unavailable", "")
    assert available[:2] == (pytest.approx(41.2, abs=0.05), "available")
    assert [state for _, state in sessions(run, "a")] == ["destroyed", "established"]


@pytest.mark.parametrize("kind", ["reset", "close", "stream_error"])
def test_with_spades_own_manager_the_keepalive_mends_it(tmp_path: Path, kind: str) -> None:
    """A ping each 55 s, which is given up after 30 s."""
    cut = fault(kind, condition="undefined-condition") if kind == "stream_error" else fault(kind)
    assert back(tmp_path, cut, manager="spade") == [pytest.approx(85.2, abs=0.1)]


@pytest.mark.parametrize("kind", ["close", "stream_error"])
def test_whatever_ended_the_stream_it_is_mended(tmp_path: Path, kind: str) -> None:
    cut = fault(kind, condition="undefined-condition") if kind == "stream_error" else fault(kind)
    assert back(tmp_path, cut, manager="documented") == [pytest.approx(41.2, abs=0.1)]


def test_who_was_replaced_stays_away_and_with_spades_own_manager_comes_back(
    tmp_path: Path,
) -> None:
    assert back(tmp_path, fault("conflict"), manager="documented") == []
    assert back(tmp_path, fault("conflict"), manager="spade") == [pytest.approx(85.2, abs=0.1)]


def test_a_black_hole_is_found_by_pings(tmp_path: Path) -> None:
    run = run_with(tmp_path, fault("black_hole", until=100))
    ((found, state), *_) = sessions(run, "a")
    assert state == "destroyed"
    assert found == pytest.approx(85, abs=0.2)


def test_a_refusing_server_is_tried_again_until_it_accepts(tmp_path: Path) -> None:
    (when,) = back(tmp_path, fault("refuse", until=60), fault("reset", at=41), manager="documented")
    assert 60 < when < 90


def test_a_wrong_password_ends_at_the_next_login(tmp_path: Path) -> None:
    run = run_with(tmp_path, fault("wrong_password", at=30), fault("reset"))
    assert "established" not in [state for _, state in sessions(run, "a")]


def test_a_password_that_is_mended_lets_the_agent_in_again(tmp_path: Path) -> None:
    wrong = fault("wrong_password", at=30, until=60)
    (when,) = back(tmp_path, wrong, fault("reset"), manager="documented")
    assert when > 60


def test_a_stopped_agent_stays_away_and_with_spades_own_manager_logs_in_again(
    tmp_path: Path,
) -> None:
    """Its keepalive goes on."""
    for manager, logins in (("documented", 0), ("spade", 1)):
        text = TRIO.replace("who: b, do: set_presence, show: dnd", "who: a, do: stop")
        run = run_text(f"    presence_manager: {manager}{text}", tmp_path / manager)
        after = [one for one in seen(run, "b", "a") if one[0] > 46 and one[1] == "available"]
        assert len(after) == logins, manager


def test_a_dead_process_says_nothing_and_is_seen_when_its_connection_breaks(
    tmp_path: Path,
) -> None:
    crash = FaultPlan(at=40 * SECOND, kind="crash", origin="faults[0]", agents=("a",))
    run = run_with(tmp_path, crash)
    assert [kind for _, kind, _ in seen(run, "b", "a")] == ["unavailable"]
    assert [record for record in sessions(run, "a") if record[0] > 40] == []
