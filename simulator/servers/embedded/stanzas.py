"""Stanzas between XML and the values that the RFC 6121 rules deal with."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import get_args
from xml.etree.ElementTree import Element
from xml.sax.saxutils import quoteattr

from simulator.errors import StanzaRefused
from simulator.rfc6121.jids import prepare
from simulator.rfc6121.stanza import (
    Iq,
    IqResult,
    IqType,
    Jid,
    Message,
    MessageType,
    Presence,
    RosterChange,
    RosterItem,
    RosterPush,
    RosterResult,
    Stanza,
    StanzaError,
    parse_priority,
)
from simulator.rfc6121.words import PresenceType, Show
from simulator.servers.xml import CLIENT, XML, serialise

ROSTER = "jabber:iq:roster"
PRE_APPROVAL = "urn:xmpp:features:pre-approval"
STANZA_ERRORS = "urn:ietf:params:xml:ns:xmpp-stanzas"

_LANGUAGE = f"{{{XML}}}lang"
_SHOWS: dict[str | None, Show] = {show: show for show in get_args(Show) if show}
_PRESENCE_TYPES: dict[str | None, PresenceType] = {
    kind: kind for kind in get_args(PresenceType) if kind != "available"
}
_PRESENCE_TYPES[None] = "available"
_MESSAGE_TYPES: dict[str | None, MessageType] = {kind: kind for kind in get_args(MessageType)}
_IQ_TYPES: dict[str | None, IqType] = {kind: kind for kind in get_args(IqType)}


def read_presence(element: Element, sender: Jid) -> Presence:
    """A presence element as a value. Raises StanzaRefused for what RFC 6121, 4.7 forbids."""
    kind = _PRESENCE_TYPES.get(element.get("type"))
    if kind is None:
        raise StanzaRefused("bad-request", text=f"unknown presence type {element.get('type')!r}")
    show: Show = ""
    status, priority = [], 0
    for child in element:
        if child.tag == f"{{{CLIENT}}}show":
            show = _read_show(child)
        elif child.tag == f"{{{CLIENT}}}status":
            status.append((child.get(_LANGUAGE, ""), child.text or ""))
        elif child.tag == f"{{{CLIENT}}}priority":
            priority = parse_priority(child.text or "")
    return Presence(
        type=kind,
        sender=sender,
        to=address(element),
        id=element.get("id", ""),
        show=show,
        status=tuple(sorted(status)),
        priority=priority,
        payload=serialise(element),
        lang=element.get(_LANGUAGE, ""),
    )


def _read_show(element: Element) -> Show:
    show = _SHOWS.get(element.text)
    if show is None:
        raise StanzaRefused("bad-request", text=f"unknown show {element.text!r}")
    return show


def read_message(element: Element, sender: Jid) -> Message:
    """A message element as a value. An unknown type counts as normal (RFC 6121, 5.2.2)."""
    return Message(
        type=_MESSAGE_TYPES.get(element.get("type"), "normal"),
        sender=sender,
        to=address(element),
        id=element.get("id", ""),
        payload=serialise(element),
        lang=element.get(_LANGUAGE, ""),
    )


def iq_type(element: Element) -> IqType:
    """The type of an IQ. Raises StanzaRefused for an unknown one (RFC 6120, 8.2.3)."""
    kind = _IQ_TYPES.get(element.get("type"))
    if kind is None:
        raise StanzaRefused("bad-request", text=f"unknown IQ type {element.get('type')!r}")
    return kind


def read_iq(element: Element, sender: Jid) -> Iq:
    """An IQ element as a value. Raises StanzaRefused for an unknown type."""
    return Iq(
        type=iq_type(element),
        sender=sender,
        id=element.get("id", ""),
        to=address(element),
        payload=serialise(element),
        lang=element.get(_LANGUAGE, ""),
    )


def read_roster_changes(query: Element) -> list[RosterChange]:
    """The items of a roster set (RFC 6121, 2.1.5)."""
    return [_read_change(item) for item in query.findall(f"{{{ROSTER}}}item")]


def _read_change(item: Element) -> RosterChange:
    return RosterChange(
        jid=prepare(item.get("jid", "")).bare,
        remove=item.get("subscription") == "remove",
        name=item.get("name", ""),
        groups=tuple(group.text or "" for group in item.findall(f"{{{ROSTER}}}group")),
    )


def address(element: Element) -> Jid | None:
    """Whom a stanza is for; None without `to`. Raises StanzaRefused jid-malformed."""
    text = element.get("to")
    return None if text is None else prepare(text)


# Names, JIDs, kinds; and a broadcast has one id.
_quote = lru_cache(maxsize=1 << 14)(quoteattr)


def _attributes(**values: str) -> str:
    return "".join([f" {name}={_quote(value)}" for name, value in values.items() if value])


@lru_cache(maxsize=1 << 14)
def _quoted(jid: Jid) -> str:
    return quoteattr(str(jid))


def _envelope(name: str, kind: str, stanza: Presence | Message | Iq) -> str:
    language = f" xml:lang={quoteattr(stanza.lang)}" if stanza.lang else ""
    to = f" to={_quoted(stanza.to)}" if stanza.to else ""
    type_ = f" type={_quote(kind)}" if kind else ""
    request = f" id={_quote(stanza.id)}" if stanza.id else ""
    head = f" from={_quoted(stanza.sender)}{to}{type_}{request}"
    if not stanza.payload:
        return f"<{name}{head}{language}/>"
    return f"<{name}{head}{language}>{stanza.payload}</{name}>"


def _write_presence(stanza: Presence) -> str:
    return _envelope("presence", "" if stanza.type == "available" else stanza.type, stanza)


def _write_message(stanza: Message) -> str:
    return _envelope("message", "" if stanza.type == "normal" else stanza.type, stanza)


def _write_iq(stanza: Iq) -> str:
    return _envelope("iq", stanza.type, stanza)


def _write_item(item: RosterItem) -> str:
    head = _attributes(
        jid=item.jid,
        name=item.name,
        subscription=item.subscription,
        ask="subscribe" if item.ask else "",
        approved="true" if item.approved else "",
    )
    groups = "".join(
        serialise([_text_element(f"{{{ROSTER}}}group", group)], ROSTER) for group in item.groups
    )
    return f"<item{head}>{groups}</item>" if groups else f"<item{head}/>"


def _text_element(tag: str, text: str) -> Element:
    element = Element(tag)
    element.text = text
    return element


def _roster_query(items: str) -> str:
    return f"<query xmlns='{ROSTER}'>{items}</query>"


def _write_result(stanza: IqResult) -> str:
    # Without the sender that was asked, a client does not know the answer as one (RFC 6120, 8.1.2).
    head = _attributes(**{"from": str(stanza.sender or ""), "to": str(stanza.to), "id": stanza.id})
    return f'<iq type="result"{head}/>'


def _write_roster(stanza: RosterResult) -> str:
    items = "".join(_write_item(item) for item in stanza.items)
    head = _attributes(to=str(stanza.to), id=stanza.id)
    return f'<iq type="result"{head}>{_roster_query(items)}</iq>'


def _write_push(stanza: RosterPush) -> str:
    head = _attributes(to=str(stanza.to), id=stanza.id)
    return f'<iq type="set"{head}>{_roster_query(_write_item(stanza.item))}</iq>'


def _write_error(stanza: StanzaError) -> str:
    head = _attributes(
        **{"from": str(stanza.sender or ""), "to": str(stanza.to), "type": "error", "id": stanza.id}
    )
    text = ""
    if stanza.text:
        text = serialise([_text_element(f"{{{STANZA_ERRORS}}}text", stanza.text)])
    return (
        f"<{stanza.kind}{head}><error type={quoteattr(stanza.error_type)}>"
        f"<{stanza.condition} xmlns='{STANZA_ERRORS}'/>{text}</error></{stanza.kind}>"
    )


_WRITERS: dict[type[Stanza], Callable[..., str]] = {
    Presence: _write_presence,
    Message: _write_message,
    Iq: _write_iq,
    IqResult: _write_result,
    RosterResult: _write_roster,
    RosterPush: _write_push,
    StanzaError: _write_error,
}


def write_stanza(stanza: Stanza) -> str:
    """A stanza value as XML text inside a client stream."""
    return _WRITERS[type(stanza)](stanza)
