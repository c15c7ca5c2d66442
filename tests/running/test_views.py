from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from simulator.journal.records import View
from simulator.running.views import read_views


class Waiting:
    """An observer whose server never answers."""

    async def served_roster(self, patience: float) -> Any:
        raise AssertionError("nobody should have asked")


def harness_of(*, suspended: bool) -> Any:
    return SimpleNamespace(
        plan=SimpleNamespace(name="a"),
        agent=SimpleNamespace(client=SimpleNamespace(suspended=suspended), presence=None),
        observer=Waiting(),
        is_connected=lambda: True,
        is_alive=lambda: True,
    )


def served(harness: Any, silence: str) -> str:
    records: list[Any] = []
    asyncio.run(read_views([harness], records.append, lambda: 0, lambda _agent: silence))
    (view,) = [one for one in records if isinstance(one, View) and one.view == "served"]
    return view.absent


def test_a_stream_that_waits_to_be_resumed_is_not_asked() -> None:
    """aioxmpp calls it established, and would keep the question for later."""
    assert served(harness_of(suspended=True), "") == "the agent's stream is broken"


def test_who_gets_no_answer_is_not_asked() -> None:
    assert served(harness_of(suspended=False), "a fault lasts") == "no answer: a fault lasts"
