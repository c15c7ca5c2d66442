"""What an agent's client has: its session, its roster, and who is available.

It goes by what slixmpp tells, and not by what a presence manager makes of it: slixmpp's own roster
has entries for everybody who was ever asked for, and SPADE's manager guesses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, cast
from xml.etree.ElementTree import Element, SubElement

from slixmpp.stanza import Presence

from simulator.agents.base import UNKNOWN, Contact, Event
from simulator.agents.observer import Item
from simulator.rfc6121.words import Subscription
from simulator.spade4.types import Client, Stanza

ROSTER = "jabber:iq:roster"
QUERY = f"{{{ROSTER}}}query"
STATUS = "{jabber:client}status"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_ITEM = f"{{{ROSTER}}}item"
_GROUP = f"{{{ROSTER}}}group"
_ATTRIBUTE = "_simulator_session"

Told = Event | Literal["item", "roster"]
"""What can be listened to. item: a roster item is new, changed or gone, with the `Item`.
roster: the whole roster is there, after its items."""


def session_of(client: Client) -> ClientSession:
    """The one session of a client, which is watched from the first call on."""
    session: ClientSession | None = getattr(client, _ATTRIBUTE, None)
    if session is None:
        session = ClientSession(client)
        setattr(client, _ATTRIBUTE, session)
    return session


class ClientSession:
    """The session of a client. `is_settled`: it is there, and its roster too."""

    def __init__(self, client: Client) -> None:
        self.items: dict[str, Item] = {}
        self.is_settled = False
        self._seen: dict[str, dict[str, None]] = {}
        self._listeners: dict[Told, list[Callable[..., None]]] = {}
        if client.sessionstarted:
            self._take_over(client)
        self._text = ""
        self._translations: dict[str, str] = {}
        client.add_filter("out", self._translated)
        client.add_event_handler("roster_update", self._roster_came)
        client.add_event_handler("disconnected", self._over)
        client.add_event_handler("presence_subscribe", self._requested)
        client.add_event_handler("presence_unsubscribe", self._withdrawn)
        client.add_event_handler("presence", self._presence_came)

    def _take_over(self, client: Client) -> None:
        """Somebody began to watch late: what slixmpp remembers is taken."""
        self.is_settled = True
        for jid, item in client.client_roster.items():
            if item["subscription"] != "none" or item["pending_out"] or item["name"]:
                self.items[jid] = Item(jid, item["subscription"], bool(item["pending_out"]))
            for resource in item.resources:
                self._seen.setdefault(jid, {})[resource] = None

    # --- listening ---

    def listen(self, event: Told, listener: Callable[..., None]) -> Callable[[], None]:
        """Call `listener` at each such event, until the function that is returned is called."""
        listeners = self._listeners.setdefault(event, [])
        listeners.append(listener)
        return lambda: listeners.remove(listener) if listener in listeners else None

    def _tell(self, event: Told, *arguments: object) -> None:
        for listener in list(self._listeners.get(event, ())):
            listener(*arguments)

    # --- the roster ---

    def contact(self, peer: str) -> Contact:
        """The roster's item of a peer; `UNKNOWN` where there is none."""
        item = self.items.get(peer)
        return UNKNOWN if item is None else _contact(item)

    def contacts(self) -> list[Contact]:
        """All items of the roster."""
        return [_contact(item) for item in self.items.values()]

    def _roster_came(self, iq: Stanza) -> None:
        query = iq.xml.find(QUERY)
        if iq["type"] == "set":
            if query is not None:
                self._update(items_of(query))
        elif iq["type"] == "result":
            # Without a query, the roster is the one that is known (RFC 6121, section 2.6.3).
            if query is not None:
                whole = items_of(query)
                there = {item.peer for item in whole}
                gone = [Item(peer, "remove") for peer in self.items if peer not in there]
                self._update([*gone, *whole])
            self._tell("roster")
            if not self.is_settled:
                self.is_settled = True
                self._tell("connected")

    def _update(self, items: list[Item]) -> None:
        for item in items:
            peer = str(item.peer)
            known = self.items.get(peer)
            if item.subscription == "remove":
                if self.items.pop(peer, None) is not None:
                    self._tell("item", item)
                continue
            self.items[peer] = item
            if known == item:
                continue
            self._tell("item", item)
            if known is None or known.subscription != item.subscription:
                self._tell("contact_changed", peer)

    # --- presence ---

    def sees(self, peer: str) -> bool:
        """Whether a peer has an available resource."""
        return bool(self._seen.get(peer))

    def _requested(self, stanza: Stanza) -> None:
        self._tell("requested", stanza["from"].bare)

    def _withdrawn(self, stanza: Stanza) -> None:
        self._tell("withdrawn", stanza["from"].bare)

    def _presence_came(self, stanza: Stanza) -> None:
        kind = stanza.xml.get("type", "available")
        if kind not in ("available", "unavailable", "error"):
            return
        sender = stanza["from"]
        if kind == "available":
            self._seen.setdefault(sender.bare, {})[sender.resource] = None
            return
        resources = self._seen.get(sender.bare)
        if not resources:
            return
        if kind == "unavailable" and sender.resource:
            resources.pop(sender.resource, None)
        else:  # of no resource, it is of all (RFC 6121, section 4.3.2)
            resources.clear()
        if not resources:
            self._tell("contact_left", sender.bare)

    # --- the agent's status ---

    def say(self, status: Iterable[tuple[str | None, str]]) -> str:
        """The one text of a status that SPADE can send; those in other languages go with it.

        SPADE 4 has no word for them, so they are put into its own stanzas.
        """
        texts = dict(status)
        self._text = texts.pop(None, "")
        self._translations = {str(language): text for language, text in texts.items()}
        return self._text

    def _translated(self, stanza: Stanza) -> Stanza:
        """An outgoing filter."""
        if self._translations and isinstance(stanza, Presence):
            attributes = stanza.xml.attrib
            is_broadcast = "type" not in attributes and "to" not in attributes
            if is_broadcast and stanza.xml.findtext(STATUS, "") == self._text:
                for language, text in self._translations.items():
                    SubElement(stanza.xml, STATUS, {LANGUAGE: language}).text = text
        return stanza

    # --- the end ---

    def _over(self, _reason: object) -> None:
        self._seen.clear()
        if self.is_settled:
            self.is_settled = False
            self._tell("disconnected")


def items_of(query: Element) -> list[Item]:
    """The items of a roster query."""
    return [
        Item(
            element.get("jid", ""),
            cast(Subscription, element.get("subscription", "none")),
            element.get("ask") == "subscribe",
            element.get("approved") in ("true", "1"),
            element.get("name", ""),
            tuple(group.text or "" for group in element.findall(_GROUP)),
        )
        for element in query.findall(_ITEM)
    ]


def _contact(item: Item) -> Contact:
    return Contact(str(item.peer), item.subscription, item.ask)
