"""Who watches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aioxmpp import JID, PresenceShow, PresenceState
from spade.agent import Agent


class Monitor(Agent):
    """Watches workers and the dispatcher, and tells how many workers there are.

    dnd: there is none, somebody should do something.
    """

    workers: Sequence[str] = ()
    dispatcher = ""

    async def setup(self) -> None:
        self.present: set[str] = set()
        self.presence.on_available = self.came
        self.presence.on_unavailable = self.went
        for agent in [*self.workers, self.dispatcher]:
            self.presence.subscribe(agent)
        self.tell()

    def came(self, jid: str, _stanza: Any) -> None:
        self.present.add(str(JID.fromstr(jid).bare()))
        self.tell()

    def went(self, jid: str, _stanza: Any) -> None:
        self.present.discard(str(JID.fromstr(jid).bare()))
        self.tell()

    def tell(self) -> None:
        count = sum(worker in self.present for worker in self.workers)
        show = PresenceShow.CHAT if count else PresenceShow.DND
        state = PresenceState(available=True, show=show)
        self.presence.set_presence(state=state, status=f"{count} workers")
