"""Users' agents that send messages and keep things. Plain SPADE 3.3.3."""

from __future__ import annotations

from typing import Any

from spade.agent import Agent
from spade.behaviour import CyclicBehaviour, OneShotBehaviour, PeriodicBehaviour
from spade.message import Message


class Speaker(Agent):
    """Sends one message to each of `to` a second after its start."""

    to: tuple[str, ...] = ("listener@localhost",)
    body = "Hello"

    class Speak(OneShotBehaviour):
        async def run(self) -> None:
            for jid in self.agent.to:
                message = Message(to=jid, body=self.agent.body, thread="talk")
                message.set_metadata("performative", "inform")
                message.set_metadata("ontology", "weather")
                await self.send(message)

    async def setup(self) -> None:
        self.add_behaviour(self.Speak())


class Listener(Agent):
    """Keeps what it hears: in SPADE's knowledge base how often, in an attribute the texts."""

    def __init__(self, jid: str, password: str) -> None:
        super().__init__(jid, password)
        self.heard: list[str] = []
        self.set("times", 0)

    class Listen(CyclicBehaviour):
        async def run(self) -> None:
            message = await self.receive(timeout=60)
            if message is not None:
                self.agent.heard.append(message.body)
                self.set("times", len(self.agent.heard))
                self.set("times", len(self.agent.heard))  # no change: not recorded

    async def setup(self) -> None:
        self.add_behaviour(self.Listen())


class Counter(Agent):
    """Keeps a list that it put into the knowledge base once and lets grow."""

    class Count(PeriodicBehaviour):
        async def run(self) -> None:
            self.get("ticks").append(len(self.get("ticks")))

    @property
    def broken(self) -> Any:
        raise ValueError("no value")

    async def setup(self) -> None:
        self.set("ticks", [])
        self.add_behaviour(self.Count(period=1))
