"""Watches one agent's client and tells an `Observer` what happens.

It uses what slixmpp offers for the purpose (stanza filters and events), so it sees the same for our
agents and a user's, with SPADE's presence manager and with ours.
"""

from __future__ import annotations

import asyncio
from functools import partial

from slixmpp.stanza import Iq, Message, Presence

from simulator.agents.observer import Item, Observer
from simulator.journal.records import Roster
from simulator.rfc6121.words import PresenceType, Show, StatusText
from simulator.spade4 import types
from simulator.spade4.messages import content_of, error_of
from simulator.spade4.session import LANGUAGE, QUERY, STATUS, items_of, session_of

_CLIENT = "{jabber:client}"


class ClientWatcher:
    """Watches a client that is not connected yet, from then on."""

    def __init__(self, client: types.Client, observer: Observer) -> None:
        self._client = client
        self._observer = observer
        self._requests: dict[str, None] = {}
        session = session_of(client)
        client.add_filter("in", self._heard)
        client.add_filter("out_sync", self._said)
        session.listen("item", observer.roster_item)
        session.listen("roster", observer.roster_received)
        session.listen("connected", self._established)
        session.listen("disconnected", partial(observer.session, "destroyed"))
        client.add_event_handler("session_start", self._note_resource)

    # --- the session ---

    def _note_resource(self, _event: object = None) -> None:
        self._observer.resource = self._client.boundjid.resource

    def _established(self) -> None:
        self._observer.session("established")

    # --- stanzas ---

    def _heard(self, stanza: types.Stanza) -> types.Stanza:
        """An incoming filter."""
        if isinstance(stanza, Presence):
            self._presence_heard(stanza)
        elif isinstance(stanza, Message):
            sender = stanza["from"]
            self._observer.message_received(
                sender.bare or None,
                sender.resource,
                stanza.xml.get("id", ""),
                content_of(stanza),
                error_of(stanza),
            )
        elif isinstance(stanza, Iq) and self._requests:
            self._answer_heard(stanza)
        return stanza

    def _said(self, stanza: types.Stanza) -> types.Stanza:
        """An outgoing filter. slixmpp asks it for what it then cannot send, too."""
        if self._client.transport is None:
            return stanza
        if isinstance(stanza, Presence):
            self._presence_said(stanza)
        elif isinstance(stanza, Message):
            self._observer.message_sent(
                stanza["to"].bare or None, stanza.xml.get("id", ""), content_of(stanza)
            )
        elif isinstance(stanza, Iq) and stanza.xml.get("type") == "set":
            self._roster_change(stanza)
        return stanza

    def _presence_said(self, stanza: types.Stanza) -> None:
        show, status, priority = self._content(stanza)
        self._observer.sent(
            _type(stanza),
            stanza["to"].bare or None,
            show,
            status,
            priority,
            stanza.xml.get("id", ""),
        )

    def _presence_heard(self, stanza: types.Stanza) -> None:
        sender = stanza["from"]
        self._observer.received(
            _type(stanza),
            sender.bare or None,
            sender.resource,
            *self._content(stanza),
            stanza.xml.get("id", ""),
        )

    def _content(self, stanza: types.Stanza) -> tuple[Show, StatusText, int]:
        xml = stanza.xml
        show: Show = xml.findtext(f"{_CLIENT}show", "")  # type: ignore[assignment]
        # A text in the stream's language is as one without (RFC 6120, section 8.1.5).
        usual = (None, self._client.peer_default_lang)
        texts = [
            ("" if (language := text.get(LANGUAGE)) in usual else str(language), text.text or "")
            for text in xml.findall(STATUS)
        ]
        priority: int = stanza["priority"]
        return show, tuple(sorted(texts)), priority

    # --- the roster ---

    def _roster_change(self, stanza: types.Stanza) -> None:
        query = stanza.xml.find(QUERY)
        if query is None:
            return
        request = stanza.xml.get("id", "")
        self._requests[request] = None
        for item in items_of(query):
            self._observer.roster_request(item.peer, request, remove=item.subscription == "remove")

    def _answer_heard(self, stanza: types.Stanza) -> None:
        request = stanza.xml.get("id", "")
        if request not in self._requests or stanza["type"] not in ("result", "error"):
            return
        del self._requests[request]
        error = str(stanza["error"]["condition"]) if stanza["type"] == "error" else ""
        self._observer.roster_answer(request, error)

    async def served_roster(self, patience: float) -> list[Roster]:
        """Ask the server for the roster over the agent's own stream: the served view.

        `patience`: seconds to wait for the answer. Raises what slixmpp raises when there is none.
        """
        request = self._client.Iq()
        request["type"] = "get"
        request.enable("roster")
        answer = await asyncio.wait_for(request.send(timeout=patience), None)
        query = answer.xml.find(QUERY)
        items: list[Item] = [] if query is None else items_of(query)
        return [self._observer.served_item(item) for item in items]


def _type(stanza: types.Stanza) -> PresenceType:
    # slixmpp's own says the show where there is one.
    kind: PresenceType = stanza.xml.get("type", "available")  # type: ignore[assignment]
    return kind
