"""Handlers that raise, return a value, or are coroutines (many programs)."""

from spade.agent import Agent


class Raiser(Agent):
    async def setup(self):
        self.n = 0
        self.presence.on_subscribe = self.wants
        self.presence.on_available = self.here

    def wants(self, jid):
        self.n += 1
        print("asked by", jid)
        self.presence.approve(jid)
        raise RuntimeError("first one only")

    def here(self, jid, stanza):
        print("sees", jid)
        return True
