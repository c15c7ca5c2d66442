"""What reaches a client, as lines that read like a transcript.

A line says what came and from whom, by the names of the case: ``subscribed juliet``,
``push juliet to``, ``available juliet/balcony dnd "Busy" 5``, ``message romeo/garden hello``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import aioxmpp
import aioxmpp.roster.xso as roster_xso

from simulator.rfc6121.stanza import RosterItem
from simulator.rfc6121.words import StatusText
from simulator.spade3.observer import status_text

Shorten = Callable[[Any], str]
"""A JID to the name that a case has for it."""


STREAM_LANGUAGE = "en"
_REASON = re.compile(r"^(Disconnected): .*", re.DOTALL)


def presence_line(
    kind: str, sender: str, show: str = "", status: StatusText = (), priority: int = 0
) -> str:
    """One presence. Status texts are quoted, with ``@`` and the language where there is one."""
    words = [kind, sender, show]
    words += [f'"{text}"' + (f"@{language}" if language else "") for language, text in status]
    words += [str(priority)] if priority else []
    return " ".join(word for word in words if word)


def item_line(peer: str, subscription: str, *, ask: bool, approved: bool) -> str:
    """One roster item."""
    return " ".join([peer, subscription, *["ask"] * ask, *["approved"] * approved])


def rules_item_line(item: RosterItem, peer: str) -> str:
    """One roster item of the rules."""
    return item_line(peer, item.subscription, ask=item.ask, approved=item.approved)


def stanza_item_line(item: Any, shorten: Shorten) -> str:
    """One roster item of a stanza."""
    return item_line(
        shorten(item.jid),
        item.subscription.value if hasattr(item.subscription, "value") else item.subscription,
        ask=item.ask is not None,
        approved=bool(item.approved),
    )


def _tidy(status: StatusText) -> StatusText:
    """Without the language of the stream, which real servers set and the embedded one does not
    (RFC 6120, 4.7.4), and without a TLS library's words for a broken connection.
    """
    return tuple(
        ("" if language == STREAM_LANGUAGE else language, _REASON.sub(r"\1", text))
        for language, text in status
    )


class Log:
    """What reached one client, in the order of the stream."""

    def __init__(self, shorten: Shorten) -> None:
        self.lines: list[str] = []
        """What came since somebody last took it."""
        self.seen: list[str] = []
        """Everything that came."""
        self._shorten = shorten

    def attach(self, client: Any) -> None:
        """Begin before `client`, an `aioxmpp.Client`, connects."""
        stream = client.stream
        stream.app_inbound_presence_filter.register(self._presence, order=float("-inf"))
        stream.app_inbound_message_filter.register(self._message, order=float("-inf"))
        self._observe_pushes(stream)

    def take(self) -> list[str]:
        """What came since the last time."""
        lines, self.lines = self.lines, []
        return lines

    def _note(self, line: str) -> None:
        self.lines.append(line)
        self.seen.append(line)

    def _presence(self, stanza: Any) -> Any:
        kind = stanza.type_.value or "available"
        words = (
            stanza.show.value or "",
            tuple(sorted(_tidy(status_text(stanza.status)))),
            stanza.priority,
        )
        if kind == "error":
            words = ("" if stanza.error is None else stanza.error.condition.value[1], (), 0)
        self._note(presence_line(kind, self._shorten(stanza.from_), *words))
        return stanza

    def _message(self, stanza: Any) -> Any:
        sender = self._shorten(stanza.from_)
        kind = stanza.type_.value
        if kind == "error":
            self._note(f"message error {sender} {stanza.error.condition.value[1]}")
        else:
            self._note(f"message {sender} {stanza.body.any() if stanza.body else ''}")
        return stanza

    def _observe_pushes(self, stream: Any) -> None:
        """In the stream's order: the roster service handles each push in a task of its own."""
        key = (aioxmpp.IQType.SET, roster_xso.Query)
        handler, _ = stream._iq_request_map.get(key, (_take_push, False))
        if key in stream._iq_request_map:
            stream.unregister_iq_request_handler(*key)

        def observed(request: Any) -> Any:
            for item in request.payload.items:
                self._note(f"push {stanza_item_line(item, self._shorten)}")
            return handler(request)

        stream.register_iq_request_handler(*key, observed)


async def _take_push(_request: Any) -> None:
    """A client without the roster service acknowledges a push and no more."""
