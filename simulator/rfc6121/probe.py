"""Presence probes (RFC 6121, 4.3 and 4.6.6): who may ask, and how much they are told."""

from __future__ import annotations

from simulator.rfc6121.account import Account, Accounts, Delivery, Session, has_directed
from simulator.rfc6121.stanza import Jid, Presence
from simulator.rfc6121.subscribing import route


def probe(accounts: Accounts, session: Session, stanza: Presence) -> list[Delivery]:
    """A probe that a client sent itself. It never gets an error for having asked (4.3)."""
    if stanza.to is None:
        return []
    answers = ask(accounts, session.jid, stanza.to, stanza.id)
    if answers is None:
        return _deny(accounts, session, stanza)
    return [Delivery(session, presence) for presence in answers]


def ask(accounts: Accounts, asker: Jid, target: Jid, id: str = "") -> list[Presence] | None:
    """What the server of `target` tells `asker` about it; None: it may not ask.

    Another domain's says nothing: no server-to-server link takes the probe there.
    """
    if not accounts.serves(target):
        return []
    account = accounts.find(target.bare)
    return None if account is None else _answer(account, asker, target, id)


def _answer(account: Account, asker: Jid, target: Jid, id: str) -> list[Presence] | None:
    """What `asker` is told about `target`, a JID of `account`; None: it may not ask.

    An available resource keeps the `id` of its presence; else it is that of the probe (4.3.2.1).
    """
    subscribed = account.shares_presence_with(asker)
    if target.resource:
        return _answer_full(account, asker, target, id, subscribed)
    if not subscribed:
        return None
    # Rules 4 and 3 of 4.3.2: all available resources in full, else one word from the bare JID.
    return account.presence_for(asker) or [Presence("unavailable", account.jid, asker, id)]


def _answer_full(
    account: Account, asker: Jid, target: Jid, id: str, subscribed: bool
) -> list[Presence] | None:
    """Of a full JID only whether it is there, and only of that one (4.3.2, 4.6.6)."""
    session = account.sessions.get(target.resource)
    if session is not None:
        if subscribed and session.presence is not None:
            return [Presence("available", session.jid, asker, session.presence.id)]
        if has_directed(session, asker):
            return [Presence("available", session.jid, asker, id)]
    return [Presence("unavailable", target, asker, id)] if subscribed else None


def _deny(accounts: Accounts, session: Session, stanza: Presence) -> list[Delivery]:
    """`unsubscribed` from the bare JID, to the asker's server (4.3.2, rule 1).

    That believes it only if its roster says that there is, or may come, a subscription (A.3.4).
    While the request is pending nothing is said: it would be taken for a denial.
    """
    assert stanza.to is not None
    asker = Jid(session.account)
    account = accounts.find(stanza.to.bare)
    if account is not None and account.roster.state(asker.bare).pending_in:
        return []
    return route(accounts, Presence("unsubscribed", Jid(stanza.to.bare), asker, stanza.id))
