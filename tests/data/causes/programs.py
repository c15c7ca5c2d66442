"""Agents with one fault each, as users write them by mistake."""

import asyncio

from aioxmpp import JID, Presence, PresenceType
from spade.agent import Agent
from spade.behaviour import OneShotBehaviour


class Raises(Agent):
    """Its handler fails before it approves."""

    async def setup(self):
        self.presence.on_subscribe = self.wants

    def wants(self, jid):
        contact = self.friends[jid]
        self.presence.approve(contact)


class NeverAnswers(Agent):
    """It hears requests, and only counts them."""

    async def setup(self):
        self.asked = 0
        self.presence.on_subscribe = self.wants

    def wants(self, jid):
        self.asked += 1


class NeverReady(Agent):
    """Its setup() waits for something that nobody gives."""

    async def setup(self):
        await asyncio.get_running_loop().create_future()


class GoesHome(Agent):
    """It ends itself after three seconds."""

    class Home(OneShotBehaviour):
        async def run(self):
            await asyncio.sleep(3)
            await self.agent.stop()

    async def setup(self):
        self.presence.approve_all = True
        self.add_behaviour(self.Home())


class SlowToBegin(Agent):
    """It looks something up before it sets its handler, which approves."""

    async def setup(self):
        await asyncio.sleep(5)
        self.presence.on_subscribe = self.presence.approve


class Approves(Agent):
    """Nothing is wrong with it."""

    async def setup(self):
        self.presence.on_subscribe = self.presence.approve


class Refuses(Agent):
    """It answers every request with a refusal."""

    async def setup(self):
        self.presence.on_subscribe = self.wants

    def wants(self, jid):
        peer = JID.fromstr(jid).bare()
        self.client.enqueue(Presence(to=peer, type_=PresenceType.UNSUBSCRIBED))


class ChangesItsMind(Agent):
    """It unsubscribes after a while."""

    class Leave(OneShotBehaviour):
        async def run(self):
            await asyncio.sleep(4)
            self.presence.unsubscribe("boss@localhost")

    async def setup(self):
        self.add_behaviour(self.Leave())
