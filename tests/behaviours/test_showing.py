"""Show and status as a process."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.behaviours.scenes import behaviour, play, shown

LONG = {"run": {"duration": "1000s", "settle": "0s"}}


def looks_of(folder: Path, *, rest: dict[str, Any] | None = None, **arguments: Any) -> Any:
    agent = {"behaviours": [behaviour("ChangeStatus", **arguments)]}
    run = play(folder, {"agent": agent}, **(rest or {}))
    return shown(run, "agent")[1:]


def test_in_turn(tmp_path: Path) -> None:
    looks = ["chat", {"show": "dnd", "status": "Busy"}, "away"]
    assert looks_of(tmp_path, every="4s", looks=looks) == [
        (0.0, "chat", ""),
        (4.0, "dnd", "Busy"),
        (8.0, "away", "Busy"),
    ]


def test_a_show_that_a_list_has_twice_is_shown_twice(tmp_path: Path) -> None:
    looks = ["chat", "away", "chat", "dnd"]
    seen = looks_of(tmp_path, every="1s", looks=looks, rest={"run": {"duration": "4500ms"}})
    assert [show for _, show, _ in seen][:5] == ["chat", "away", "chat", "dnd", "chat"]


def test_with_times_the_run_waits_for_the_last_change(tmp_path: Path) -> None:
    until = {"run": {"until": "converged"}}
    seen = looks_of(tmp_path, every="5s", looks=["chat", "xa"], times=3, rest=until)
    assert [when for when, _, _ in seen] == [0, 5, 10, 15]


def test_at_random_each_change_is_one(tmp_path: Path) -> None:
    every = {"uniform": {"low": "500ms", "high": "1500ms"}}
    looks = ["chat", "away", "xa", "dnd"]
    seen = looks_of(tmp_path, every=every, looks=looks, moves="random", rest=LONG)
    assert 900 < len(seen) < 1100
    assert all(one[1] != next_[1] for one, next_ in pairwise(seen))
    assert min(Counter(show for _, show, _ in seen).values()) > 200


def test_a_markov_chain(tmp_path: Path) -> None:
    looks = {"free": "chat", "busy": {"show": "dnd"}, "lunch": {"show": "away", "status": "Soup"}}
    moves = {"free": {"busy": 4, "lunch": 1}, "busy": {"free": 1}, "lunch": {"free": 1}}
    seen = [show for _, show, _ in looks_of(tmp_path, every=1, looks=looks, moves=moves, rest=LONG)]
    steps = Counter(pairwise(seen))
    assert set(steps) == {("chat", "dnd"), ("chat", "away"), ("dnd", "chat"), ("away", "chat")}
    assert 3 < steps["chat", "dnd"] / steps["chat", "away"] < 5.3
