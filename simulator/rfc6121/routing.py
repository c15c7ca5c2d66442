"""Where messages and IQs go (RFC 6121, 8.5; RFC 6120, 10.3 and 10.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from simulator.errors import StanzaRefused
from simulator.rfc6121.account import Account, Accounts, Delivery, Session, has_directed, to_all
from simulator.rfc6121.stanza import Iq, Jid, Message

Audience = Literal["nobody", "somebody"]
Address = Literal["bare", "full"]
Action = Literal["bounce", "guard", "ignore", "most available", "all"]
Resource = tuple[int, Session]
"""An available resource with its priority."""

# RFC 6121, 8.5.4, table 1. "somebody": there are available resources of non-negative priority;
# negative ones never get what was not addressed to them. "full": a full JID that no connected
# resource has; one that has it gets the message, whatever the type. Where the RFC leaves a
# choice:
#   O/E: an error, for there is no offline storage.
#   S/E on a bare JID: an error, so that an account that does not exist looks like one that nobody
#       uses (8.1, directory harvesting). That is why "nobody" covers both.
#   S/E on a full JID: "guard", an error to who sees the account, silence to others (8.1,
#       presence leaks).
#   M/A: the resources of the highest priority.
MESSAGE_RULES: dict[tuple[str, Audience, Address], Action] = {
    ("normal", "nobody", "bare"): "bounce",
    ("normal", "nobody", "full"): "guard",
    ("normal", "somebody", "bare"): "most available",
    ("normal", "somebody", "full"): "guard",
    ("chat", "nobody", "bare"): "bounce",
    ("chat", "nobody", "full"): "bounce",
    ("chat", "somebody", "bare"): "most available",
    ("chat", "somebody", "full"): "most available",
    ("groupchat", "nobody", "bare"): "bounce",
    ("groupchat", "nobody", "full"): "guard",
    ("groupchat", "somebody", "bare"): "bounce",
    ("groupchat", "somebody", "full"): "guard",
    ("headline", "nobody", "bare"): "ignore",
    ("headline", "nobody", "full"): "guard",
    ("headline", "somebody", "bare"): "all",
    ("headline", "somebody", "full"): "guard",
    ("error", "nobody", "bare"): "ignore",
    ("error", "nobody", "full"): "ignore",
    ("error", "somebody", "bare"): "ignore",
    ("error", "somebody", "full"): "ignore",
}


def route_message(accounts: Accounts, session: Session, stanza: Message) -> list[Delivery]:
    """Deliver a message, its `to` filled in and left as it is (8.5.2.1.1).

    Raises StanzaRefused where an error is to be returned.
    """
    to = stanza.to
    assert to is not None
    if not accounts.serves(to):
        return accounts.hand_over(stanza)
    account = accounts.find(to.bare)
    match = account.sessions.get(to.resource) if account else None
    if match is not None:
        return [Delivery(match, stanza)]
    resources = _non_negative(account)
    audience: Audience = "somebody" if resources else "nobody"
    address: Address = "full" if to.resource else "bare"
    action = MESSAGE_RULES[stanza.type, audience, address]
    if action == "guard":
        action = "bounce" if _sees(session.jid, account) else "ignore"
    return to_all(_CHOICES[action](resources), stanza)


def _sees(asker: Jid, account: Account | None) -> bool:
    return account is not None and account.shares_presence_with(asker)


def _non_negative(account: Account | None) -> list[Resource]:
    if account is None:
        return []
    return [
        (session.presence.priority, session)
        for session in account.sessions.values()
        if session.presence is not None and session.presence.priority >= 0
    ]


def _bounce(resources: list[Resource]) -> list[Session]:
    raise StanzaRefused("service-unavailable", "cancel")


def _highest(resources: list[Resource]) -> list[Session]:
    highest = max(priority for priority, _ in resources)
    return [session for priority, session in resources if priority == highest]


_CHOICES: dict[Action, Callable[[list[Resource]], list[Session]]] = {
    "bounce": _bounce,
    "ignore": lambda resources: [],
    "most available": _highest,
    "all": lambda resources: [session for _, session in resources],
}


def _may_ask(asker: Jid, account: Account | None, resource: Session) -> bool:
    return _sees(asker, account) or has_directed(resource, asker)


def route_iq(accounts: Accounts, session: Session, stanza: Iq) -> list[Delivery]:
    """Deliver an IQ to the full JID that it names (8.5.3), nowhere else.

    A bare JID, the domain or no address at all means the server itself, which knows no more
    namespaces: `get` and `set` are refused, answers are taken (RFC 6120, 10.3.3; RFC 6121,
    8.5.2.1.3). A resource gets a question only from who may know that it is there (8.5.3.1):
    directed presence from another resource of the account is not enough (4.6.6).
    """
    if stanza.type not in {"get", "set", "result", "error"}:
        raise StanzaRefused("bad-request", "modify", f"unknown IQ type {stanza.type!r}")
    question = stanza.type in {"get", "set"}
    to = stanza.to or Jid(session.account)
    if not accounts.serves(to):
        return accounts.hand_over(stanza)
    account = accounts.find(to.bare)
    match = account.sessions.get(to.resource) if account else None
    if match is not None and (not question or _may_ask(session.jid, account, match)):
        return [Delivery(match, stanza)]
    if question:
        raise StanzaRefused("service-unavailable", "cancel")
    return []
