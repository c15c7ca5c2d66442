"""Accounts and their sessions: what the server remembers, and what it hands out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from simulator.errors import StanzaRefused
from simulator.rfc6121.roster import Roster
from simulator.rfc6121.stanza import (
    Iq,
    Jid,
    Message,
    Presence,
    RosterItem,
    RosterPush,
    Stanza,
    StanzaError,
    StanzaKind,
    addressed,
)

Cause = Literal["presence", "closed", "broken", "replaced"]


class Session:
    """A connected resource. A handle: two are equal only if they are the same one.

    `presence`: the available presence that it broadcast last, None while it is not available.
    `interested`: it has requested the roster (RFC 6121, 2.2). `directed`: who got directed
    presence from it and has to hear that it ended (4.6).
    """

    __slots__ = ("account", "directed", "ended", "interested", "jid", "presence")

    def __init__(self, jid: Jid) -> None:
        self.jid = jid
        self.account = jid.bare
        self.presence: Presence | None = None
        self.interested = False
        self.ended = False
        self.directed: dict[Jid, None] = {}

    def __repr__(self) -> str:
        return f"<Session {self.jid}>"


class Delivery(NamedTuple):
    """A stanza that is to be written to a session."""

    session: Session
    stanza: Stanza


class Bound(NamedTuple):
    """A session began. `replaced` is the older one of the same resource; it has ended."""

    session: Session
    replaced: Session | None
    deliveries: list[Delivery]


class AvailabilityChange(NamedTuple):
    """The server accepted, or made up, the availability of one resource."""

    session: Session
    presence: Presence
    cause: Cause


class Account:
    """A local account: its roster and its sessions by resource, oldest first."""

    __slots__ = ("jid", "roster", "sessions")

    def __init__(self, bare: str) -> None:
        self.jid = Jid(bare)
        self.roster = Roster(bare)
        self.sessions: dict[str, Session] = {}

    def available(self) -> list[Session]:
        """The resources that have sent initial presence (4.1)."""
        return [session for session in self.sessions.values() if session.presence is not None]

    def interested(self) -> list[Session]:
        """The resources that have requested the roster (2.2)."""
        return [session for session in self.sessions.values() if session.interested]

    def presence_for(self, to: Jid) -> list[Presence]:
        """The last presence of each available resource, in full, addressed to somebody."""
        presences = (session.presence for session in self.sessions.values())
        return [addressed(presence, to) for presence in presences if presence is not None]

    def shares_presence_with(self, peer: Jid) -> bool:
        """Whether the peer may know of every resource: a subscriber, or the account itself."""
        return peer.bare == self.jid.bare or self.roster.state(peer.bare).contact_subscribed


class Accounts:
    """The accounts of one domain, by bare JID."""

    def __init__(self, domain: str) -> None:
        self.domain = domain
        self._accounts: dict[str, Account] = {}
        self._pushes = 0

    def __getitem__(self, bare: str) -> Account:
        return self._accounts[bare]

    def find(self, bare: str) -> Account | None:
        """The account, None if there is no such."""
        return self._accounts.get(bare)

    def add(self, bare: str) -> Account:
        """Make an account. Raises ValueError if it exists."""
        if bare in self._accounts:
            raise ValueError(f"the account {bare} exists already")
        account = self._accounts[bare] = Account(bare)
        return account

    def serves(self, jid: Jid) -> bool:
        """Whether the JID is of this domain (RFC 6120, 10.5), not of another one (10.4)."""
        return jid.domain == self.domain

    def hand_over(self, stanza: Presence | Message | Iq) -> list[Delivery]:
        """A stanza for another domain, which a server-to-server link would take from here.

        There is none. Raises StanzaRefused remote-server-not-found (RFC 6120, 10.4); an answer
        is dropped, because nothing answers it (RFC 6120, 8.3.1).
        """
        assert stanza.to is not None
        if stanza.type in {"error", "result"}:
            return []
        raise StanzaRefused("remote-server-not-found", "cancel", stanza.to.domain)

    def push(self, account: Account, item: RosterItem | None) -> list[Delivery]:
        """A roster push to each interested resource (2.1.6); nothing when `item` is None."""
        if item is None:
            return []
        deliveries = []
        for session in account.interested():
            self._pushes += 1
            push = RosterPush(session.jid, f"push-{self._pushes}", item)
            deliveries.append(Delivery(session, push))
        return deliveries


def has_directed(session: Session, peer: Jid) -> bool:
    """Whether the session sent the peer directed presence in this presence session (4.6)."""
    directed = session.directed
    return bool(directed) and (peer in directed or Jid(peer.bare) in directed)


def deliver_presence(accounts: Accounts, stanza: Presence) -> list[Delivery]:
    """Available or unavailable presence comes in (4.2.3, 4.4.3, 4.5.3, 8.5).

    A bare JID means all available resources, a full one just that connected resource; `to` is
    left as it is. Who sends unavailable presence is no longer owed one: it leaves the directed
    list (4.6.1). Raises StanzaRefused for a JID of another domain.
    """
    assert stanza.to is not None
    if not accounts.serves(stanza.to):
        return accounts.hand_over(stanza)
    recipients = _recipients(accounts, stanza.to)
    if stanza.type == "unavailable":
        for session in recipients:
            session.directed.pop(stanza.sender, None)
    return to_all(recipients, stanza)


def _recipients(accounts: Accounts, to: Jid) -> list[Session]:
    account = accounts.find(to.bare)
    if account is None:
        return []
    if not to.resource:
        return account.available()
    session = account.sessions.get(to.resource)
    return [] if session is None else [session]


def to_all(sessions: Iterable[Session], stanza: Stanza) -> list[Delivery]:
    """The same stanza to each of the sessions."""
    return [Delivery(session, stanza) for session in sessions]


def refusal(
    kind: StanzaKind, session: Session, id: str, error: StanzaRefused, sender: Jid | None = None
) -> Delivery:
    """The error stanza that tells a client that its stanza was refused (RFC 6120, 8.3).

    `sender` is whom the stanza was addressed to; None for the user's own server.
    """
    stanza = StanzaError(
        kind, session.jid, error.condition, error.error_type, id, sender, error.text
    )
    return Delivery(session, stanza)
