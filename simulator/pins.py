"""Every patch of spade 3.3.3 and aioxmpp 0.13.3, in one place.

Each group is a context manager that restores what it replaced. They are written for exactly
these two versions and refuse others.

- `seams`: what a run needs on any server: no discovery of other servers, our presence manager.
- `virtual_time`: what leaks wall-clock time or unseeded randomness into a virtual-time run.
- `tuning`: aioxmpp made quicker; the wire stays the same byte for byte.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import importlib.metadata
import random
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import aioxmpp
import aioxmpp.callbacks
import aioxmpp.custom_queue
import aioxmpp.node
import aioxmpp.stanza
import aioxmpp.stream
import aioxmpp.structs
import aioxmpp.utils
import aioxmpp.xml
import spade.agent
import spade.behaviour
import spade.presence
from spade.container import Container

from simulator.errors import SimulatorError

WRITTEN_FOR = {"spade": "3.3.3", "aioxmpp": "0.13.3"}

# Each is (holder, name). Their results depend on their arguments alone.
_PURE_FUNCTIONS: tuple[tuple[Any, str], ...] = (
    (aioxmpp.structs, "nodeprep"),
    (aioxmpp.structs, "nameprep"),
    (aioxmpp.structs, "resourceprep"),
    (aioxmpp.xml, "xmlValidateNameValue_str"),
)
_CACHE_SIZE = 1 << 17


def check_versions() -> None:
    """Raise SimulatorError when spade or aioxmpp is not the version the pins were written for."""
    for package, wanted in WRITTEN_FOR.items():
        found = importlib.metadata.version(package)
        if found != wanted:
            raise SimulatorError(
                f"{package} {found} is installed; this simulator works with {package} {wanted}"
                f" only (pip install {package}=={wanted})"
            )


@contextlib.contextmanager
def seams(
    make_manager: Callable[[Any], Any],
    on_behaviour_error: Callable[[Any, BaseException], None],
) -> Iterator[None]:
    """What a run needs on any server.

    `make_manager(agent)` builds the agent's presence manager. `on_behaviour_error(behaviour,
    error)` is told of each exception that ends a SPADE behaviour. Enter it inside the running
    loop: SPADE's container, a singleton, is reset to that loop.
    """
    check_versions()
    kill = spade.behaviour.CyclicBehaviour.kill

    def observed_kill(self: Any, exit_code: Any = None) -> None:
        # SPADE's step loop swallows an exception and calls this from its except clause.
        if isinstance(exit_code, Exception):
            on_behaviour_error(self, exit_code)
        kill(self, exit_code)

    with contextlib.ExitStack() as stack:
        _replace(stack, aioxmpp.node, "discover_connectors", _discover_nobody)
        _replace(stack, spade.agent, "PresenceManager", make_manager)
        _replace(stack, spade.behaviour.CyclicBehaviour, "kill", observed_kill)
        stack.callback(_forget_signals)
        stack.callback(Container().reset)
        Container().reset()
        yield


async def _discover_nobody(*_arguments: Any, **_options: Any) -> list[Any]:
    # aioxmpp falls back to DNS, and then to port 5222 of the domain, whenever the peer that it
    # was given fails. An agent must meet the server that was named, or fail.
    return []


@contextlib.contextmanager
def virtual_time(clock: Callable[[], float], seed: int) -> Iterator[None]:
    """Pin aioxmpp's clock and every source of randomness that agents may use.

    `clock` gives seconds since the run's start. Stanza ids become a counter, and the global
    `random` generator is seeded for the length of the run.
    """
    state = random.getstate()
    with contextlib.ExitStack() as stack:
        stack.callback(random.setstate, state)
        random.seed(f"{seed}/global")
        _replace(stack, aioxmpp.utils, "time", SimpleNamespace(monotonic=clock))
        _replace(stack, aioxmpp.stanza, "random", _Counter())
        _replace(stack, aioxmpp.stanza, "to_nmtoken", "s{:x}".format)
        yield


class _Counter:
    """Stands for `random` in aioxmpp.stanza, which makes stanza ids with it."""

    def __init__(self) -> None:
        self._count = 0

    def getrandbits(self, _bits: int) -> int:
        self._count += 1
        return self._count


@contextlib.contextmanager
def tuning() -> Iterator[None]:
    """Make aioxmpp quicker: remembered string preparation, a leaner broker, less collecting.

    JIDs are immutable and few, and preparing them is a third of the stock time for a stanza.
    """
    thresholds = gc.get_threshold()
    with contextlib.ExitStack() as stack:
        stack.callback(gc.set_threshold, *thresholds)
        gc.set_threshold(200_000, 50, 100)
        for holder, name in _PURE_FUNCTIONS:
            cached = functools.lru_cache(_CACHE_SIZE)(getattr(holder, name))
            _replace(stack, holder, name, cached)
        jid = aioxmpp.structs.JID
        from_string: Any = functools.lru_cache(_CACHE_SIZE)(jid.fromstr.__func__)
        _replace(stack, jid, "fromstr", classmethod(from_string))
        _replace(stack, jid, "bare", functools.lru_cache(_CACHE_SIZE)(jid.bare))
        _replace(stack, aioxmpp.stream.custom_queue, "AsyncDeque", _Mailbox)
        _replace(stack, aioxmpp.stream.StanzaStream, "_run", _broker)
        yield


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


def _replace(stack: contextlib.ExitStack, holder: Any, name: str, value: Any) -> None:
    stack.callback(setattr, holder, name, vars(holder)[name])
    setattr(holder, name, value)


def _forget_signals() -> None:
    """Drop the signals of stopped clients: aioxmpp keeps every client through them."""
    for holder in _signal_holders():
        for value in vars(holder).values():
            if isinstance(value, aioxmpp.callbacks.Signal | aioxmpp.callbacks.SyncSignal):
                value._instances.clear()


def _signal_holders() -> Iterator[type]:
    seen: set[type] = set()
    waiting: list[type] = [aioxmpp.Client, aioxmpp.service.Service, aioxmpp.protocol.XMLStream]
    waiting += [aioxmpp.stream.StanzaStream, aioxmpp.utils.AlivenessMonitor]
    while waiting:
        holder = waiting.pop()
        if holder not in seen:
            seen.add(holder)
            yield holder
            waiting.extend(holder.__subclasses__())
