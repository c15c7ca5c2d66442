"""A leaner task between an agent and its stream.

`StanzaStream._run` makes a task for every item that it takes from one of its two queues, and
waits for either of two tasks with `asyncio.wait`, which makes a future and callbacks more. Here
a callback stands for each of these tasks and one future for the waiting. Each step is scheduled
where aioxmpp's is and takes as many passes of the loop, so everything happens in the same order.
On a loop that can tell that nothing else is ready, passes that nobody could notice are left out.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import aioxmpp
import aioxmpp.custom_queue
import aioxmpp.stream

from simulator.pins.replacing import replace


def enter(stack: contextlib.ExitStack) -> None:
    """Put the leaner broker in place until `stack` is closed."""
    replace(stack, aioxmpp.stream.custom_queue, "AsyncDeque", _Mailbox)
    replace(stack, aioxmpp.stream.StanzaStream, "_run", _broker)


class _Mailbox(aioxmpp.custom_queue.AsyncDeque):
    """aioxmpp's queue, which wakes a `_Getter` too."""

    getter: _Getter | None = None

    def put_nowait(self, item: Any) -> None:
        super().put_nowait(item)
        self._wake()

    def putleft_nowait(self, item: Any) -> None:
        super().putleft_nowait(item)
        self._wake()

    def _wake(self) -> None:
        getter, self.getter = self.getter, None
        if getter is not None:
            getter.step_soon()


class _Getter:
    """Stands for the tasks that get item after item from one queue."""

    __slots__ = ("_cancelled", "_is_idle", "_loop", "_queue", "is_done", "item", "waiter")

    def __init__(self, queue: _Mailbox, loop: asyncio.AbstractEventLoop) -> None:
        self._queue = queue
        self._loop = loop
        self._is_idle: Callable[[], bool] = getattr(loop, "is_idle", _never)
        self._cancelled = False
        self.is_done = False
        self.item: Any = None
        self.waiter: asyncio.Future[None] | None = None
        self.step_soon()

    def step_soon(self) -> None:
        """As a new task, or one that is woken: at the next pass."""
        self._loop.call_soon(self._step)

    def _step(self) -> None:
        if self._cancelled:
            return
        if not self._queue._data:
            self._queue.getter = self
            return
        self.item, self.is_done = self._queue.get_nowait(), True
        if self.waiter is None:
            return
        if self._is_idle():
            _complete(self.waiter)
        else:
            self._loop.call_soon(_complete, self.waiter)

    def wait_with(self, waiter: asyncio.Future[None]) -> None:
        """Complete `waiter` once there is an item."""
        self.waiter = waiter
        if self.is_done:
            self._loop.call_soon(_complete, waiter)

    def get_next(self, *, is_last: bool) -> None:
        """The item was taken: get another. `is_last`: nothing is queued before the next waiting."""
        self.item, self.is_done = None, False
        if is_last and not self._queue._data and self._is_idle():
            self._queue.getter = self
        else:
            self.step_soon()

    def cancel(self) -> None:
        """Get nothing more."""
        self._cancelled = True
        if self._queue.getter is self:
            self._queue.getter = None


def _never() -> bool:
    return False


def _complete(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


async def _broker(self: Any, xmlstream: Any) -> None:
    """`StanzaStream._run`."""
    self._xmlstream = xmlstream
    self._update_xmlstream_limits()
    outgoing = _Getter(self._active_queue, self._loop)
    incoming = _Getter(self._incoming_queue, self._loop)
    try:
        while True:
            await _either(outgoing, incoming, self._loop)
            sends, receives = outgoing.is_done, incoming.is_done
            async with self._broker_lock:
                if sends:
                    self._process_outgoing(xmlstream, outgoing.item)
                    outgoing.get_next(is_last=not receives)
                if receives:
                    _process_incoming(self, xmlstream, incoming.item)
                    incoming.get_next(is_last=True)
    finally:
        await _broker_stopped(self, xmlstream, outgoing, incoming)


def _process_incoming(self: Any, xmlstream: Any, item: tuple[Any, Any]) -> None:
    """`StanzaStream._process_incoming`, which asks an abstract base class five times."""
    stanza, error = item
    if error is not None or self._sm_enabled:
        self._process_incoming(xmlstream, item)
    elif type(stanza) is aioxmpp.Presence:
        self._process_incoming_presence(stanza)
    elif type(stanza) is aioxmpp.IQ:
        self._process_incoming_iq(stanza)
    else:
        self._process_incoming(xmlstream, item)


async def _either(one: _Getter, other: _Getter, loop: asyncio.AbstractEventLoop) -> None:
    waiter = loop.create_future()
    one.wait_with(waiter)
    other.wait_with(waiter)
    try:
        await waiter
    finally:
        one.waiter = other.waiter = None


async def _broker_stopped(self: Any, xmlstream: Any, outgoing: _Getter, incoming: _Getter) -> None:
    # As at the end of `StanzaStream._run`: what came in is void, what waits to go out is kept.
    incoming.cancel()
    self._drain_incoming()
    outgoing.cancel()
    if outgoing.is_done:
        self._active_queue.putleft_nowait(outgoing.item)
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
