"""Watches one agent's client and tells an `Observer` what happens.

It uses what aioxmpp offers for the purpose (stanza filters and signals), so it sees the same
for our own agents and a user's, with SPADE's presence manager and with ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import aioxmpp
import aioxmpp.roster.xso as roster_xso
from aioxmpp.errors import XMPPError
from aioxmpp.protocol import State
from aioxmpp.structs import LanguageTag

from simulator.agents.observer import Item, Observer, SessionState
from simulator.journal.records import Roster
from simulator.rfc6121.words import StatusText
from simulator.spade3 import types
from simulator.spade3.messages import content_of, error_of


class ClientWatcher:
    """Watches a client that is not connected yet, from then on."""

    def __init__(self, client: types.Client, observer: Observer) -> None:
        self._client = client
        self._observer = observer
        self._language: LanguageTag | None = None
        self.watch()

    def watch(self) -> None:
        """Begin to watch."""
        client = self._client
        client.stream.app_outbound_presence_filter.register(self._sent, order=float("inf"))
        client.stream.app_inbound_presence_filter.register(self._received, order=float("-inf"))
        client.stream.app_outbound_message_filter.register(self._message_sent, order=float("inf"))
        client.stream.app_inbound_message_filter.register(
            self._message_received, order=float("-inf")
        )
        self._watch_session()
        self._watch_roster(client.summon(aioxmpp.RosterClient))
        self._watch_requests()

    # --- the session ---

    def _watch_session(self) -> None:
        client = self._client
        client.on_stream_established.connect(partial(self._session, "established"))
        client.on_stream_suspended.connect(partial(self._session, "suspended"))
        client.on_stream_resumed.connect(partial(self._session, "resumed"))
        client.on_stream_destroyed.connect(partial(self._session, "destroyed"))
        client.on_stopped.connect(partial(self._session, "closed"))
        client.on_failure.connect(partial(self._session, "failed"))

    def _session(self, state: SessionState, reason: BaseException | None = None) -> None:
        self._note_resource()
        self._observer.session(state, reason)

    def _note_resource(self) -> None:
        resource = self._client.local_jid.resource
        if resource is not None:
            self._observer.resource = resource

    # --- presence ---

    def _sent(self, stanza: types.Stanza) -> types.Stanza | None:
        # A stream that is closing takes no stanza: SPADE's farewell at stop() never leaves. It
        # is dropped here, or aioxmpp would log a warning with a traceback for each.
        if not self._takes_stanzas:
            return None
        self._note_resource()
        self._observer.sent(
            stanza.type_.value or "available",
            stanza.to,
            stanza.show.value or "",
            self._texts(stanza),
            stanza.priority,
            stanza.id_ or "",
        )
        return stanza

    def _received(self, stanza: types.Stanza) -> types.Stanza:
        sender = stanza.from_
        self._observer.received(
            stanza.type_.value or "available",
            sender,
            (sender.resource or "") if sender is not None else "",
            stanza.show.value or "",
            self._texts(stanza),
            stanza.priority,
            stanza.id_ or "",
        )
        return stanza

    @property
    def _takes_stanzas(self) -> bool:
        return bool(self._client.stream._xmlstream.state == State.OPEN)

    # --- messages ---

    def _message_sent(self, stanza: types.MessageStanza) -> types.MessageStanza:
        if self._takes_stanzas:
            self._note_resource()
            self._observer.message_sent(stanza.to, stanza.id_ or "", content_of(stanza))
        return stanza

    def _message_received(self, stanza: types.MessageStanza) -> types.MessageStanza:
        sender = stanza.from_
        self._observer.message_received(
            sender,
            (sender.resource or "") if sender is not None else "",
            stanza.id_ or "",
            content_of(stanza),
            error_of(stanza),
        )
        return stanza

    def _texts(self, stanza: types.Stanza) -> StatusText:
        # aioxmpp gives a text without a language the one of the server's stream header.
        status = stanza.status
        if not status:
            return ()
        processor = self._client.stream._xmlstream._processor
        if processor is not None:
            self._language = processor.remote_lang
        return status_text(status, self._language)

    # --- the roster ---

    def _watch_roster(self, roster: types.Roster) -> None:
        roster.on_entry_added.connect(self._entry_changed)
        roster.on_entry_name_changed.connect(self._entry_changed)
        roster.on_entry_subscription_state_changed.connect(self._entry_changed)
        roster.on_entry_removed.connect(self._entry_removed)
        roster.on_initial_roster_received.connect(self._observer.roster_received)

    def _entry_changed(self, item: types.RosterItem) -> None:
        self._observer.roster_item(_item(item))

    def _entry_removed(self, item: types.RosterItem) -> None:
        self._observer.roster_item(Item(item.jid, "remove"))

    async def served_roster(self, patience: float) -> list[Roster]:
        """Ask the server for the roster over the agent's own stream: the served view.

        `patience`: seconds to wait for the answer.

        Raises what aioxmpp raises when there is none.
        """
        request = aioxmpp.IQ(type_=aioxmpp.IQType.GET, payload=roster_xso.Query())
        response = await self._client.send(request, timeout=patience)
        items = [aioxmpp.roster.Item.from_xso_item(item) for item in response.items]
        return [self._observer.served_item(_item(item)) for item in items]

    def _watch_requests(self) -> None:
        client = self._client
        send, send_stanza = client.send, client.stream._send_stanza

        # Where the stanza goes out, and not where it is queued: there it may wait for long.
        def watched_send_stanza(stream: types.XmlStream, token: types.Token) -> None:
            if _is_roster_change(token.stanza) and stream.state == State.OPEN:
                self._roster_change(token.stanza)
            send_stanza(stream, token)

        async def watched_send(stanza: aioxmpp.stanza.StanzaBase, **options: object) -> object:
            if not _is_roster_change(stanza):
                return await send(stanza, **options)
            try:
                answer = await send(stanza, **options)
            except XMPPError as error:
                self._observer.roster_answer(stanza.id_ or "", error.condition.value[1])
                raise
            self._observer.roster_answer(stanza.id_ or "")
            return answer

        client.stream._send_stanza = watched_send_stanza
        client.send = watched_send

    def _roster_change(self, stanza: aioxmpp.IQ) -> None:
        for item in stanza.payload.items:
            remove = item.subscription == "remove"
            self._observer.roster_request(item.jid, stanza.id_ or "", remove=remove)


def _is_roster_change(stanza: object) -> bool:
    return (
        isinstance(stanza, aioxmpp.IQ)
        and stanza.type_ == aioxmpp.IQType.SET
        and isinstance(stanza.payload, roster_xso.Query)
    )


def _item(item: types.RosterItem) -> Item:
    return Item(
        item.jid,
        item.subscription,
        item.ask is not None,
        bool(item.approved),
        item.name or "",
        item.groups,
    )


def status_text(
    status: Mapping[LanguageTag | None, str | None], default: LanguageTag | None = None
) -> StatusText:
    """Status texts by language as the journal keeps them: sorted, "" for the default language.

    `default`: the language of the stream, which is that of a text without one (RFC 6120, 4.7.4
    and 8.1.5). Nobody can tell the two apart, so both are "".
    """
    # aioxmpp reads an empty text as None.
    texts = [
        ("" if language in (None, default) else str(language), text or "")
        for language, text in status.items()
    ]
    return tuple(sorted(texts))
