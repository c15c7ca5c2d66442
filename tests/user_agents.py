"""Agents as users of plain SPADE write them. They know nothing of the simulator."""

from __future__ import annotations

import asyncio
import datetime
import logging
from typing import Any

from spade.agent import Agent
from spade.behaviour import CyclicBehaviour, OneShotBehaviour, PeriodicBehaviour
from spade.message import Message

from tests.both import approve


class Asker(Agent):
    """Asks `friend` for a subscription, as the attribute says that was set before the start."""

    friend: str

    class Ask(OneShotBehaviour):
        def on_available(self, jid: str, *_more: Any) -> None:
            self.agent.set("available", [*(self.agent.get("available") or ()), jid])

        async def run(self) -> None:
            self.presence.on_available = self.on_available
            self.presence.set_available()
            self.presence.subscribe(self.agent.friend)

    async def setup(self) -> None:
        self.add_behaviour(self.Ask())


class Approver(Agent):
    """Approves in a handler, and asks back."""

    class Approve(OneShotBehaviour):
        def on_subscribe(self, jid: str) -> None:
            approve(self.presence, jid)
            self.presence.subscribe(jid)

        async def run(self) -> None:
            self.presence.on_subscribe = self.on_subscribe

    async def setup(self) -> None:
        self.add_behaviour(self.Approve())


class Ticker(Agent):
    """Shows how often it has ticked, once a second, from five seconds after its start."""

    class Tick(PeriodicBehaviour):
        async def run(self) -> None:
            count = (self.get("count") or 0) + 1
            self.set("count", count)
            self.presence.set_presence(status=f"tick {count}")

    async def setup(self) -> None:
        start = datetime.datetime.now() + datetime.timedelta(seconds=5)
        self.add_behaviour(self.Tick(period=1, start_at=start))


class Caller(Agent):
    """Sends a message and shows the answer."""

    class Call(OneShotBehaviour):
        async def run(self) -> None:
            await self.send(Message(to=self.agent.friend, body="who are you?"))
            answer = await self.receive(timeout=10)
            self.presence.set_presence(status=answer.body if answer else "no answer")

    friend: str

    async def setup(self) -> None:
        self.add_behaviour(self.Call())


class Answerer(Agent):
    """Answers each message with its name."""

    class Answer(CyclicBehaviour):
        async def run(self) -> None:
            message = await self.receive(timeout=60)
            if message is not None:
                reply = message.make_reply()
                reply.body = self.agent.name
                await self.send(reply)

    async def setup(self) -> None:
        self.add_behaviour(self.Answer())


class RaisesInHandler(Agent):
    """Its handler raises for the first request, and approves the ones after."""

    async def setup(self) -> None:
        self.asked = 0
        self.presence.on_subscribe = self.on_subscribe

    def on_subscribe(self, jid: str) -> None:
        self.asked += 1
        if self.asked == 1:
            raise ValueError(f"cannot think about {jid}")
        approve(self.presence, jid)


class RaisesInBehaviour(Agent):
    """Its behaviour raises."""

    class Fail(OneShotBehaviour):
        async def run(self) -> None:
            raise KeyError("lost")

    async def setup(self) -> None:
        self.add_behaviour(self.Fail())


class RaisesInSetup(Agent):
    """It never gets as far as running."""

    async def setup(self) -> None:
        raise RuntimeError("no set-up today")


class Poller(Agent):
    """Polls its mailbox without a timeout: virtual time stands still then."""

    class Poll(CyclicBehaviour):
        async def run(self) -> None:
            await self.receive()

    async def setup(self) -> None:
        self.add_behaviour(self.Poll())


class Greeting(OneShotBehaviour):
    """A behaviour for an agent of somebody else's, with an argument."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    async def run(self) -> None:
        self.presence.set_presence(status=self.text)


class Talkative(Agent):
    """Tells its password to whoever listens."""

    async def setup(self) -> None:
        logger = logging.getLogger("talkative")
        logger.warning("I log in with %s", self.password)
        try:
            raise ValueError(f"{self.password} is too long")
        except ValueError:
            logger.exception("what a pity")
        raise ValueError(f"{self.password} is too short")


class TalksInTask(Agent):
    """Tells its password in a task that nobody waits for."""

    async def setup(self) -> None:
        asyncio.get_running_loop().call_soon(self.tell)

    def tell(self) -> None:
        raise ValueError(f"{self.password} is in a task")


class FailsInACircle(Agent):
    """Its task fails, nobody waits for it, and it refers to itself: garbage for a collection."""

    async def setup(self) -> None:
        circle: list[object] = []

        async def fail() -> None:
            circle.append(asyncio.current_task())
            await asyncio.sleep(0.1)
            raise ValueError("in a circle")

        self.task = asyncio.get_running_loop().create_task(fail())
        self.task.add_done_callback(lambda _: delattr(self, "task"))
