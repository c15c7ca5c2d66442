"""JIDs as people write them: with a resource, in capitals, wrong, as objects."""

import asyncio

import aioxmpp
from spade.agent import Agent
from spade.behaviour import OneShotBehaviour

ZOE = aioxmpp.JID.fromstr("zoe@localhost")
ASKED = (
    *("zoe@localhost/phone", "ZOE@localhost", "Zoe@LocalHost", "zoe@localhost ", ZOE),
    *("zoe", "@localhost", "localhost", "", None, "two words@localhost", "zoë@localhost"),
    *("mail\\40host@localhost", "x" * 1100 + "@localhost"),
)
LOOKED_UP = (
    *("zoe@localhost", "ZOE@localhost", "zoe@localhost/phone", ZOE.replace(resource="x")),
    *("nobody@localhost", 5),
)


class Asker(Agent):
    class Ask(OneShotBehaviour):
        async def run(self):
            for jid in ASKED:
                try:
                    self.presence.subscribe(jid)
                    print("subscribe", repr(jid)[:40], "ok")
                except Exception as error:
                    print("subscribe", repr(jid)[:40], type(error).__name__, str(error)[:90])

    class Look(OneShotBehaviour):
        async def run(self):
            await asyncio.sleep(2)
            for jid in LOOKED_UP:
                try:
                    print("get_contact", jid, self.presence.get_contact(jid).get("subscription"))
                except Exception as error:
                    print("get_contact", jid, type(error).__name__, str(error)[:80])

    async def setup(self):
        self.add_behaviour(self.Ask())
        self.add_behaviour(self.Look())
