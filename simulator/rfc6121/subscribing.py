"""Managing presence subscriptions (RFC 6121, section 3).

Each half of a subscription is handled by its own account's server: the sender's half lets a
stanza out (`send`), `route` takes it to the other account, and the receiver's half takes it in
(`_receive`). Neither looks into the roster of the other.

What goes where: a request to the *available* resources, everything else about subscriptions to
the *interested* ones, presence to the available ones (3.1, 3.1.3, 3.1.6, 3.2.3, 3.3.3).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from simulator.errors import StanzaRefused
from simulator.rfc6121.account import (
    Account,
    Accounts,
    Delivery,
    Session,
    deliver_presence,
    refusal,
    to_all,
)
from simulator.rfc6121.stanza import Jid, Presence, SubscriptionType
from simulator.rfc6121.subscription import SubscriptionState


def send(accounts: Accounts, session: Session, stanza: Presence) -> list[Delivery]:
    """A client sent a subscription stanza (3.1.2, 3.1.5, 3.2.2, 3.3.2, 3.4.2).

    It goes from the bare JID to the bare JID, whatever the client wrote (3, 3.1.2). Where it
    cannot be routed the client gets an error, and its own half of the subscription is what it
    would be otherwise: it waits for an answer that never comes, as after every request. An account
    is always subscribed to itself (4.2.2), so towards itself there is nothing to manage.

    Raises StanzaRefused for a stanza without an address.
    """
    if stanza.to is None:
        raise StanzaRefused("bad-request", "modify", "a subscription stanza needs an address")
    account = accounts[session.account]
    contact = Jid(stanza.to.bare)
    if contact == account.jid:
        return []
    stanza = _between(account.jid, contact, stanza)
    try:
        _check_route(accounts, stanza)
    except StanzaRefused as error:
        return [
            refusal("presence", session, stanza.id, error, contact),
            *_issue(accounts, account, stanza),
        ]
    return _issue(accounts, account, stanza)


def _between(sender: Jid, to: Jid, stanza: Presence) -> Presence:
    return Presence(
        stanza.type,
        sender,
        to,
        stanza.id,
        status=stanza.status,
        payload=stanza.payload,
        lang=stanza.lang,
    )


def _check_route(accounts: Accounts, stanza: Presence) -> None:
    """Whether there is somewhere to go, for what is routed in every state. Raises StanzaRefused.

    A request to an account that does not exist is an error (3.1.2), the rest is silence (8.5.1).
    What another domain would have to answer is an error (RFC 6120, 10.4). `subscribed` and
    `unsubscribed` are routed only to a contact that has asked or sees, and without a link that is
    never one of another domain.
    """
    assert stanza.to is not None
    if accounts.serves(stanza.to):
        if stanza.type == "subscribe" and accounts.find(stanza.to.bare) is None:
            raise StanzaRefused("service-unavailable", "cancel")
    elif stanza.type in {"subscribe", "unsubscribe"}:
        accounts.hand_over(stanza)


def _issue(accounts: Accounts, account: Account, stanza: Presence) -> list[Delivery]:
    """The sender's side: route, then push; then show or, before all, hide the presence.

    "While the user is still subscribed" it is told that the resources are gone (3.2.2); once it
    is subscribed and both rosters say so, which are there (3.1.5).
    """
    assert stanza.to is not None
    kind = cast(SubscriptionType, stanza.type)
    change = account.roster.apply("outbound", kind, stanza.to.bare)
    saw, sees = change.before.contact_subscribed, change.after.contact_subscribed
    deliveries: list[Delivery] = []
    if saw and not sees:
        deliveries += _hide(accounts, account, stanza.to)
    if change.forward:
        deliveries += route(accounts, stanza)
    deliveries += accounts.push(account, change.item)
    if kind == "subscribe":
        deliveries += _reply(accounts, stanza)
    if sees and not saw:
        for presence in account.presence_for(stanza.to):
            deliveries += deliver_presence(accounts, presence)
    return deliveries


def _hide(accounts: Accounts, account: Account, to: Jid) -> list[Delivery]:
    """Unavailable presence from all available resources to a contact that loses sight of them.

    It ends directed presence too (4.6.1), for those whom it reaches.
    """
    deliveries = []
    for session in account.available():
        told = deliver_presence(accounts, Presence("unavailable", session.jid, to))
        for jid in (to, *(delivery.session.jid for delivery in told)):
            session.directed.pop(jid, None)
        deliveries += told
    return deliveries


def route(accounts: Accounts, stanza: Presence) -> list[Delivery]:
    """Take a subscription stanza from one half of a subscription to the other.

    Another domain is out of reach: whoever sent it a stanza has been told (`_check_route`).
    """
    assert stanza.to is not None
    return _receive(accounts, stanza) if accounts.serves(stanza.to) else []


def _receive(accounts: Accounts, stanza: Presence) -> list[Delivery]:
    """A subscription stanza comes in from a bare JID (3.1.3, 3.1.6, 3.2.3, 3.3.3)."""
    assert stanza.to is not None
    account = accounts.find(stanza.to.bare)
    if account is None:
        return []
    return _RECEIVERS[stanza.type](accounts, account, stanza)


def _receive_request(accounts: Accounts, account: Account, stanza: Presence) -> list[Delivery]:
    """A request is shown once and kept whole until it is answered (3.1.3, rules 3 and 4).

    The server never approves of its own accord (rule 1). Where the answer is known already,
    `_reply` gives it and nobody is asked (rule 2, 3.4.2).
    """
    peer = stanza.sender.bare
    change = account.roster.apply("inbound", "subscribe", peer)
    if not change.forward or account.roster.is_pre_approved(peer):
        return []
    account.roster.keep_request(peer, stanza)
    return to_all(account.available(), stanza)


def _reply(accounts: Accounts, request: Presence) -> list[Delivery]:
    """The answer that the contact's server gives for it, with the request's id (3.1.3, rule 2).

    A subscriber gets `subscribed` once more, a pre-approved contact an approval like any other.
    It follows the push that tells the asker of its own request.
    """
    assert request.to is not None
    contact, asker = accounts.find(request.to.bare), request.sender
    if contact is None:
        return []
    state = contact.roster.state(asker.bare)
    reply = Presence("subscribed", contact.jid, asker, request.id)
    if state.contact_subscribed:
        return route(accounts, reply)
    if state.pending_in and contact.roster.is_pre_approved(asker.bare):
        return _issue(accounts, contact, reply)
    return []


def _receive_news(accounts: Accounts, account: Account, stanza: Presence) -> list[Delivery]:
    """`subscribed`, `unsubscribe` or `unsubscribed`: the stanza always before the push.

    A request that is withdrawn before its answer is told too, though 3.3.3 speaks only of
    removing the record: A.3.2 demands it, and the state named there includes the contact that is
    not in the roster (A.1). The answer `unsubscribed` that A.3.2 suggests is left out: whoever
    unsubscribed has no subscription any more, so its server would have to ignore it (A.3.4).
    """
    peer = stanza.sender
    change = account.roster.apply("inbound", cast(SubscriptionType, stanza.type), peer.bare)
    if not change.forward:
        return []
    deliveries = to_all(account.interested(), stanza)
    deliveries += accounts.push(account, change.item)
    if change.before.contact_subscribed and not change.after.contact_subscribed:
        deliveries += _hide(accounts, account, peer)
    return deliveries


_RECEIVERS: dict[str, Callable[[Accounts, Account, Presence], list[Delivery]]] = {
    "subscribe": _receive_request,
    "subscribed": _receive_news,
    "unsubscribe": _receive_news,
    "unsubscribed": _receive_news,
}


def dissolve(
    accounts: Accounts, account: Account, contact: str, state: SubscriptionState
) -> list[Delivery]:
    """The item for `contact` was removed while in `state`: end what there was (2.5.2).

    The RFC names the subscriptions. What is pending ends as well: a request of the user's own
    that were granted later would leave a contact that sends presence to somebody whose roster
    does not know it, and a request that the user no longer wants to hear of is denied.
    """
    to = Jid(contact)
    deliveries: list[Delivery] = []
    if state.user_subscribed or state.ask:
        deliveries += route(accounts, Presence("unsubscribe", account.jid, to))
    if state.contact_subscribed:
        deliveries += _hide(accounts, account, to)
    if state.contact_subscribed or state.pending_in:
        deliveries += route(accounts, Presence("unsubscribed", account.jid, to))
    return deliveries
