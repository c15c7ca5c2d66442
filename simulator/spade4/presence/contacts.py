"""The contacts of an agent: the server's roster, each with the newest presence that was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from slixmpp import JID, InvalidJID
from spade.presence import Contact, PresenceInfo, PresenceShow, PresenceType

from simulator.agents.shared.contacts import ByJid, SeenPresences

if TYPE_CHECKING:
    from simulator.spade4.types import Stanza

_QUERY = "{jabber:iq:roster}query"
_ITEM = "{jabber:iq:roster}item"
_GROUP = "{jabber:iq:roster}group"
_CLIENT = "{jabber:client}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

_TO = frozenset(("to", "both"))
_FROM = frozenset(("from", "both"))
_WITHOUT_TO = {"to": "none", "both": "from"}
_WITHOUT_FROM = {"from": "none", "both": "to"}
_WITH_TO = {"none": "to", "from": "both"}

_SHOWS = {show.value: show for show in PresenceShow if show is not PresenceShow.NONE}
# As aioxmpp orders them, so that agents of either generation believe the same.
_RELEVANCE = {
    PresenceShow.EXTENDED_AWAY: -2,
    PresenceShow.AWAY: -1,
    PresenceShow.NONE: 0,
    PresenceShow.CHAT: 1,
    PresenceShow.DND: 2,
}


class ContactList(ByJid[str, Contact]):
    """Contacts, keyed by bare JID as a string."""

    def as_key(self, name: object) -> str | None:
        """The bare JID of a JID or string, in its normal form."""
        if not isinstance(name, JID | str):
            return None
        try:
            bare: str = JID(name).bare
        except InvalidJID:
            return None
        return bare


class Contacts:
    """The roster as the server has it, kept up to date with what arrives.

    `known`: the contacts. Each is the same object for as long as it is in the roster.
    """

    def __init__(self) -> None:
        self.known = ContactList()
        self._seen: SeenPresences[str, PresenceInfo] = SeenPresences(_rank)
        self._asked: set[str] = set()

    # --- the roster ---

    def roster_arrived(self, iq: Stanza, versioned: bool) -> bool:
        """A roster result or push; True when it is the whole roster that is known now.

        `versioned`: the server numbers its rosters (RFC 6121, section 2.6).
        """
        query = iq.xml.find(_QUERY)
        whole = iq.xml.get("type") == "result"
        items = [] if query is None else query.findall(_ITEM)
        if whole and not _is_unchanged(query, versioned):
            there = {_bare(item) for item in items} | self._asked
            for jid in [jid for jid in self.known if jid not in there]:
                self._remove(jid)
        for item in items:
            self._update(_bare(item), item)
        return whole or iq.xml.get("type") == "error"

    def _update(self, jid: str, item: Element) -> None:
        self._asked.discard(jid)
        subscription = item.get("subscription", "none")
        if subscription == "remove":
            self._remove(jid)
            return
        contact = self.known.get(jid) or self._add(jid)
        contact.name = item.get("name") or jid
        contact.groups = [group.text or "" for group in item.findall(_GROUP)]
        self._turn(contact, subscription, item.get("ask", "none"))

    def _add(self, jid: str) -> Contact:
        contact = Contact(JID(jid), jid, "none", "none", [])
        self.known[jid] = contact
        self._refresh(jid)
        return contact

    def _remove(self, jid: str) -> None:
        self._asked.discard(jid)
        if self.known.pop(jid, None) is not None:
            self._seen.outdate(jid)

    def _turn(self, contact: Contact, subscription: str, ask: str) -> None:
        contact.update_subscription(subscription, ask)
        # Not every server sends the unavailable presence that ends a subscription.
        if subscription not in _TO:
            jid = contact.jid.bare
            self._seen.outdate(jid)
            self._refresh(jid)

    # --- what is told before the roster push comes ---

    def asked(self, jid: str) -> None:
        """We ask for a subscription. Who is not in the roster yet is there from now on."""
        contact = self.known.get(jid)
        if contact is None:
            contact = self._add(jid)
            self._asked.add(jid)
        if contact.subscription not in _TO:
            contact.ask = "subscribe"

    def failed(self, jid: str) -> None:
        """An error came from `jid`: if we asked just now, it never came to be a contact."""
        if jid in self._asked:
            self._remove(jid)

    def forget_asked(self) -> None:
        """The session is over: what was asked and is in no roster was never heard."""
        for jid in list(self._asked):
            self._remove(jid)

    def granted(self, jid: str) -> None:
        """The peer lets us see it."""
        contact = self.known.get(jid)
        if contact is not None and contact.ask == "subscribe":
            subscription = contact.subscription
            self._turn(contact, _WITH_TO.get(subscription, subscription), "none")

    def refused(self, jid: str) -> None:
        """The peer does not let us see it, or no longer."""
        contact = self.known.get(jid)
        if contact is not None:
            subscription = contact.subscription
            self._turn(contact, _WITHOUT_TO.get(subscription, subscription), "none")

    def left(self, jid: str) -> None:
        """The peer no longer wants to see us."""
        contact = self.known.get(jid)
        if contact is not None:
            subscription = contact.subscription
            contact.subscription = _WITHOUT_FROM.get(subscription, subscription)

    def is_approved(self, jid: str) -> bool:
        """Whether a peer is sent our presence."""
        contact = self.known.get(jid)
        return contact is not None and contact.subscription in _FROM

    # --- presence ---

    def last(self, jid: str) -> PresenceInfo | None:
        """The presence that stands for a bare JID, contact or stranger; None if there is none."""
        return self._seen.newest(jid)

    def available(self, jid: str, resource: str, info: PresenceInfo) -> None:
        """A resource of the bare `jid` said that it is available."""
        self._seen.available(jid, resource or None, info)
        self._refresh(jid)

    def unavailable(self, jid: str, resource: str, info: PresenceInfo) -> bool:
        """A resource went, or without a resource all.

        True when somebody who was believed available is available no longer.
        """
        went = self._seen.unavailable(jid, resource or None, info)
        self._refresh(jid)
        return went

    def unreachable(self, jid: str) -> bool:
        """An error came in place of a presence. True when `jid` was believed available."""
        went = self._seen.unreachable(jid)
        self._refresh(jid)
        return went

    def all_available(self) -> list[tuple[str, str]]:
        """Bare JID and resource of whatever is believed available."""
        return [(jid, resource or "") for jid, resource, _ in self._seen.all_available()]

    def _refresh(self, jid: str) -> None:
        contact = self.known.get(jid)
        if contact is None:
            return
        contact.resources = {
            resource or "": info for resource, info in self._seen.resources(jid).items()
        }
        newest = self._seen.newest(jid)
        if newest != contact.current_presence:
            contact.last_presence = contact.current_presence
            contact.current_presence = newest


def _rank(info: PresenceInfo) -> tuple[int, int]:
    return (info.priority, _RELEVANCE[info.show])


def _is_unchanged(query: Element | None, versioned: bool) -> bool:
    """Whether a result says that the known roster is the newest.

    It has no query then (RFC 6121, section 2.6.3), but slixmpp makes an empty one as it looks.
    """
    return query is None or (versioned and query.get("ver") is None and len(query) == 0)


def _bare(item: Element) -> str:
    try:
        bare: str = JID(item.get("jid", "")).bare
    except InvalidJID:
        return item.get("jid", "")
    return bare


def info_of(stanza: Stanza) -> PresenceInfo:
    """What an available or unavailable presence says."""
    xml = stanza.xml
    available = xml.get("type") is None
    show = _SHOWS.get(xml.findtext(f"{_CLIENT}show", ""), PresenceShow.NONE)
    return PresenceInfo(
        PresenceType.AVAILABLE if available else PresenceType.UNAVAILABLE,
        show if available else PresenceShow.NONE,
        _status(xml),
        stanza["priority"] if available else 0,
    )


def gone() -> PresenceInfo:
    """What is known of somebody who is no longer there and did not say so."""
    return PresenceInfo(PresenceType.UNAVAILABLE, PresenceShow.NONE, None)


def _status(xml: Element) -> str | None:
    """The text in the stanza's language, or else the first one; None without a text."""
    texts = {text.get(_LANGUAGE): text.text for text in xml.findall(f"{_CLIENT}status")}
    if not texts:
        return None
    usual = next((one for one in (None, xml.get(_LANGUAGE)) if one in texts), next(iter(texts)))
    return texts[usual] or None
