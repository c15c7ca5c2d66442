"""Asking at once, in waves, at random; asking back; leaving and returning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.journal.records import RunEnded
from tests.behaviours.scenes import behaviour, play, sent, served

PEERS = [f"peer-{number}" for number in range(5)]
CROWD = {"count": 5, "on_subscribe": "approve"}


@pytest.mark.parametrize(
    ("arguments", "times"),
    [
        ({}, [0, 0, 0, 0, 0]),
        ({"at": "2s"}, [2, 2, 2, 2, 2]),
        ({"at": "1s", "wave": 2, "every": "3s"}, [1, 1, 4, 4, 7]),
    ],
)
def test_everybody_is_asked_in_order(
    tmp_path: Path, arguments: dict[str, Any], times: list[int]
) -> None:
    asker = {"behaviours": [behaviour("Subscribe", to=PEERS, **arguments)], "start": "0s"}
    run = play(tmp_path, {"peer": CROWD, "asker": asker})
    assert sent(run, "asker", "subscribe") == list(zip(times, PEERS, strict=True))
    assert served(run, "asker") == dict.fromkeys(PEERS, "to")


def test_random_times_are_each_agents_own(tmp_path: Path) -> None:
    at = {"uniform": {"low": "0s", "high": "9s"}}
    askers = {"count": 2, "behaviours": [behaviour("Subscribe", to=PEERS, at=at)]}
    run = play(tmp_path, {"peer": CROWD, "asker": askers})
    first, second = sent(run, "asker-0", "subscribe"), sent(run, "asker-1", "subscribe")
    assert sorted(peer for _, peer in first) == PEERS
    assert [when for when, _ in first] == sorted({when for when, _ in first})
    assert {when for when, _ in first}.isdisjoint(when for when, _ in second)


def test_a_run_until_convergence_waits_for_the_last_request(tmp_path: Path) -> None:
    asker = {"behaviours": [behaviour("Subscribe", to=PEERS[:2], wave=1, every="30s")]}
    run = play(tmp_path, {"peer": CROWD, "asker": asker}, run={"until": "converged"})
    assert [when for when, _ in sent(run, "asker", "subscribe")] == [0, 30]
    end = run.records[-1]
    assert isinstance(end, RunEnded)
    assert 31 <= end.t / 1e6 < 32


def test_who_was_asked_is_not_asked_again_after_a_restart(tmp_path: Path) -> None:
    asker = {"behaviours": [behaviour("Subscribe", to=PEERS[:2], at="1s")]}
    life = [{"at": "4s", "who": "asker", "do": "stop"}, {"at": "5s", "who": "asker", "do": "start"}]
    run = play(tmp_path, {"peer": CROWD, "asker": asker}, timeline=life)
    assert len(sent(run, "asker", "subscribe")) == 2


def test_watchers_are_asked_back(tmp_path: Path) -> None:
    shy = {"on_subscribe": "approve", "behaviours": [behaviour("Reciprocate", delay="2s")]}
    asker = {"on_subscribe": "approve", "behaviours": [behaviour("Subscribe", to="shy", at="1s")]}
    run = play(tmp_path, {"shy": shy, "asker": asker}, run={"until": "converged"})
    assert sent(run, "shy", "subscribe") == [(3.0, "asker")]
    assert served(run, "shy") == {"asker": "both"}
    # The asker's own request to subscribe back is answered, not asked back again.
    assert sent(run, "asker", "subscribe") == [(1.0, "shy")]
    # Nobody is left to be asked back, so nothing holds the run open.
    assert run.records[-1].t < 5e6


def test_a_watcher_that_refuses_is_asked_back_once_each_time_it_comes(tmp_path: Path) -> None:
    """Asking again at each refusal would never end: without latency, not even time goes on."""
    shy = {"on_subscribe": "approve", "behaviours": [behaviour("Reciprocate")]}
    leaver = behaviour("UnsubscribeAndReturn", watching="3s", gone="1s", times=1)
    asker = {"on_subscribe": "deny", "behaviours": [behaviour("Subscribe", to="shy"), leaver]}
    run = play(tmp_path, {"shy": shy, "asker": asker})
    assert sent(run, "shy", "subscribe") == [(0.0, "asker"), (4.0, "asker")]


def test_a_share_of_the_watchers_is_asked_back(tmp_path: Path) -> None:
    shy = {"on_subscribe": "approve", "behaviours": [behaviour("Reciprocate", share="50%")]}
    askers = {
        "count": 30,
        "on_subscribe": "approve",
        "behaviours": [behaviour("Subscribe", to="shy", at={"uniform": {"low": 0, "high": 5}})],
    }
    run = play(tmp_path, {"shy": shy, "asker": askers})
    asked = sent(run, "shy", "subscribe")
    assert 8 <= len(asked) <= 22
    assert sum(value == "both" for value in served(run, "shy").values()) == len(asked)


def test_it_leaves_and_comes_back(tmp_path: Path) -> None:
    leaver = {
        "behaviours": [
            behaviour("Subscribe", to=PEERS[:2]),
            behaviour("UnsubscribeAndReturn", watching="3s", gone="1s", times=2),
        ]
    }
    run = play(tmp_path, {"peer": CROWD, "leaver": leaver}, run={"until": "converged"})
    assert sent(run, "leaver", "unsubscribe") == [
        (when, peer) for when in (3, 7) for peer in PEERS[:2]
    ]
    assert sent(run, "leaver", "subscribe") == [
        (when, peer) for when in (0, 4, 8) for peer in PEERS[:2]
    ]
    assert served(run, "leaver") == dict.fromkeys(PEERS[:2], "to")


def test_it_leaves_those_that_it_is_told_to_leave(tmp_path: Path) -> None:
    leaver = {
        "behaviours": [
            behaviour("Subscribe", to=PEERS[:2]),
            behaviour("UnsubscribeAndReturn", watching="3s", gone="100s", to="peer-1"),
        ]
    }
    run = play(tmp_path, {"peer": CROWD, "leaver": leaver})
    assert served(run, "leaver") == {"peer-0": "to", "peer-1": "none"}
