"""Agents that come and go, and that follow the time of day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simulator.analysis.run import Run
from simulator.journal.records import Actual, RunEnded
from tests.behaviours.scenes import availability, behaviour, play, shown

WATCH = {"subscriptions": [{"pairs": [["watcher", "wanderer"]], "at": "100ms"}]}


def watched(folder: Path, *behaviours: Any, manager: str = "documented", **rest: Any) -> Any:
    wanderer = {
        "on_subscribe": "approve",
        "presence": {"show": "chat", "status": "here", "priority": 3},
        "presence_manager": manager,
        "behaviours": list(behaviours),
    }
    return play(folder, {"watcher": {}, "wanderer": wanderer}, **WATCH, **rest)


def departures(run: Run) -> list[float]:
    """The minutes at which agents became unavailable."""
    gone = [one for one in run.records if isinstance(one, Actual) and not one.available]
    return [record.t / 6e7 for record in gone]


def test_with_times_the_run_waits_for_the_last(tmp_path: Path) -> None:
    going = behaviour("ComeAndGo", on="20s", off="5s", times=2)
    run = watched(tmp_path, going, run={"until": "converged"})
    assert run.verdict.value == "pass"
    assert [when for when, kind, _ in availability(run, "watcher", "wanderer")] == [
        *(0.1, 20, 25),
        *(45, 50),
    ]


def test_without_an_end_the_run_waits_for_nothing(tmp_path: Path) -> None:
    run = watched(tmp_path, behaviour("ComeAndGo", on="50s", off="5s"), run={"until": "converged"})
    end = run.records[-1]
    assert isinstance(end, RunEnded)
    assert end.t < 3e6


def test_times_are_drawn_for_each_agent(tmp_path: Path) -> None:
    on = {"exponential": {"mean": "20min"}}
    walker = {"count": 100, "behaviours": [behaviour("ComeAndGo", on=on, off="100h")]}
    run = play(tmp_path, {"walker": walker}, run={"duration": "100h"})
    gone = departures(run)
    assert len(gone) == len(set(gone)) == 100
    assert 15 < sum(gone) / 100 < 25


def test_a_stopped_agent_does_not_come_back_by_itself(tmp_path: Path) -> None:
    stop = [{"at": "3500ms", "who": "wanderer", "do": "stop"}]
    run = watched(tmp_path, behaviour("ComeAndGo", on="3s", off="1s"), timeline=stop)
    assert availability(run, "watcher", "wanderer")[1:] == [(3.0, "unavailable", "")]


def test_a_crashed_agent_does_not_come_back_by_itself(tmp_path: Path) -> None:
    crash = [{"at": "3500ms", "crash": "wanderer"}]
    run = watched(tmp_path, behaviour("ComeAndGo", on="3s", off="1s"), faults=crash)
    assert availability(run, "watcher", "wanderer")[1:] == [(3.0, "unavailable", "")]


DAY: dict[str, Any] = {"run": {"duration": "48h", "settle": "0s"}}
HOUR = 3600


def test_day_and_night(tmp_path: Path) -> None:
    run = watched(tmp_path, behaviour("DayAndNight", wake="8h", sleep="22h", begins="6h"), **DAY)
    seen = [(when / HOUR, kind) for when, kind, _ in availability(run, "watcher", "wanderer")]
    # It is night when the run begins; the watch is approved in the morning.
    assert [(hour, kind) for hour, kind in seen if hour > 2.1] == [
        (16, "unavailable"),
        (26, "available"),
        (40, "unavailable"),
    ]
    assert [(when / HOUR, show) for when, show, _ in shown(run, "wanderer")] == [
        (0, "chat"),
        (2, "chat"),
        (26, "chat"),
    ]


def test_a_night_shift_that_is_away_by_day(tmp_path: Path) -> None:
    pattern = behaviour(
        "DayAndNight", wake="22h", sleep="6h", at_night={"show": "xa", "status": "in bed"}
    )
    run = watched(tmp_path, pattern, run={"duration": "24h", "settle": "0s"})
    assert [(when / HOUR, show, text) for when, show, text in shown(run, "wanderer")] == [
        (0, "chat", "here"),
        (6, "xa", "in bed"),
        (22, "chat", "here"),
    ]


def test_who_is_unavailable_in_the_evening_stays_so(tmp_path: Path) -> None:
    pattern = behaviour("DayAndNight", wake="22h", sleep="6h", at_night={"show": "xa"})
    leave = [{"at": "5h", "who": "wanderer", "do": "become_unavailable"}]
    run = watched(tmp_path, pattern, timeline=leave, run={"duration": "24h", "settle": "0s"})
    assert [when for when, _, _ in shown(run, "wanderer")] == [0]


def test_people_are_late(tmp_path: Path) -> None:
    late = {"uniform": {"low": "1min", "high": "30min"}}
    people = {
        "count": 20,
        "behaviours": [behaviour("DayAndNight", wake="8h", sleep="22h", begins="8h", late=late)],
    }
    run = play(tmp_path, {"person": people}, run={"duration": "20h", "settle": "0s"})
    gone = departures(run)
    assert len(set(gone)) == 20
    assert all(14 * 60 + 1 <= minute <= 14 * 60 + 30 for minute in gone)
