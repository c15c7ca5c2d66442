"""A leaner task between an agent and its stream.

`StanzaStream._run` makes a task for every item that it takes from one of its two queues, and
waits for either of two tasks with `asyncio.wait`, which makes a future and callbacks more. Here
a callback stands for each of these tasks and one future for the waiting. Each step is scheduled
where aioxmpp's is and takes as many passes of the loop, so everything happens in the same order.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import aioxmpp.custom_queue
import aioxmpp.stream

from simulator.agents.shared.replacing import replace


def enter(stack: contextlib.ExitStack) -> None:
    """Put the leaner broker in place until `stack` is closed."""
    replace(stack, aioxmpp.stream.custom_queue, "AsyncDeque", _Mailbox)
    replace(stack, aioxmpp.stream.StanzaStream, "_run", _run)


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
    """Stands for the tasks that get item after item from one queue.

    `waiter` is the future of who waits for an item, if anybody does.
    """

    __slots__ = ("_cancelled", "_loop", "_queue", "is_done", "item", "waiter")

    def __init__(self, queue: _Mailbox, loop: asyncio.AbstractEventLoop) -> None:
        self._queue = queue
        self._loop = loop
        self._cancelled = False
        self.waiter: asyncio.Future[None] | None = None
        self.get_next()

    def get_next(self) -> None:
        """Get an item, after the last one was taken."""
        self.item, self.is_done = None, False
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
        if self.waiter is not None:
            self._loop.call_soon(_complete, self.waiter)

    def cancel(self) -> None:
        """Get nothing more."""
        self._cancelled = True
        if self._queue.getter is self:
            self._queue.getter = None


async def _wait(loop: asyncio.AbstractEventLoop, *getters: _Getter) -> list[bool]:
    """Wait until one of them has an item; say which have."""
    waiter = loop.create_future()
    for getter in getters:
        getter.waiter = waiter
        if getter.is_done:
            loop.call_soon(_complete, waiter)
    try:
        await waiter
    finally:
        for getter in getters:
            getter.waiter = None
    return [getter.is_done for getter in getters]


def _complete(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


async def _run(self: Any, xmlstream: Any) -> None:
    """`StanzaStream._run`."""
    self._xmlstream = xmlstream
    self._update_xmlstream_limits()
    outgoing = _Getter(self._active_queue, self._loop)
    incoming = _Getter(self._incoming_queue, self._loop)
    try:
        while True:
            sends, receives = await _wait(self._loop, outgoing, incoming)
            async with self._broker_lock:
                if sends:
                    self._process_outgoing(xmlstream, outgoing.item)
                    outgoing.get_next()
                if receives:
                    self._process_incoming(xmlstream, incoming.item)
                    incoming.get_next()
    finally:
        await _stopped(self, xmlstream, outgoing, incoming)


async def _stopped(self: Any, xmlstream: Any, outgoing: _Getter, incoming: _Getter) -> None:
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
