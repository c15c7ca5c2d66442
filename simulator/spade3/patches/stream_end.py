"""Streams that are over are freed at once, and not at a collection of cyclic garbage."""

from __future__ import annotations

import contextlib
from typing import Any

import aioxmpp.nonza
import aioxmpp.protocol

from simulator.spade3.patches.replacing import replace

_OWN = (aioxmpp.nonza.StreamError, aioxmpp.nonza.StreamFeatures)
"""What a stream itself listens to."""


def enter(stack: contextlib.ExitStack) -> None:
    """Free ended streams until `stack` is closed."""
    stream = aioxmpp.protocol.XMLStream
    replace(stack, stream, "connection_lost", _losing(stream.connection_lost))


def _losing(stock: Any) -> Any:
    """`XMLStream.connection_lost`, after which nothing of the stream refers back to it."""

    def lost(self: Any, error: Exception | None) -> None:
        stock(self, error)
        for signal in (
            self._monitor.on_deadtime_soft_limit_tripped,
            self._monitor.on_deadtime_hard_limit_tripped,
        ):
            signal._connections.clear()
        for kind in _OWN:
            if kind in self.stanza_parser.get_class_map():
                self.stanza_parser.remove_class(kind)

    return lost
