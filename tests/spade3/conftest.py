"""A presence manager on a real aioxmpp client without a connection.

Stanzas are put into the client's stream where the network would put them, and what the client
enqueues is kept. The event loop runs only inside the rig's methods, so tests are plain functions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import aioxmpp
import aioxmpp.roster.xso as roster_xso
import pytest
from aioxmpp import JID, IQType, Presence, PresenceShow, PresenceType

from simulator.spade3.presence.manager import PresenceManager

OWN = JID.fromstr("me@localhost/here")


class Rig:
    """One agent's client and presence manager, without a server."""

    def __init__(self, make: Callable[[Any], Any] = PresenceManager) -> None:
        self.loop = asyncio.new_event_loop()
        self.sent: list[Presence] = []
        self.failures: list[tuple[str, BaseException]] = []
        self.presence: Any = self.do(lambda: self._build(make))

    def _build(self, make: Callable[[Any], Any]) -> Any:
        security = aioxmpp.make_security_layer("secret", no_verify=True)
        self.client = aioxmpp.PresenceManagedClient(OWN, security)
        self.client.stream._enqueue = self._enqueue
        self.client._main_task = asyncio.get_running_loop().create_future()
        presence = make(SimpleNamespace(client=self.client, jid=OWN, loop=self.loop))
        presence.report = lambda where, error: self.failures.append((where, error))
        return presence

    def _enqueue(self, stanza: Any, **_options: Any) -> None:
        stanza.validate()
        self.sent.append(self.client.stream.service_outbound_presence_filter.filter(stanza))

    def do(self, action: Callable[[], Any]) -> Any:
        """Call `action` inside the loop and let the loop come to rest."""

        async def inside() -> Any:
            result = action()
            await asyncio.sleep(0.001)
            return result

        return self.loop.run_until_complete(inside())

    def login(self) -> None:
        """The initial presence was sent and the roster received."""
        self.begin_login()
        self.do(self.client.on_stream_established)

    def begin_login(self) -> None:
        """The stream takes stanzas; the roster has not arrived yet."""
        self.client.established_event.set()

    def lose_stream(self) -> None:
        """The session's state was lost."""
        self.client.established_event.clear()
        self.do(lambda: self.client.on_stream_destroyed(ConnectionResetError()))

    def arrive(self, sender: str, type_: str | None = None, **options: Any) -> Presence:
        """A presence stanza arrives."""
        status = options.pop("status", {})
        priority = options.pop("priority", 0)
        options["show"] = PresenceShow(options.get("show"))
        stanza = Presence(
            type_=PresenceType(type_), from_=JID.fromstr(sender), to=OWN.bare(), **options
        )
        stanza.priority = priority
        stanza.status.update(status)
        self.do(lambda: self.client.stream._process_incoming_presence(stanza))
        return stanza

    def push(self, jid: str, subscription: str, **options: Any) -> None:
        """A roster push arrives."""
        groups = [roster_xso.Group(name=name) for name in options.pop("groups", ())]
        item = roster_xso.Item(JID.fromstr(jid), subscription=subscription, groups=groups)
        for name, value in options.items():
            setattr(item, name, value)
        query = aioxmpp.IQ(type_=IQType.SET, payload=roster_xso.Query(items=[item]))
        self.loop.run_until_complete(self.presence.roster.handle_roster_push(query))

    def sent_types(self) -> list[tuple[str | None, str]]:
        """(type, peer) of what was sent, oldest first."""
        return [(stanza.type_.value, str(stanza.to)) for stanza in self.sent]

    def close(self) -> None:
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()


@pytest.fixture
def make_rig() -> Iterator[Callable[..., Rig]]:
    """Builds rigs, and closes their loops after the test."""
    rigs: list[Rig] = []

    def make(*arguments: Any) -> Rig:
        rigs.append(Rig(*arguments))
        return rigs[-1]

    yield make
    for rig in rigs:
        rig.close()


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Rig:
    """A rig with the documented manager, logged in."""
    made = make_rig()
    made.login()
    return made
