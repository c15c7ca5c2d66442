"""Users' agents of SPADE 3, observed."""

from __future__ import annotations

from pathlib import Path

import pytest

import simulator
from simulator.journal.records import Failure, HandlerCalls, Received, Sent
from tests.runs import run_text
from tests.test_user_agents import CASES, PAIR, of


@pytest.mark.parametrize("manager", ["documented", "spade"])
def test_a_users_agents_run_unchanged_and_are_observed(tmp_path: Path, manager: str) -> None:
    text = PAIR.format(approver="Approver", manager=manager, subscription="to")
    run = run_text(text, tmp_path)
    assert run.verdict.value == "pass", run.verdict
    assert [record.type for record in of(run, Sent, "asker")] == ["available", "subscribe"]
    assert "subscribe" in [record.type for record in of(run, Received, "approver")]


def test_a_handler_that_raises_under_spades_own_manager_fails_its_agent() -> None:
    """And everything goes on as with SPADE alone: the handler is called no more."""
    run = simulator.run(CASES / "raising_handler.yaml", out=False)
    (failure,) = of(run, Failure, "boss")
    assert (failure.where, failure.error) == ("on_subscribe", "RuntimeError: first one only")
    assert "raising_handler.py:16 in wants" in failure.traceback
    assert run.verdict.value == "fail"
    (reason,) = [one["reason"] for one in run.summary["agent_outcomes"]["not_ok"]]
    assert reason == "RuntimeError: first one only in on_subscribe (raising_handler.py:16)"
    assert [record.peer for record in of(run, Sent, "boss") if record.peer] == ["asker-0"]
    assert [(one.handler, one.calls) for one in of(run, HandlerCalls, "boss")] == [
        ("on_subscribe", 1)
    ]
