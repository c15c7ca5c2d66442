"""Two plain SPADE agents that do what the documented two-agent example does.

Written anew: the behaviour is the document's (one asks, the other approves and asks back, both
tell what they see), the code is ours.
"""

from __future__ import annotations

from typing import Any

from spade.agent import Agent
from spade.behaviour import OneShotBehaviour


class Telling(OneShotBehaviour):
    """Prints what the presence handlers are told. `asks_back`: answer a request with one."""

    asks_back = False

    def tell(self, text: str) -> None:
        print(f"[{self.agent.name}] {text}")

    def listen(self) -> None:
        self.presence.on_subscribe = self.asked
        self.presence.on_subscribed = self.accepted
        self.presence.on_available = self.seen

    def asked(self, peer: str) -> None:
        self.tell(f"Agent {peer.partition('@')[0]} asked for subscription.")
        self.presence.approve(peer)
        if self.asks_back:
            self.presence.subscribe(peer)

    def accepted(self, peer: str) -> None:
        self.tell(f"Agent {peer.partition('@')[0]} has accepted the subscription.")
        self.tell(f"Contacts List: {self.presence.get_contacts()}")

    def seen(self, peer: str, _stanza: Any) -> None:
        self.tell(f"Agent {peer.partition('@')[0]} is available.")


class Asking(Telling):
    async def run(self) -> None:
        self.listen()
        self.presence.set_available()
        self.presence.subscribe(self.agent.jid2)


class Answering(Telling):
    asks_back = True

    async def run(self) -> None:
        # As in the document: available first, handlers after.
        self.presence.set_available()
        self.listen()


class Agent1(Agent):
    jid2: str

    async def setup(self) -> None:
        print(f"Agent {self.name} running")
        self.add_behaviour(Asking())


class Agent2(Agent):
    async def setup(self) -> None:
        print(f"Agent {self.name} running")
        self.add_behaviour(Answering())
