"""A leaner task between an agent and its stream."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import aioxmpp.custom_queue
import aioxmpp.stream

from simulator.pins.replacing import replace


def enter(stack: contextlib.ExitStack) -> None:
    """Put the leaner broker in place until `stack` is closed."""
    replace(stack, aioxmpp.stream.custom_queue, "AsyncDeque", _Mailbox)
    replace(stack, aioxmpp.stream.StanzaStream, "_run", _broker)


class _Mailbox(aioxmpp.custom_queue.AsyncDeque):
    """aioxmpp's queue, which also wakes the broker that waits for either of its two queues."""

    def __init__(self, *, loop: Any = None) -> None:
        super().__init__(loop=loop)
        self.waiter: asyncio.Future[None] | None = None

    def put_nowait(self, item: Any) -> None:
        super().put_nowait(item)
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)


async def _broker(self: Any, xmlstream: Any) -> None:
    """`StanzaStream._run` with one future to wait on, where aioxmpp makes four tasks a stanza.

    Stanzas are taken in the same order, one incoming stanza a turn of the loop, so whoever
    waits for an answer still goes on before the next stanza is handled.
    """
    self._xmlstream = xmlstream
    self._update_xmlstream_limits()
    outgoing, incoming = self._active_queue, self._incoming_queue
    try:
        while True:
            if outgoing.empty() and incoming.empty():
                waiter = outgoing.waiter = incoming.waiter = self._loop.create_future()
                await waiter
            else:
                await asyncio.sleep(0)
            async with self._broker_lock:
                if not outgoing.empty():
                    self._process_outgoing(xmlstream, outgoing.get_nowait())
                if not incoming.empty():
                    self._process_incoming(xmlstream, incoming.get_nowait())
    finally:
        await _broker_stopped(self, xmlstream)


async def _broker_stopped(self: Any, xmlstream: Any) -> None:
    # As at the end of `StanzaStream._run`: what came in is void, what waits to go out is kept.
    self._drain_incoming()
    async with self._broker_lock:
        if not self.sm_enabled or not self.sm_resumable:
            reason = self._xmlstream_exception or aioxmpp.stream.DestructionRequested(
                "close() or stop() called and stream is not resumable"
            )
            self._destroy_stream_state(reason)
            if self.sm_enabled:
                self._stop_sm()
        self._start_rollback(xmlstream)
    if self._xmlstream_exception:
        raise self._xmlstream_exception
