"""The values that the rules of RFC 6121 take and give.

All are frozen. They are msgspec structs because a run makes some 50,000 of them and a frozen
dataclass takes several times as long to make. What the rules do not look at stays in `payload`,
the children of a stanza as serialised XML, and is passed on unchanged.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

import msgspec

from simulator.errors import StanzaRefused
from simulator.rfc6121.words import PresenceType, Show, StatusText, Subscription

SubscriptionType = Literal["subscribe", "subscribed", "unsubscribe", "unsubscribed"]
MessageType = Literal["normal", "chat", "groupchat", "headline", "error"]
IqType = Literal["get", "set", "result", "error"]
StanzaKind = Literal["presence", "message", "iq"]

LOWEST_PRIORITY = -128
HIGHEST_PRIORITY = 127
_PRIORITY = re.compile(r"\s*([+-]?0*[0-9]{1,3})\s*", re.ASCII)


class Jid(NamedTuple):
    """A prepared JID: `bare` is ``local@domain`` or ``domain``, `resource` may be empty.

    Equal JIDs are equal tuples: the caller has done stringprep (RFC 6122) before.
    """

    bare: str
    resource: str = ""

    @property
    def domain(self) -> str:
        """The domain part."""
        return self.bare.rpartition("@")[2]

    @property
    def local(self) -> str:
        """The local part; empty for a domain."""
        return self.bare.rpartition("@")[0]

    def __str__(self) -> str:
        return f"{self.bare}/{self.resource}" if self.resource else self.bare


@lru_cache(maxsize=1 << 14)
def parse_jid(text: str) -> Jid:
    """Split a prepared JID at its first slash (RFC 6122, 2.1).

    Raises StanzaRefused jid-malformed when a part is empty that must not be.
    """
    bare, slash, resource = text.partition("/")
    local, at, domain = bare.rpartition("@")
    if not domain or (at and not local) or "@" in local or (slash and not resource):
        raise StanzaRefused("jid-malformed", "modify", text)
    return Jid(bare, resource)


def parse_priority(text: str) -> int:
    """The value of a ``<priority/>`` (RFC 6121, 4.7.2.3).

    Raises StanzaRefused bad-request for anything but an integer from -128 to +127.
    """
    found = _PRIORITY.fullmatch(text)
    value = int(found[1]) if found else HIGHEST_PRIORITY + 1
    check_priority(value)
    return value


def check_priority(value: int) -> None:
    """Raise StanzaRefused bad-request unless -128 <= value <= 127 (RFC 6121, 4.7.2.3)."""
    if not LOWEST_PRIORITY <= value <= HIGHEST_PRIORITY:
        raise StanzaRefused("bad-request", "modify", "priority must be from -128 to 127")


class Presence(msgspec.Struct, frozen=True, gc=False):
    """A presence stanza. `to` is None for a broadcast.

    `show`, `status` and `priority` repeat what `payload` says, for those who look on.
    `lang` is the stanza's xml:lang, empty where there is none.
    """

    type: PresenceType
    sender: Jid
    to: Jid | None = None
    id: str = ""
    show: Show = ""
    status: StatusText = ()
    priority: int = 0
    payload: str = ""
    lang: str = ""


def addressed(stanza: Presence, to: Jid) -> Presence:
    """The same presence, in full, to somebody."""
    return Presence(
        stanza.type,
        stanza.sender,
        to,
        stanza.id,
        stanza.show,
        stanza.status,
        stanza.priority,
        stanza.payload,
        stanza.lang,
    )


class Message(msgspec.Struct, frozen=True, gc=False):
    """A message stanza. `to` is None where the sender gave none."""

    type: MessageType
    sender: Jid
    to: Jid | None = None
    id: str = ""
    payload: str = ""
    lang: str = ""


class Iq(msgspec.Struct, frozen=True, gc=False):
    """An IQ stanza that is not a roster get or set of the account itself."""

    type: IqType
    sender: Jid
    id: str
    to: Jid | None = None
    payload: str = ""
    lang: str = ""


class IqResult(msgspec.Struct, frozen=True, gc=False):
    """An empty result. `sender` is whom the request was addressed to, None for nobody."""

    to: Jid
    id: str
    sender: Jid | None = None


class RosterItem(msgspec.Struct, frozen=True, gc=False):
    """A roster item as it is on the wire (RFC 6121, 2.1.2). `ask` is pending out."""

    jid: str
    subscription: Subscription
    ask: bool = False
    approved: bool = False
    name: str = ""
    groups: tuple[str, ...] = ()


class RosterChange(msgspec.Struct, frozen=True, gc=False):
    """One item of a roster set. Only what a client may say (RFC 6121, 2.1.5)."""

    jid: str
    remove: bool = False
    name: str = ""
    groups: tuple[str, ...] = ()


class RosterResult(msgspec.Struct, frozen=True, gc=False):
    """The answer to a roster get (RFC 6121, 2.1.4)."""

    to: Jid
    id: str
    items: tuple[RosterItem, ...]


class RosterPush(msgspec.Struct, frozen=True, gc=False):
    """A roster push (RFC 6121, 2.1.6): an IQ of type set with exactly one item."""

    to: Jid
    id: str
    item: RosterItem


class StanzaError(msgspec.Struct, frozen=True, gc=False):
    """A stanza of type error (RFC 6120, 8.3). `sender` is None for the user's own server.

    `kind`: which stanza it answers; `error_type`: auth, cancel, continue, modify or wait.
    """

    kind: StanzaKind
    to: Jid
    condition: str
    error_type: str
    id: str = ""
    sender: Jid | None = None
    text: str = ""


Stanza = Presence | Message | Iq | IqResult | RosterResult | RosterPush | StanzaError
"""What can be delivered to a session."""
