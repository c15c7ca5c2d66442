"""Agents that make others, and what can go wrong with that."""

from __future__ import annotations

from typing import Any

from spade.agent import Agent
from spade.behaviour import OneShotBehaviour


class Child(Agent):
    async def setup(self) -> None:
        self.presence.subscribe("boss@localhost")


class Lazy(Child):
    async def setup(self) -> None:
        raise RuntimeError("not today")


class Boss(Agent):
    """Starts what `makes` says: a class, a JID, and whether it asks for an account."""

    makes: list[Any]

    class Hire(OneShotBehaviour):
        async def run(self) -> None:
            for kind, jid, registers in self.agent.makes:
                child = {"child": Child, "lazy": Lazy}[kind](jid, "a password")
                self.agent.children.append(child)
                await child.start(auto_register=registers)

    async def setup(self) -> None:
        self.children: list[Agent] = []
        self.presence.approve_all = True
        self.add_behaviour(self.Hire())


class Starts(Agent):
    """Its own start() always asks for an account."""

    async def start(self, auto_register: bool = True) -> None:
        await super().start(auto_register=True)
