"""Watches one agent's client and writes what happens to the journal.

It uses what aioxmpp offers for the purpose (stanza filters and signals), so it sees the same
for our own agents and a user's, with SPADE's presence manager and with ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import aioxmpp
import aioxmpp.roster.xso as roster_xso
from aioxmpp.protocol import State
from aioxmpp.structs import LanguageTag

from simulator.agents.names import Names
from simulator.journal.records import Actual, AnyRecord, Received, Roster, Sent, Session
from simulator.rfc6121.words import StatusText
from simulator.servers.base import Acceptance

_SUBSCRIPTION_TYPES = frozenset(("subscribe", "subscribed", "unsubscribe", "unsubscribed"))
_AVAILABILITY_TYPES = frozenset(("available", "unavailable"))


class Observer:
    """Observes the client of one agent, from before it connects.

    `record` and `clock` (microseconds since the run's start) come from the run. `acceptance` is
    told what the server must come to hold of the agent's availability; it is None for servers
    that say so themselves.
    """

    def __init__(
        self,
        agent: str,
        names: Names,
        record: Callable[[AnyRecord], None],
        clock: Callable[[], int],
        acceptance: Acceptance | None,
    ) -> None:
        self._agent = agent
        self._names = names
        self._record = record
        self._clock = clock
        self._acceptance = acceptance
        self._client: Any = None
        self._resource = ""
        self._language: LanguageTag | None = None
        self._initial = True

    def attach(self, client: Any) -> None:
        """Begin to observe `client`, an `aioxmpp.Client` that is not connected yet."""
        self._client = client
        client.stream.app_outbound_presence_filter.register(self._sent, order=float("inf"))
        client.stream.app_inbound_presence_filter.register(self._received, order=float("-inf"))
        self._observe_session(client)
        self._observe_roster(client.summon(aioxmpp.RosterClient))
        self._observe_requests(client)

    def detach(self) -> None:
        """Record nothing more: the agent is dead, whatever its remains do."""
        self._record = _forget
        self._acceptance = None

    # --- the session ---

    def _observe_session(self, client: Any) -> None:
        client.on_stream_established.connect(self._established)
        client.on_stream_suspended.connect(self._suspended)
        client.on_stream_resumed.connect(lambda: self._session("resumed"))
        client.on_stream_destroyed.connect(self._destroyed)
        client.on_stopped.connect(lambda: self._session("closed"))
        client.on_failure.connect(lambda error: self._session("failed", error))

    def _established(self) -> None:
        self._session("established")

    def _suspended(self, reason: Any = None) -> None:
        self._session("suspended", reason)

    def _destroyed(self, reason: Any = None) -> None:
        self._initial = True
        self._session("destroyed", reason)
        if self._acceptance is not None:
            self._acceptance.ended()

    def _session(self, state: Any, reason: Any = None) -> None:
        text = "" if reason is None else f"{type(reason).__name__}: {reason}"
        self._record(
            Session(
                t=self._clock(),
                agent=self._agent,
                resource=self._bound_resource(),
                state=state,
                reason=text,
            )
        )

    def _bound_resource(self) -> str:
        resource = self._client.local_jid.resource
        if resource is not None:
            self._resource = resource
        return self._resource

    # --- presence ---

    def _sent(self, stanza: Any) -> Any:
        # A stream that is closing takes no stanza: SPADE's farewell at stop() never leaves. It
        # is dropped here, or aioxmpp would log a warning with a traceback for each.
        if self._client.stream._xmlstream.state != State.OPEN:
            return None
        kind: Any = stanza.type_.value or "available"
        self._record(
            Sent(
                t=self._clock(),
                agent=self._agent,
                resource=self._bound_resource(),
                type=kind,
                peer="" if stanza.to is None else self._names.name(stanza.to),
                show=stanza.show.value or "",
                status=self._texts(stanza),
                priority=stanza.priority,
                id=stanza.id_ or "",
            )
        )
        if self._acceptance is not None and stanza.to is None and kind in _AVAILABILITY_TYPES:
            self._acceptance.issued(self._actual(stanza, kind == "available"))
        return stanza

    def _received(self, stanza: Any) -> Any:
        sender = stanza.from_
        self._record(
            Received(
                t=self._clock(),
                agent=self._agent,
                resource=self._resource,
                type=stanza.type_.value or "available",
                peer=self._names.name(sender),
                peer_resource=(sender.resource or "") if sender is not None else "",
                show=stanza.show.value or "",
                status=self._texts(stanza),
                priority=stanza.priority,
                id=stanza.id_ or "",
            )
        )
        return stanza

    def _actual(self, stanza: Any, available: bool) -> Actual:
        return Actual(
            t=self._clock(),
            agent=self._agent,
            resource=self._bound_resource(),
            available=available,
            show=stanza.show.value or "",
            status=self._texts(stanza),
            priority=stanza.priority,
            id=stanza.id_ or "",
            source="client",
        )

    def _texts(self, stanza: Any) -> StatusText:
        # aioxmpp gives a text without a language the one of the server's stream header.
        status = stanza.status
        if not status:
            return ()
        processor = self._client.stream._xmlstream._processor
        if processor is not None:
            self._language = processor.remote_lang
        return status_text(status, self._language)

    # --- the roster ---

    def _observe_roster(self, roster: Any) -> None:
        roster.on_entry_added.connect(self._entry_changed)
        roster.on_entry_name_changed.connect(self._entry_changed)
        roster.on_entry_subscription_state_changed.connect(self._entry_changed)
        roster.on_entry_removed.connect(self._entry_removed)
        roster.on_initial_roster_received.connect(self._initial_roster_received)

    def _initial_roster_received(self) -> None:
        self._initial = False

    def _entry_changed(self, item: Any) -> None:
        self._record(self._roster_record(item, "initial" if self._initial else "push"))

    def _entry_removed(self, item: Any) -> None:
        self._record(
            Roster(
                t=self._clock(),
                agent=self._agent,
                peer=self._names.name(item.jid),
                subscription="remove",
                source="initial" if self._initial else "push",
            )
        )

    def _roster_record(self, item: Any, source: Any) -> Roster:
        return Roster(
            t=self._clock(),
            agent=self._agent,
            peer=self._names.name(item.jid),
            subscription=item.subscription,
            ask=item.ask is not None,
            approved=bool(item.approved),
            name=item.name or "",
            groups=tuple(sorted(item.groups)),
            source=source,
        )

    async def served_roster(self, patience: float) -> list[Roster]:
        """Ask the server for the roster over the agent's own stream: the served view.

        `patience`: seconds to wait for the answer.

        Raises what aioxmpp raises when there is none.
        """
        request = aioxmpp.IQ(type_=aioxmpp.IQType.GET, payload=roster_xso.Query())
        response = await self._client.send(request, timeout=patience)
        items = [aioxmpp.roster.Item.from_xso_item(item) for item in response.items]
        records = [self._roster_record(item, "final") for item in items]
        return sorted(records, key=lambda record: record.peer)

    def _observe_requests(self, client: Any) -> None:
        send = client.send

        async def observed_send(stanza: Any, **options: Any) -> Any:
            if isinstance(stanza, aioxmpp.IQ) and stanza.type_ == aioxmpp.IQType.SET:
                self._roster_change(stanza.payload)
            return await send(stanza, **options)

        client.send = observed_send

    def _roster_change(self, payload: Any) -> None:
        for item in payload.items if isinstance(payload, roster_xso.Query) else ():
            self._record(
                Sent(
                    t=self._clock(),
                    agent=self._agent,
                    resource=self._resource,
                    type="roster_remove" if item.subscription == "remove" else "roster_set",
                    peer=self._names.name(item.jid),
                )
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


def _forget(_record: AnyRecord) -> None:
    """Where the records of the dead go."""
