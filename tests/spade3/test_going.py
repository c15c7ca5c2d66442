"""Behaviours of agents of SPADE 3: who becomes unavailable is disconnected."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.journal.records import Session
from tests.behaviours.scenes import availability, behaviour, of, play, sent, shown
from tests.behaviours.test_approving import ASKERS, hosted_with_handler
from tests.behaviours.test_coming import watched
from tests.behaviours.test_subscribing import CROWD


@pytest.mark.parametrize("manager", ["documented", "spade"])
def test_it_goes_for_real_and_comes_back_as_it_was(tmp_path: Path, manager: str) -> None:
    run = watched(tmp_path, behaviour("ComeAndGo", on="3s", off="1s"), manager=manager)
    assert availability(run, "watcher", "wanderer") == [
        (0.1, "available", "chat"),
        (3.0, "unavailable", ""),
        (4.0, "available", "chat"),
        (7.0, "unavailable", ""),
        (8.0, "available", "chat"),
    ]
    assert shown(run, "wanderer")[-1] == (8.0, "chat", "here")
    states = [record.state for record in of(run, Session, "wanderer")]
    assert states.count("established") == 3


def test_an_agent_that_is_gone_is_left_alone(tmp_path: Path) -> None:
    agent = {
        "behaviours": [
            behaviour("ChangeStatus", every="2s", looks=["chat", "away", "dnd", "xa"]),
            behaviour("ComeAndGo", on="3s", off="2s"),
        ]
    }
    run = play(tmp_path, {"agent": agent})
    assert [(when, show) for when, show, _ in shown(run, "agent")] == [
        (0.0, ""),
        (0.0, "chat"),
        (2.0, "away"),
        # At 4 s it is gone; it comes back as it was, and the process has gone on.
        (5.0, "away"),
        (6.0, "xa"),
    ]


def test_requests_wait_for_the_connection(tmp_path: Path) -> None:
    asker = {"behaviours": [behaviour("Subscribe", to="peer-0", at="3s")]}
    cut = [
        {"at": "2s", "for": "4s", "refuse": "asker"},
        {"at": "2s", "reset": "asker"},
    ]
    run = play(tmp_path, {"peer": CROWD, "asker": asker}, faults=cut)
    ((when, _),) = sent(run, "asker", "subscribe")
    assert 6 <= when < 10


@pytest.mark.parametrize("agent", ["HandlerBefore", "HandlerAfter"])
def test_a_users_handler_is_called_beside_a_behaviour(tmp_path: Path, agent: str) -> None:
    run = hosted_with_handler(tmp_path, agent, "spade")
    assert [peer for _, peer in sent(run, "host", "subscribed")] == ASKERS[:2]
    assert [status for _, show, status in shown(run, "host") if show == "dnd"] == [" ".join(ASKERS)]
