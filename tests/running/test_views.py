from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from simulator.journal.records import AnyRecord, Reading, View
from simulator.running.views import read_views


async def never_ask(_patience: float) -> Any:
    raise AssertionError("nobody should have asked")


def test_an_agent_that_gets_no_answer_is_not_asked() -> None:
    records: list[AnyRecord] = []
    harness: Any = SimpleNamespace(
        plan=SimpleNamespace(name="a"), served_roster=never_ask, beliefs=lambda: []
    )
    asyncio.run(read_views([harness], records.append, lambda: 0, lambda _agent: "a fault lasts"))
    assert records == [
        Reading(t=0),
        View(t=0, agent="a", view="served", absent="no answer: a fault lasts"),
        View(t=0, agent="a", view="believed", entries=0),
    ]
