"""What the plan asks of a session: before it runs, while it runs, and after."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from simulator.agents.context import Surroundings
from simulator.agents.names import Names
from simulator.journal.records import AnyRecord
from simulator.scenario.plan import ActionPlan
from simulator.spade3.actions import ACTIONS
from simulator.spade3.commands import Orders, PlanBehaviour


def make_orders(records: list[AnyRecord], failures: list[str]) -> Orders:
    surroundings = Surroundings(
        names=Names("localhost"),
        record=records.append,
        clock=lambda: 7,
        peer=lambda _agent, _resource: None,  # type: ignore[arg-type, return-value]
        seed=1,
        writes_actual=False,
        pings=False,
    )
    return Orders("one", surroundings, lambda where, error: failures.append(f"{where}: {error}"))


def action(peer: str = "") -> ActionPlan:
    return ActionPlan(0, "one", "subscribe", "timeline[0]", peer)


def told(records: list[AnyRecord]) -> list[tuple[Any, ...]]:
    return [(record.t, record.agent, record.peer, record.skipped) for record in records]  # type: ignore[union-attr]


def test_early_orders_wait_and_late_ones_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    async def subscribe(_agent: Any, _action: ActionPlan, peer: str) -> None:
        done.append(peer)

    monkeypatch.setitem(ACTIONS, "subscribe", subscribe)
    records: list[AnyRecord] = []

    async def main() -> None:
        orders = make_orders(records, [])
        behaviour = PlanBehaviour(orders)
        orders.ask(action("early"))
        assert (orders.pending, records) == (True, [])
        orders.begin(behaviour)
        orders.ask(action("in-time"))
        await behaviour.run()
        assert orders.pending
        await behaviour.run()
        assert (orders.pending, orders.open) == (False, True)
        orders.end()
        orders.ask(action("late"))
        orders.expect_start()
        orders.ask(action("again"))
        orders.give_up("no server")
        assert not orders.pending

    asyncio.run(main())
    assert done == ["early@localhost", "in-time@localhost"]
    assert told(records) == [
        (7, "one", "early", ""),
        (7, "one", "in-time", ""),
        (7, "one", "late", "the agent is stopped"),
        (7, "one", "again", "no server"),
    ]


def test_an_action_that_raises_is_recorded_and_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(_agent: Any, _action: ActionPlan, _peer: str) -> None:
        raise ValueError("not today")

    monkeypatch.setitem(ACTIONS, "subscribe", refuse)
    records: list[AnyRecord] = []
    failures: list[str] = []
    asyncio.run(make_orders(records, failures).perform(None, action("two")))
    assert failures == ["timeline[0] subscribe: not today"]
    assert told(records) == [(7, "one", "two", "")]
