"""A leaner task between an agent and its stream.

`StanzaStream._run` makes a task for every item that it takes from one of its two queues, and
waits for either of two tasks with `asyncio.wait`, which makes a future and callbacks more. Here
a callback stands for each of these tasks and one future for the waiting. Each step is scheduled
where aioxmpp's is and takes as many passes of the loop, so everything happens in the same order.
On a loop that can tell that nothing else is ready, passes that nobody could notice are left out:
the callback then does what the task would do next, as that task.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import functools
from collections.abc import Callable
from typing import Any

import aioxmpp
import aioxmpp.custom_queue
import aioxmpp.stream

from simulator.spade3.patches.replacing import replace


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
    """Stands for the tasks that get item after item from one queue."""

    __slots__ = ("_broker", "_cancelled", "_handle", "_queue", "is_done", "item")

    _broker: Any
    _handle: Any

    def __init__(self, queue: _Mailbox, broker: _Broker) -> None:
        self._queue = queue
        self._broker = broker
        self._cancelled = False
        self.is_done = False
        self.item: Any = None
        self._handle = broker.call_soon(self._step)

    def step_soon(self) -> None:
        """As a new task, or one that is woken: at the next pass."""
        broker = self._broker
        if broker.call_again is None:
            broker.call_soon(self._step)
        else:
            broker.call_again(self._handle)

    def _step(self) -> None:
        if self._cancelled:
            return
        if not self._queue._data:
            self._queue.getter = self
            return
        self.item, self.is_done = self._queue.get_nowait(), True
        self._broker.has_item()

    def get_next(self, *, is_last: bool) -> None:
        """The item was taken: get another. `is_last`: nothing is queued before the next waiting."""
        self.item, self.is_done = None, False
        if is_last and not self._queue._data and self._broker.is_idle():
            self._queue.getter = self
        else:
            self.step_soon()

    def cancel(self) -> None:
        """Get nothing more, and let go of what refers back to this."""
        self._cancelled = True
        self._broker = self._handle = None
        if self._queue.getter is self:
            self._queue.getter = None


class _Broker:
    """The task of one stream, and what it waits for."""

    def __init__(self, stream: Any, xmlstream: Any) -> None:
        self._stream = stream
        self._xmlstream = xmlstream
        self._loop: asyncio.AbstractEventLoop = stream._loop
        self._task: Any = asyncio.current_task()
        self._waiter: asyncio.Future[None] | None = None
        self.call_soon = functools.partial(self._loop.call_soon, context=contextvars.copy_context())
        self.is_idle: Callable[[], bool] = getattr(self._loop, "is_idle", _never)
        self.call_again: Callable[[asyncio.Handle], object] | None = getattr(
            self._loop, "call_again", None
        )
        self.outgoing = _Getter(stream._active_queue, self)
        self.incoming = _Getter(stream._incoming_queue, self)

    async def wait(self) -> None:
        """Wait until there is an item; those that may be handled meanwhile are."""
        self._waiter = waiter = self._loop.create_future()
        for getter in (self.outgoing, self.incoming):
            if getter.is_done:
                self.call_soon(_complete, waiter)
        try:
            await waiter
        finally:
            self._waiter = None

    def has_item(self) -> None:
        """A getter has one: wake the task, or do what it would do when it would be next."""
        waiter = self._waiter
        if waiter is None:
            return
        if not self.is_idle():
            self.call_soon(_complete, waiter)
        elif waiter.done() or self._stream._broker_lock.locked():
            _complete(waiter)
        else:
            self._handle_as_task(waiter)

    def _handle_as_task(self, waiter: asyncio.Future[None]) -> None:
        asyncio._enter_task(self._loop, self._task)
        try:
            self.handle()
        except Exception as error:
            if not waiter.done():
                waiter.set_exception(error)
        finally:
            asyncio._leave_task(self._loop, self._task)

    def handle(self) -> None:
        """Do what is to be done with the items."""
        outgoing, incoming = self.outgoing, self.incoming
        sends, receives = outgoing.is_done, incoming.is_done
        if sends:
            self._stream._process_outgoing(self._xmlstream, outgoing.item)
            outgoing.get_next(is_last=not receives)
        if receives:
            _process_incoming(self._stream, self._xmlstream, incoming.item)
            incoming.get_next(is_last=True)


def _never() -> bool:
    return False


def _complete(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


async def _run(self: Any, xmlstream: Any) -> None:
    """`StanzaStream._run`."""
    self._xmlstream = xmlstream
    self._update_xmlstream_limits()
    broker = _Broker(self, xmlstream)
    try:
        while True:
            await broker.wait()
            async with self._broker_lock:
                broker.handle()
    finally:
        await _stopped(self, xmlstream, broker)


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


async def _stopped(self: Any, xmlstream: Any, broker: _Broker) -> None:
    # As at the end of `StanzaStream._run`: what came in is void, what waits to go out is kept.
    outgoing, incoming = broker.outgoing, broker.incoming
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
