"""What the plan asks of a session: before it runs, while it runs, and after."""

from __future__ import annotations

import asyncio
from typing import Any

from simulator.agents.base import Contact
from simulator.agents.commands import Commands
from simulator.agents.context import AgentContext
from simulator.agents.names import Names
from simulator.journal.records import AnyRecord
from simulator.scenario.plan import ActionPlan


class Subscriber:
    """As much of a `Control` as these actions use."""

    is_connected = True

    def __init__(self) -> None:
        self.asked: list[str] = []

    def contact(self, peer: str) -> Contact:
        return Contact(peer, "to", False)

    def subscribe(self, peer: str) -> None:
        if peer.startswith("nobody"):
            raise ValueError("not today")
        self.asked.append(peer)

    async def remove(self, peer: str) -> None:
        await asyncio.sleep(10)


def make_commands(records: list[AnyRecord], failures: list[str]) -> Commands:
    context = AgentContext(
        names=Names("localhost"),
        record=records.append,
        clock=lambda: 7,
        peer=lambda _agent, _resource: None,  # type: ignore[arg-type, return-value]
        seed=1,
        writes_actual=False,
        pings=False,
    )
    return Commands("one", context, lambda where, error: failures.append(f"{where}: {error}"))


def action(peer: str = "", do: Any = "subscribe") -> ActionPlan:
    return ActionPlan(0, "one", do, "timeline[0]", peer)


def told(records: list[AnyRecord]) -> list[tuple[Any, ...]]:
    return [(record.t, record.agent, record.peer, record.skipped) for record in records]  # type: ignore[union-attr]


def test_early_actions_wait_and_late_ones_are_skipped() -> None:
    control: Any = Subscriber()
    records: list[AnyRecord] = []

    async def main() -> None:
        commands = make_commands(records, [])
        commands.ask(action("early"))
        await asyncio.sleep(0)
        assert (commands.pending, commands.open, records) == (True, False, [])
        commands.begin(control)
        commands.ask(action("in-time"))
        await asyncio.sleep(0.01)
        assert not commands.pending
        assert commands.open
        commands.end()
        commands.ask(action("late"))
        commands.expect_start()
        commands.ask(action("again"))
        commands.give_up("no server")
        assert not commands.pending

    asyncio.run(main())
    assert control.asked == ["early@localhost", "in-time@localhost"]
    assert told(records) == [
        (7, "one", "early", ""),
        (7, "one", "in-time", ""),
        (7, "one", "late", "the agent is stopped"),
        (7, "one", "again", "no server"),
    ]


def test_actions_of_one_moment_take_turns_with_what_else_happens() -> None:
    control: Any = Subscriber()
    seen: list[int] = []

    async def main() -> None:
        commands = make_commands([], [])
        commands.begin(control)
        commands.ask(action("one"))
        commands.ask(action("two"))
        for _ in range(3):
            await asyncio.sleep(0)
            seen.append(len(control.asked))

    asyncio.run(main())
    assert seen == [1, 2, 2]


def test_an_action_that_raises_is_recorded_and_reported() -> None:
    control: Any = Subscriber()
    records: list[AnyRecord] = []
    failures: list[str] = []
    asyncio.run(make_commands(records, failures).perform(control, action("nobody")))
    assert failures == ["timeline[0] subscribe: not today"]
    assert told(records) == [(7, "one", "nobody", "")]


def test_the_action_under_way_ends_with_a_crash_and_not_with_a_stop() -> None:
    async def main(how: str) -> set[asyncio.Task[Any]]:
        commands = make_commands([], [])
        commands.begin(Subscriber())  # type: ignore[arg-type]
        commands.ask(action("one", do="remove"))
        await asyncio.sleep(0)
        getattr(commands, how)()
        assert not commands.pending
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return asyncio.all_tasks() - {asyncio.current_task()}

    assert len(asyncio.run(main("end"))) == 1
    assert asyncio.run(main("cut_off")) == set()
