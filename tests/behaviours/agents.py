"""Users' agents with a handler of their own beside the package's behaviours."""

from __future__ import annotations

from typing import Any

from spade.agent import Agent
from spade.behaviour import OneShotBehaviour

from tests.both import show


class Hearer(Agent):
    """Remembers who asked, and tells it when four have."""

    heard: tuple[str, ...] = ()

    def hear(self, jid: str) -> None:
        self.heard = (*self.heard, jid.partition("@")[0])
        if len(self.heard) == 4:
            show(self.presence, "dnd", " ".join(self.heard))


class HandlerBefore(Hearer):
    """Assigns its handler in setup(), before behaviours start."""

    async def setup(self) -> None:
        self.presence.on_subscribe = self.hear


class Assign(OneShotBehaviour):
    async def run(self) -> None:
        self.presence.on_subscribe = self.agent.hear


class HandlerAfter(Hearer):
    """Assigns its handler in a behaviour that starts after the others."""

    def add_behaviour(self, behaviour: Any, template: Any = None) -> None:
        super().add_behaviour(behaviour, template)
        if type(behaviour).__name__ == "Approve":
            super().add_behaviour(Assign())
