"""A server with a few accounts, where what goes out reads like a transcript.

A delivery is one line: who gets it, and what. ``"romeo/orchard: subscribed juliet"``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from simulator.rfc6121.account import AvailabilityChange, Delivery, Session
from simulator.rfc6121.server import PresenceServer
from simulator.rfc6121.stanza import (
    Iq,
    IqResult,
    Jid,
    Message,
    Presence,
    RosterChange,
    RosterItem,
    RosterPush,
    RosterResult,
    StanzaError,
    parse_jid,
)

DOMAIN = "example.org"


def jid(text: str) -> Jid:
    """``juliet/balcony`` as a JID of the domain; one with a domain of its own is kept."""
    local, _, rest = text.partition("/")
    bare = local if "@" in local or "." in local else f"{local}@{DOMAIN}"
    return parse_jid(f"{bare}/{rest}" if rest else bare)


def bare(name: str) -> str:
    return jid(name).bare


def short(address: Jid | str) -> str:
    return str(address).replace(f"@{DOMAIN}", "")


def describe_item(item: RosterItem) -> str:
    words = [short(item.jid), item.subscription]
    words += ["ask"] * item.ask + ["approved"] * item.approved
    return " ".join(words)


def _presence(stanza: Presence) -> str:
    words = [stanza.type, short(stanza.sender), stanza.show]
    return " ".join(word for word in words if word)


_LINES: dict[type, Callable[[Any], str]] = {
    Presence: _presence,
    Message: lambda stanza: f"message {stanza.type} {short(stanza.sender)}",
    Iq: lambda stanza: f"iq {stanza.type} {short(stanza.sender)}",
    IqResult: lambda stanza: f"result {stanza.id}",
    RosterPush: lambda stanza: f"push {describe_item(stanza.item)}",
    RosterResult: lambda stanza: f"roster {[describe_item(item) for item in stanza.items]}",
    StanzaError: lambda stanza: f"{stanza.kind} error {stanza.condition}",
}


def transcript(deliveries: Iterable[Delivery]) -> list[str]:
    return [f"{short(to.jid)}: {_LINES[type(stanza)](stanza)}" for to, stanza in deliveries]


class World:
    """The server and its sessions by name: ``juliet/balcony``."""

    def __init__(self, *accounts: str) -> None:
        self.changes: list[AvailabilityChange] = []
        self.server = PresenceServer(DOMAIN, self.changes.append)
        for account in accounts:
            self.server.add_account(account)
        self.sessions: dict[str, Session] = {}
        self.last: list[Delivery] = []

    def _told(self, deliveries: list[Delivery]) -> list[str]:
        self.last = deliveries
        return transcript(deliveries)

    def bind(self, name: str) -> list[str]:
        address = jid(name)
        bound = self.server.bind(address.bare, address.resource)
        self.sessions[name] = bound.session
        return self._told(bound.deliveries)

    def connect(self, *names: str) -> None:
        """Sessions that have requested the roster and sent initial presence."""
        for name in names:
            self.bind(name)
            self.roster_get(name)
            self.send(name, "available")

    def end(self, name: str) -> list[str]:
        return self._told(self.server.end(self.sessions[name]))

    def send(self, name: str, kind: Any, to: str = "", **parts: Any) -> list[str]:
        """A presence stanza."""
        session = self.sessions[name]
        stanza = Presence(kind, session.jid, jid(to) if to else None, **parts)
        return self._told(self.server.presence(session, stanza))

    def roster_get(self, name: str, to: str = "") -> list[str]:
        session = self.sessions[name]
        return self._told(self.server.roster_get(session, "get", jid(to) if to else None))

    def roster_set(self, name: str, *changes: RosterChange, to: str = "") -> list[str]:
        session = self.sessions[name]
        address = jid(to) if to else None
        return self._told(self.server.roster_set(session, "set", changes, address))

    def add(self, name: str, contact: str, *groups: str, handle: str = "") -> list[str]:
        return self.roster_set(name, RosterChange(bare(contact), name=handle, groups=groups))

    def remove(self, name: str, contact: str) -> list[str]:
        return self.roster_set(name, RosterChange(bare(contact), remove=True))

    def message(self, name: str, kind: Any, to: str = "") -> list[str]:
        session = self.sessions[name]
        stanza = Message(kind, session.jid, jid(to) if to else None, "m")
        return self._told(self.server.message(session, stanza))

    def iq(self, name: str, kind: Any, to: str = "") -> list[str]:
        session = self.sessions[name]
        stanza = Iq(kind, session.jid, "q", jid(to) if to else None)
        return self._told(self.server.iq(session, stanza))

    def subscribe(self, name: str, contact: str) -> None:
        """`name` asks `contact`, who agrees; both are sessions."""
        self.send(name, "subscribe", contact.partition("/")[0])
        self.send(contact, "subscribed", name.partition("/")[0])

    def roster(self, account: str) -> list[str]:
        return [describe_item(item) for item in self.server.roster(bare(account))]

    def state(self, account: str, contact: str) -> str:
        return str(self.server.state(bare(account), bare(contact)))
