"""Exchanging presence (RFC 6121, section 4): who learns what of whose availability.

Nobody learns of a resource but its subscribers, its own account, and those to whom it sent
directed presence itself.
"""

from __future__ import annotations

from simulator.rfc6121.account import Account, Accounts, Delivery, Session, deliver_presence
from simulator.rfc6121.probe import ask
from simulator.rfc6121.stanza import Jid, Presence, addressed


def become_available(accounts: Accounts, session: Session, stanza: Presence) -> list[Delivery]:
    """Initial presence (4.2) or a later one (4.4), sent from the session's full JID."""
    account = accounts[session.account]
    initial = session.presence is None
    session.presence = stanza
    deliveries = _broadcast(accounts, account, stanza)
    if initial:
        news = _known_presence(accounts, account, session)
        # Requests are told to each resource that becomes available, until answered (3.1.3).
        news += account.roster.requests()
        deliveries += [Delivery(session, presence) for presence in news]
    return deliveries


def become_unavailable(accounts: Accounts, session: Session, stanza: Presence) -> list[Delivery]:
    """Unavailable presence, sent by the client or made for it when its session ended (4.5.2).

    It also goes to those to whom the session sent directed presence (4.6.3, rules 2 and 3), and
    to the session itself while that is connected.
    """
    account = accounts[session.account]
    deliveries: list[Delivery] = []
    if session.presence is not None:
        session.presence = None
        deliveries = _broadcast(accounts, account, stanza)
        if not session.ended:
            deliveries.append(Delivery(session, addressed(stanza, account.jid)))
    told = {id(delivery.session) for delivery in deliveries}
    directed, session.directed = session.directed, {}
    for target in directed:
        for delivery in deliver_presence(accounts, addressed(stanza, target)):
            if id(delivery.session) not in told:
                deliveries.append(delivery)
    return deliveries


def _broadcast(accounts: Accounts, account: Account, stanza: Presence) -> list[Delivery]:
    """To the subscribers, then to the account's own resources (4.2.2, 4.4.2, 4.5.2)."""
    deliveries: list[Delivery] = []
    for contact in (*account.roster.subscribers(), account.jid.bare):
        deliveries += deliver_presence(accounts, addressed(stanza, Jid(contact)))
    return deliveries


def _known_presence(accounts: Accounts, account: Account, session: Session) -> list[Presence]:
    """What a new presence session is told: the other resources of its account, then what probes
    of its contacts would bring (4.2.2, 4.3.1).
    """
    news = [
        presence for presence in account.presence_for(account.jid) if presence.sender != session.jid
    ]
    for contact in account.roster.subscriptions():
        news += ask(accounts, account.jid, Jid(contact)) or ()
    return news


def direct(accounts: Accounts, session: Session, stanza: Presence) -> list[Delivery]:
    """Directed presence (4.6.3). Raises StanzaRefused for a JID of another domain.

    A subscriber gets it without a note, because the broadcast will tell it of the end; unless
    there is no presence session whose end could be broadcast (rule 3).
    """
    target = stanza.to
    assert target is not None
    if not accounts.serves(target):
        return accounts.hand_over(stanza)
    if stanza.type == "unavailable":
        session.directed.pop(target, None)
    elif accounts.find(target.bare) and not _broadcast_reaches(accounts, session, target):
        session.directed[target] = None
    return deliver_presence(accounts, stanza)


def _broadcast_reaches(accounts: Accounts, session: Session, target: Jid) -> bool:
    return session.presence is not None and accounts[session.account].shares_presence_with(target)
