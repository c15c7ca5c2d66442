"""aioxmpp's stanzas to their callbacks, quicker."""

from __future__ import annotations

import contextlib
from typing import Any

from aioxmpp.dispatcher import SimpleStanzaDispatcher
from aioxmpp.structs import MessageType, PresenceType

from simulator.spade3.patches.replacing import replace


def enter(stack: contextlib.ExitStack) -> None:
    """Find callbacks with less looking until `stack` is closed."""
    replace(stack, SimpleStanzaDispatcher, "_feed", _feeding(SimpleStanzaDispatcher._feed))


def _feeding(stock: Any) -> Any:
    """`SimpleStanzaDispatcher._feed`, which looks seven keys up for each stanza.

    Callbacks for one sender are rare: without any, only the type decides.
    """

    def feed(self: Any, stanza: Any) -> None:
        kind = stanza.type_
        exact = general = None
        for (wanted, sender, _), callback in self._map.items():
            if sender is not None or not isinstance(wanted, _WORDS):
                stock(self, stanza)
                return
            if wanted is kind:
                exact = callback
            elif wanted is None:
                general = callback
        chosen = exact or general
        if chosen is not None:
            chosen(stanza)

    return feed


_WORDS = (PresenceType, MessageType, type(None))
