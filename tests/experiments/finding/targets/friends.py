"""Agents as a user writes them, without a fault: whoever looks for one puts it in."""

from __future__ import annotations

from typing import Any

from spade.agent import Agent
from spade.behaviour import OneShotBehaviour


class Friend(Agent):
    """Lets everybody see it, looks back, and keeps a book of who is there and how it looks.

    Its book is right if `confused` is 0.
    """

    class Settle(OneShotBehaviour):
        async def run(self) -> None:
            self.agent.settle()

    async def setup(self) -> None:
        self.present: dict[str, str] = {}
        self.asked: list[str] = []
        self.add_behaviour(self.Settle())

    def settle(self) -> None:
        presence = self.presence
        presence.on_subscribe = self.on_subscribe
        presence.on_unsubscribe = self.on_unsubscribe
        presence.on_available = self.on_available
        presence.on_unavailable = self.on_unavailable
        # Who said so before the handlers were there, at a login after a crash.
        self.present |= self.there()

    def on_subscribe(self, jid: str) -> None:
        self.asked.append(jid)
        self.presence.approve(jid)
        if self.is_new(jid):
            self.presence.subscribe(jid)

    def is_new(self, jid: str) -> bool:
        contact = self.presence.get_contacts().get(jid)
        return contact is None or contact["subscription"] not in ("to", "both")

    def on_unsubscribe(self, jid: str) -> None:
        if jid in self.asked:
            self.asked.remove(jid)

    def on_available(self, jid: str, stanza: Any) -> None:
        self.present[jid.partition("/")[0]] = str(stanza.show)

    def on_unavailable(self, jid: str, stanza: Any) -> None:
        self.present.pop(jid.partition("/")[0], None)

    @property
    def confused(self) -> int:
        """In how many entries its book and the presence manager differ, while it has a session."""
        if not self.client.established:
            return 0
        return len(self.there().items() ^ self.present.items())

    def there(self) -> dict[str, str]:
        """Who is there, with its show, as the presence manager says."""
        return {
            str(jid): str(contact["presence"].show)
            for jid, contact in self.presence.get_contacts().items()
            if contact["subscription"] in ("to", "both")
            and contact.get("presence") is not None
            and contact["presence"].type_.value is None
        }
