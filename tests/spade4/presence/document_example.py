"""Two plain SPADE agents that do what the two-agent example of SPADE 4's documentation does.

Written anew: the behaviour is the document's (one asks, the other approves and asks back, both
tell what they see), the code is ours.
"""

from __future__ import annotations

from typing import Any

from spade.agent import Agent
from spade.behaviour import OneShotBehaviour
from spade.presence import PresenceShow, PresenceType


class Telling(OneShotBehaviour):
    """Prints what the presence handlers are told. `asks_back`: answer a request with one."""

    asks_back = False

    def tell(self, peer: str, text: str) -> None:
        print(f"[{self.agent.name}] Agent {peer.partition('@')[0]} {text}")

    def listen(self) -> None:
        self.presence.on_subscribe = self.asked
        self.presence.on_subscribed = self.accepted
        self.presence.on_available = self.seen

    def appear(self) -> None:
        self.presence.set_presence(
            presence_type=PresenceType.AVAILABLE, show=PresenceShow.CHAT, status="Ready to chat"
        )

    def asked(self, peer: str) -> None:
        self.tell(peer, "asked for subscription")
        self.presence.approve_subscription(peer)
        if self.asks_back:
            self.presence.subscribe(peer)

    def accepted(self, peer: str) -> None:
        self.tell(peer, "has accepted the subscription")
        print(f"[{self.agent.name}] Contacts List: {self.agent.presence.get_contacts()}")

    def seen(self, peer: str, info: Any, _last: Any) -> None:
        self.tell(peer, f"is {info.show.value}")


class Asking(Telling):
    async def run(self) -> None:
        self.listen()
        self.appear()
        self.presence.subscribe(self.agent.jid2)


class Answering(Telling):
    asks_back = True

    async def run(self) -> None:
        # As in the document: available first, handlers after.
        self.appear()
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
