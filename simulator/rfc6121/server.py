"""The presence server of RFC 6121 for one domain: a stanza in, deliveries out.

It knows no clock, socket or thread. The caller owns the streams: it says when a session begins
and ends and what stanza a client sent, and writes what it is given, in the order given. Sections
are those of RFC 6121 unless said otherwise.

Not here: roster versioning (2.6) and offline storage of messages (8.5.2.2.1), both optional.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from simulator.errors import StanzaRefused
from simulator.rfc6121 import availability, routing, subscribing
from simulator.rfc6121.account import (
    Account,
    Accounts,
    AvailabilityChange,
    Bound,
    Cause,
    Delivery,
    Session,
    refusal,
)
from simulator.rfc6121.probe import probe
from simulator.rfc6121.stanza import (
    Iq,
    IqResult,
    Jid,
    Message,
    Presence,
    RosterChange,
    RosterItem,
    RosterResult,
    check_priority,
)
from simulator.rfc6121.subscription import SubscriptionState

Observer = Callable[[AvailabilityChange], None]


class PresenceServer:
    """Accounts, sessions and the rules between them.

    Every method that takes a session returns deliveries, in the order in which they go out; a
    session that has ended is silent. Nothing is raised for what a client sends: what the rules
    refuse comes back to it as a StanzaError. `observer` is called with each availability that
    the server accepts or makes up, before the method returns.
    """

    def __init__(self, domain: str, observer: Observer | None = None) -> None:
        self.domain = domain
        self._accounts = Accounts(domain)
        self._observer = observer
        self._resources: Counter[str] = Counter()

    # Accounts and sessions

    def add_account(self, local: str) -> str:
        """Make an account; gives its bare JID. Raises ValueError if it exists."""
        return self._accounts.add(f"{local}@{self.domain}").jid.bare

    def bind(self, account: str, resource: str = "") -> Bound:
        """Begin a session (RFC 6120, 7). An empty resource is filled in by the server.

        An older session of the same resource is ended: the newcomer may be the same client after
        a broken stream (RFC 6120, 7.7.2.2, the first choice). Raises KeyError for an account
        that does not exist.
        """
        owner = self._accounts[account]
        resource = resource or self._free_resource(owner)
        replaced = owner.sessions.get(resource)
        deliveries = [] if replaced is None else self._end(replaced, "replaced")
        session = owner.sessions[resource] = Session(Jid(account, resource))
        return Bound(session, replaced, deliveries)

    def _free_resource(self, owner: Account) -> str:
        while True:
            self._resources[owner.jid.bare] += 1
            resource = f"resource-{self._resources[owner.jid.bare]}"
            if resource not in owner.sessions:
                return resource

    def end(
        self, session: Session, cause: Literal["closed", "broken"] = "closed"
    ) -> list[Delivery]:
        """The stream is closed or found broken: the server says that it is gone (4.5.2)."""
        return self._end(session, cause)

    def _end(self, session: Session, cause: Cause) -> list[Delivery]:
        if session.ended:
            return []
        session.ended = True
        del self._accounts[session.account].sessions[session.jid.resource]
        gone = Presence("unavailable", session.jid)
        if session.presence is not None:
            self._observe(session, gone, cause)
        return availability.become_unavailable(self._accounts, session, gone)

    # Presence

    def presence(self, session: Session, stanza: Presence) -> list[Delivery]:
        """A presence stanza from a client. Its `sender` is not looked at (RFC 6120, 8.1.2.1)."""
        if session.ended:
            return []
        try:
            return _PRESENCE[stanza.type](self, session, stanza)
        except StanzaRefused as error:
            return [refusal("presence", session, stanza.id, error, stanza.to)]

    def _availability(self, session: Session, stanza: Presence) -> list[Delivery]:
        if stanza.type == "available":
            check_priority(stanza.priority)
        stanza = msgspec.structs.replace(stanza, sender=session.jid)
        if stanza.to is not None:
            return availability.direct(self._accounts, session, stanza)
        self._observe(session, stanza, "presence")
        if stanza.type == "available":
            return availability.become_available(self._accounts, session, stanza)
        return availability.become_unavailable(self._accounts, session, stanza)

    def _subscription(self, session: Session, stanza: Presence) -> list[Delivery]:
        return subscribing.send(self._accounts, session, stanza)

    def _probe(self, session: Session, stanza: Presence) -> list[Delivery]:
        return probe(self._accounts, session, stanza)

    def _drop(self, session: Session, stanza: Presence) -> list[Delivery]:
        """An error about presence changes nothing (4.4.2, 4.5.2), and nobody waits for it."""
        return []

    def _observe(self, session: Session, presence: Presence, cause: Cause) -> None:
        if self._observer is not None:
            self._observer(AvailabilityChange(session, presence, cause))

    # Roster

    def roster_get(self, session: Session, id: str, to: Jid | None = None) -> list[Delivery]:
        """A roster get (2.1.3, 2.2). From now on the session is interested in pushes."""
        if session.ended:
            return []
        if _is_foreign(session, to):
            error = StanzaRefused("forbidden", "auth")
            return [refusal("iq", session, id, error, to)]
        session.interested = True
        items = self._accounts[session.account].roster.items()
        return [Delivery(session, RosterResult(session.jid, id, items))]

    def roster_set(
        self,
        session: Session,
        id: str,
        changes: Sequence[RosterChange],
        to: Jid | None = None,
    ) -> list[Delivery]:
        """A roster set (2.1.5): add or update an item (2.3, 2.4), or remove one (2.5)."""
        if session.ended:
            return []
        try:
            if _is_foreign(session, to):
                raise StanzaRefused("forbidden", "auth")
            consequences = self._change_roster(self._accounts[session.account], changes)
        except StanzaRefused as error:
            return [refusal("iq", session, id, error, to)]
        return [Delivery(session, IqResult(session.jid, id)), *consequences]

    def _change_roster(self, account: Account, changes: Sequence[RosterChange]) -> list[Delivery]:
        if not any(change.remove for change in changes):
            return self._accounts.push(account, account.roster.change(changes))
        contact, state = account.roster.remove(changes)
        push = self._accounts.push(account, RosterItem(contact, "remove"))
        return push + subscribing.dissolve(self._accounts, account, contact, state)

    # Messages and IQs

    def message(self, session: Session, stanza: Message) -> list[Delivery]:
        """A message from a client (8.5). Without `to` it is for the own account (RFC 6120,
        10.3.1); of an unknown type it is `normal` (5.2.2).
        """
        if session.ended:
            return []
        known = (stanza.type, "nobody", "bare") in routing.MESSAGE_RULES
        stanza = msgspec.structs.replace(
            stanza,
            type=stanza.type if known else "normal",
            sender=session.jid,
            to=stanza.to or Jid(session.account),
        )
        try:
            return routing.route_message(self._accounts, session, stanza)
        except StanzaRefused as error:
            return [refusal("message", session, stanza.id, error, stanza.to)]

    def iq(self, session: Session, stanza: Iq) -> list[Delivery]:
        """An IQ from a client that is no roster get or set of its own (8.5)."""
        if session.ended:
            return []
        stanza = msgspec.structs.replace(stanza, sender=session.jid)
        try:
            return routing.route_iq(self._accounts, session, stanza)
        except StanzaRefused as error:
            return [refusal("iq", session, stanza.id, error, stanza.to)]

    # To look at

    def roster(self, account: str) -> tuple[RosterItem, ...]:
        """The roster as a roster get would show it, by JID. KeyError if no such account."""
        return self._accounts[account].roster.items()

    def state(self, account: str, contact: str) -> SubscriptionState:
        """The state of an entry, with what no roster shows. KeyError if no such account."""
        return self._accounts[account].roster.state(contact)

    def sessions(self, account: str) -> tuple[Session, ...]:
        """The connected resources, oldest first. KeyError if no such account."""
        return tuple(self._accounts[account].sessions.values())


def _is_foreign(session: Session, to: Jid | None) -> bool:
    """Whether a roster request is for somebody else's roster (2.3.3)."""
    return to is not None and to.bare != session.account


_PRESENCE: dict[str, Callable[[PresenceServer, Session, Presence], list[Delivery]]] = {
    "available": PresenceServer._availability,
    "unavailable": PresenceServer._availability,
    "subscribe": PresenceServer._subscription,
    "subscribed": PresenceServer._subscription,
    "unsubscribe": PresenceServer._subscription,
    "unsubscribed": PresenceServer._subscription,
    "probe": PresenceServer._probe,
    "error": PresenceServer._drop,
}
