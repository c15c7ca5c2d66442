"""Who does the work."""

from __future__ import annotations

import asyncio

from aioxmpp import PresenceShow, PresenceState
from spade.agent import Agent
from spade.behaviour import CyclicBehaviour


class Worker(Agent):
    """Does one job at a time. Its presence says whether it can take one: chat, or dnd."""

    seconds_a_job = 3.0

    class Work(CyclicBehaviour):
        async def run(self) -> None:
            job = await self.receive(timeout=60)
            if job is not None:
                self.agent.show(PresenceShow.DND, f"job {job.body}")
                await asyncio.sleep(self.agent.seconds_a_job)
                result = job.make_reply()
                result.body = job.body
                await self.send(result)
                self.agent.show(PresenceShow.CHAT, "free")

    async def setup(self) -> None:
        self.presence.approve_all = True
        self.show(PresenceShow.CHAT, "free")
        self.add_behaviour(self.Work())

    def show(self, show: PresenceShow, status: str) -> None:
        state = PresenceState(available=True, show=show)
        self.presence.set_presence(state=state, status=status)
