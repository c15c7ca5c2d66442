"""The client's end of an in-memory connection, as an asyncio transport."""

from __future__ import annotations

import asyncio
from typing import cast

from simulator.servers.embedded.link import Link
from simulator.virtual_time.loop import VirtualTimeLoop

_IN_PROCESS = "in-process link"


class MemoryTransport(asyncio.Transport):
    """What the client writes to and hears from.

    An in-process link is confidential. aioxmpp offers SASL PLAIN only over TLS and asks the
    transport for its ``sslcontext``, so the transport has a marker under that name.
    """

    def __init__(self, loop: VirtualTimeLoop, name: str) -> None:
        super().__init__({"sslcontext": _IN_PROCESS, "peername": (name, 0)})
        self._loop = loop
        self._protocol = asyncio.Protocol()
        self._outgoing: Link | None = None
        self._closing = False
        self._lost = False

    def attach(self, outgoing: Link) -> None:
        """Set the link that carries what is written."""
        self._outgoing = outgoing

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Set who is told of what arrives."""
        # slixmpp's has the methods of an `asyncio.Protocol` and does not descend from it.
        self._protocol = cast(asyncio.Protocol, protocol)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send; aioxmpp hands over a memoryview of a buffer that it uses again."""
        if self._outgoing is not None:
            self._outgoing.send(bytes(data))

    def can_write_eof(self) -> bool:
        """The stream's footer ends it; there is no half-open state."""
        return False

    def is_closing(self) -> bool:
        """Whether the connection is closed or being closed."""
        return self._closing

    def close(self) -> None:
        """Close in order: the peer sees the end after everything that was written."""
        if self._closing:
            return
        self._closing = True
        if self._outgoing is not None:
            self._outgoing.close()
        self._loop.call_soon(self.lose, None)

    def abort(self) -> None:
        """Close at once."""
        self.close()

    def receive(self, data: bytes) -> None:
        """Bytes from the peer arrived."""
        if not self._closing:
            self._protocol.data_received(data)

    def lose(self, error: Exception | None) -> None:
        """The connection is gone: in order without `error`, else with a reset."""
        if self._lost:
            return
        self._lost = self._closing = True
        protocol, self._protocol = self._protocol, asyncio.Protocol()
        protocol.connection_lost(error)
