"""The agents of the scenarios in this folder, written for plain SPADE 4.1.4."""

import asyncio
import contextlib

from spade.agent import Agent
from spade.behaviour import OneShotBehaviour
from spade.presence import PresenceShow, PresenceType


class Telling(Agent):
    """Keeps what its availability handlers are told."""

    async def setup(self):
        self.available = []
        self.unavailable = []
        self.presence.on_available = lambda jid, info, last: self.available.append(info)
        self.presence.on_unavailable = lambda jid, info, last: self.unavailable.append(info)

    @property
    def says_available(self):
        return self.presence.is_available()

    @property
    def says(self):
        return self.presence.get_status()

    @property
    def shows(self):
        return self.presence.get_show().value

    @property
    def ranks(self):
        return self.presence.get_priority()

    @property
    def listed(self):
        return list(self.presence.get_contacts())


class Ended(Agent):
    """Keeps its subscription, as its handler finds it when a contact has ended it."""

    async def setup(self):
        self.left = "nothing was ended"
        self.presence.approve_all = True
        self.presence.on_unsubscribed = self.ended

    def ended(self, jid):
        self.left = self.presence.get_contact(jid).subscription


class Late(Agent):
    """Hears of requests from two seconds after its start on."""

    async def setup(self):
        self.asked = []
        self.add_behaviour(self.Hear())

    class Hear(OneShotBehaviour):
        async def run(self):
            await asyncio.sleep(2)
            self.presence.on_subscribe = self.agent.asked.append


class Failing(Agent):
    """Has a handler with a bug."""

    async def setup(self):
        self.presence.on_available = lambda jid, info, last: info.mood


class Hearing(Agent):
    """Keeps the error stanzas that it gets."""

    async def setup(self):
        self.errors = []
        self.client.add_event_handler("presence_error", self.errors.append)


class Patient(Agent):
    """Has a handler that is a coroutine function."""

    async def setup(self):
        self.available = []
        self.presence.on_available = self.seen

    async def seen(self, jid, info, last):
        self.available.append(info)


class Speller(Telling):
    """Asks one contact three times."""

    async def setup(self):
        await super().setup()
        for jid in ("friend@{}", "Friend@{}", "friend@{}/desk"):
            self.presence.subscribe(jid.format(self.jid.domain))


class Changing(Telling):
    """Says who it is, and changes its show alone."""

    async def setup(self):
        await super().setup()
        self.presence.set_presence(PresenceType.AVAILABLE, PresenceShow.CHAT, "at work", 5)
        self.presence.set_presence(show=PresenceShow.DND)


class Careless(Telling):
    """Gives wrong arguments, and goes on with what it had."""

    def go_wrong(self):
        """Give them."""

    async def setup(self):
        await super().setup()
        self.presence.set_presence(PresenceType.AVAILABLE, PresenceShow.CHAT, "fine", 1)
        with contextlib.suppress(ValueError):
            self.go_wrong()


class TooHigh(Careless):
    def go_wrong(self):
        self.presence.set_presence(PresenceType.AVAILABLE, PresenceShow.CHAT, "fine", 200)


class Unwritable(Careless):
    def go_wrong(self):
        self.presence.set_presence(PresenceType.AVAILABLE, PresenceShow.CHAT, "fine\x01", 1)


class Ambiguous(Careless):
    def go_wrong(self):
        self.presence.set_presence(PresenceType.UNAVAILABLE, PresenceShow.DND)
