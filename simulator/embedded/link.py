"""In-memory connections: two FIFO links with one-way latency, and the transports at their ends.

A link never reorders and never loses by itself. Latency is drawn for each chunk, and a chunk
never overtakes the one before it, as on one TCP connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any

from simulator.embedded.loop import VirtualTimeLoop
from simulator.scenario.plan import Distribution

_IN_PROCESS = "in-process link"


class Link:
    """One direction of a connection: bytes go in, and come out later in the same order.

    Chunks that arrive at one instant are handed over together. `deliver` gets the bytes;
    `finish` is called once, after the last chunk, with the exception that `close` was given.
    """

    def __init__(
        self,
        loop: VirtualTimeLoop,
        latency: Distribution,
        random: Random,
        deliver: Callable[[bytes], None],
        finish: Callable[[Exception | None], None],
    ) -> None:
        self._loop = loop
        self._latency = latency
        self._random = random
        self._deliver = deliver
        self._finish = finish
        self._in_flight: list[bytes] | None = None
        self._arrival = 0
        self._closed = False
        self._severed = False

    def send(self, data: bytes) -> None:
        """Put `data` on the way. Data sent after `close` or `sever` goes nowhere."""
        if self._closed or self._severed:
            return
        arrival = self._next_arrival()
        if self._in_flight is not None and arrival == self._arrival:
            self._in_flight.append(data)
            return
        self._arrival = arrival
        self._in_flight = chunks = [data]
        self._loop.call_at(arrival / 1e6, self._arrive, chunks)

    def close(self, error: Exception | None = None) -> None:
        """Let what is on the way arrive, then finish."""
        if self._closed:
            return
        self._closed = True
        self._arrival = arrival = self._next_arrival()
        self._in_flight = None
        self._loop.call_at(arrival / 1e6, self._end, error)

    def sever(self) -> None:
        """Lose what is on the way and everything that follows, without telling anybody."""
        self._severed = True

    def _next_arrival(self) -> int:
        now = self._loop.now
        return max(self._arrival, now + self._latency.sample(self._random))

    def _arrive(self, chunks: list[bytes]) -> None:
        if chunks is self._in_flight:
            self._in_flight = None
        if not self._severed:
            self._deliver(chunks[0] if len(chunks) == 1 else b"".join(chunks))

    def _end(self, error: Exception | None) -> None:
        if not self._severed:
            self._finish(error)


class MemoryTransport(asyncio.Transport):
    """The client's end of an in-memory connection, as an asyncio transport.

    An in-process link is confidential. aioxmpp offers SASL PLAIN only over TLS and asks the
    transport for its ``sslcontext``, so that name is answered with a marker.
    """

    def __init__(self, loop: VirtualTimeLoop, protocol: asyncio.Protocol, name: str) -> None:
        super().__init__({"sslcontext": _IN_PROCESS, "peername": (name, 0)})
        self._loop = loop
        self._protocol = protocol
        self._outgoing: Link | None = None
        self._closing = False
        self._lost = False

    def attach(self, outgoing: Link) -> None:
        """Set the link that carries what is written."""
        self._outgoing = outgoing

    def write(self, data: Any) -> None:
        # aioxmpp hands over a memoryview of a buffer that it uses again.
        if self._outgoing is not None:
            self._outgoing.send(bytes(data))

    def can_write_eof(self) -> bool:
        return False

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        """Close in order: the peer sees the end after everything that was written."""
        self._begin_close(None)

    def abort(self) -> None:
        """Close at once."""
        self._begin_close(None)

    def _begin_close(self, error: Exception | None) -> None:
        if self._closing:
            return
        self._closing = True
        if self._outgoing is not None:
            self._outgoing.close()
        self._loop.call_soon(self.lose, error)

    def receive(self, data: bytes) -> None:
        """Bytes from the peer arrived."""
        if not self._closing:
            self._protocol.data_received(data)

    def peer_closed(self, error: Exception | None) -> None:
        """The peer closed: in order without `error`, else with a reset."""
        self._closing = True
        self.lose(error)

    def lose(self, error: Exception | None) -> None:
        """Tell the protocol, once, that the connection is gone."""
        if self._lost:
            return
        self._lost = True
        self._closing = True
        self._protocol.connection_lost(error)
