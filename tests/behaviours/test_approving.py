"""Approvers: with a delay, with a limit, by list, at random, and beside somebody's handler."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.analysis.run import Run
from tests.behaviours.scenes import behaviour, play, sent, served, shown

ASKERS = [f"asker-{number}" for number in range(4)]


def crowd(count: int = 4, **arguments: Any) -> dict[str, Any]:
    return {"count": count, "behaviours": [behaviour("Subscribe", to="host", **arguments)]}


def hosted(folder: Path, host: dict[str, Any], *, count: int = 4, **rest: Any) -> Any:
    return play(folder, {"host": host, "asker": crowd(count, at="1s")}, **rest)


def test_a_delay_keeps_the_run_open(tmp_path: Path) -> None:
    host = {"behaviours": [behaviour("Approve", delay="20s")]}
    run = hosted(tmp_path, host, run={"until": "converged"})
    assert sent(run, "host", "subscribed") == [(21.0, asker) for asker in ASKERS]
    assert served(run, "host") == dict.fromkeys(ASKERS, "from")


def test_a_limit_takes_the_first(tmp_path: Path) -> None:
    host = {"behaviours": [behaviour("Approve", limit=3, others="deny")]}
    run = hosted(tmp_path, host)
    assert [peer for _, peer in sent(run, "host", "subscribed")] == ASKERS[:3]
    assert [peer for _, peer in sent(run, "host", "unsubscribed")] == ASKERS[3:]


def test_a_list_names_who_may(tmp_path: Path) -> None:
    host = {"behaviours": [behaviour("Approve", askers=["asker-2", "asker-0@localhost"])]}
    run = hosted(tmp_path, host)
    assert [peer for _, peer in sent(run, "host", "subscribed")] == ["asker-0", "asker-2"]
    assert sent(run, "host", "unsubscribed") == []


def test_at_random(tmp_path: Path) -> None:
    host = {"behaviours": [behaviour("Approve", share=0.5)]}
    approved = len(sent(hosted(tmp_path, host, count=40), "host", "subscribed"))
    assert 10 <= approved <= 30


def test_ask_back(tmp_path: Path) -> None:
    host = {"behaviours": [behaviour("Approve", ask_back=True)]}
    run = hosted(tmp_path, host)
    assert [peer for _, peer in sent(run, "host", "subscribe")] == ASKERS


def hosted_with_handler(folder: Path, agent: str, manager: str) -> Run:
    host = {
        "agent": f"tests.behaviours.agents:{agent}",
        "presence_manager": manager,
        "behaviours": [behaviour("Approve", askers=ASKERS[:2])],
    }
    run: Run = hosted(folder, host)
    return run


@pytest.mark.parametrize("agent", ["HandlerBefore", "HandlerAfter"])
def test_a_users_handler_is_called_as_well(tmp_path: Path, agent: str) -> None:
    run = hosted_with_handler(tmp_path, agent, "documented")
    assert [peer for _, peer in sent(run, "host", "subscribed")] == ASKERS[:2]
    assert [status for _, show, status in shown(run, "host") if show == "dnd"] == [" ".join(ASKERS)]


def test_requests_of_before_the_start_are_answered(tmp_path: Path) -> None:
    host = {"start": "5s", "behaviours": [behaviour("Approve")]}
    run = hosted(tmp_path, host)
    assert served(run, "host") == dict.fromkeys(ASKERS, "from")


def test_who_is_approved_does_not_change_with_a_restart(tmp_path: Path) -> None:
    host = {"behaviours": [behaviour("Approve", share=0.5, others="deny")]}
    again = [behaviour("Subscribe", to="host", at="5s")]
    askers = crowd(20, at="1s")
    askers["behaviours"] += again
    life = [{"at": "3s", "who": "host", "do": "stop"}, {"at": "4s", "who": "host", "do": "start"}]
    run = play(tmp_path, {"host": host, "asker": askers}, timeline=life)
    approved = {peer for _, peer in sent(run, "host", "subscribed")}
    denied = [peer for _, peer in sent(run, "host", "unsubscribed")]
    assert 4 <= len(approved) <= 16
    # Those who were denied asked again, and were denied again.
    assert sorted(denied) == sorted(2 * sorted(set(denied)))
    assert approved.isdisjoint(denied)
