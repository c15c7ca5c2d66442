"""A proxy on 127.0.0.1 between one agent and its server, in this process.

Faults of an agent's link are faults of its proxy. Bytes pass untouched, TLS included, so the
agent still verifies the server's certificate and the proxy reads nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from random import Random

from simulator.scenario.plan import Distribution
from simulator.servers.link_faults import DuplexState, LinkState
from simulator.servers.real.flow import Flow
from simulator.servers.real.ports import LOOPBACK, reserved_port

_LINGER_NOT = struct.pack("ii", 1, 0)
FILES = 4
"""Open files that a proxy needs: two sockets of its own, two for the connection through it."""


class Line:
    """One agent's proxy: where it listens, the faults on it, and the connections through it.

    `host` and `port` are the server's. `latency` is what a factor of slowness multiplies.
    `over(passage)` is called when the server's end of a connection is closed: the server knows.
    """

    def __init__(
        self,
        host: str,
        port: int,
        latency: Distribution,
        random: Random,
        over: Callable[[Passage], None],
    ) -> None:
        self._server = (host, port)
        self._latency = latency
        self._random = random
        self.over = over
        self.state = DuplexState()
        self.passages: list[Passage] = []
        self._refused = 0
        self._listener: asyncio.Server | None = None
        self._reserved = contextlib.ExitStack()
        self.port = 0
        """The port that the agent connects to."""

    @property
    def newest(self) -> Passage | None:
        """The agent's latest connection, over or not."""
        return self.passages[-1] if self.passages else None

    async def open(self) -> None:
        """Listen on a free port."""
        # The port stays ours, and closed, while connections are refused.
        self.port = self._reserved.enter_context(reserved_port("a proxy"))
        await self._listen()

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(
            self._accept, LOOPBACK, self.port, reuse_address=True
        )

    def _accept(self) -> asyncio.Protocol:
        self.passages = [passage for passage in self.passages if not passage.is_over]
        passage = Passage(self, *self._server)
        self.passages.append(passage)
        return passage.agent

    def refuse(self) -> None:
        """Close the port until `accept`. Each `refuse` needs an `accept`."""
        self._refused += 1
        self._stop_listening()

    async def accept(self) -> None:
        """Take one `refuse` back."""
        self._refused -= 1
        if not self._refused:
            await self._listen()

    def release(self) -> None:
        """Pass on what waited for the end of a stall."""
        for passage in self.passages:
            passage.up.release()
            passage.down.release()

    def delay(self, state: LinkState) -> float:
        """Seconds that faults add to the network's own latency, drawn for one chunk."""
        if not state.slowed:
            return 0.0
        usual = self._latency.sample(self._random)
        return max(0, state.latency(usual) - usual) / 1e6

    def close(self) -> None:
        """Close the port and every connection."""
        self._stop_listening()
        self._reserved.close()
        for passage in self.passages:
            passage.reset()

    def _stop_listening(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None


class Passage:
    """One connection of an agent: up to the server, and down to the agent."""

    def __init__(self, line: Line, host: str, port: int) -> None:
        self._line = line
        self._server_address = (host, port)
        self._connecting: asyncio.Task[None] | None = None
        self.agent = _End(self._dial)
        self.server = _End(self.agent.resume, lambda: line.over(self))
        up, down = line.state.up, line.state.down
        self.up = Flow(up, lambda: line.delay(up), self.server.write, self.server.finish)
        self.down = Flow(down, lambda: line.delay(down), self.agent.write, self.agent.finish)
        self.agent.flow, self.server.flow = self.up, self.down

    @property
    def is_over(self) -> bool:
        """Whether both ends are closed."""
        return self.agent.closed and self.server.closed

    # --- what can happen to it ---

    def reset(self) -> None:
        """Break the connection at both ends, and lose what was on the way."""
        self.up.sever()
        self.down.sever()
        self._abort()

    def close(self) -> None:
        """End it in order at both ends, as TCP sees it."""
        self.up.end()
        self.down.end()

    def crash(self, *, silent: bool) -> None:
        """Let the agent's end die; its system tells the server unless it is `silent`."""
        self.down.sever()
        if silent:
            self.up.sever()
        else:
            self.up.end()

    # --- bytes ---

    def _dial(self) -> None:
        # What the agent says meanwhile waits in its socket.
        self.agent.pause()
        self._connecting = asyncio.ensure_future(self._reach_server())

    async def _reach_server(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: self.server, *self._server_address)
        except OSError:
            self.server.closed = True
            self.agent.abort()

    def _abort(self) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
        self.agent.abort()
        self.server.abort()


class _End(asyncio.Protocol):
    """One of the two sockets. What it receives goes into its flow.

    `made` is called once it is connected, `over` once when the other side of it is gone.
    """

    flow: Flow

    def __init__(self, made: Callable[[], None], over: Callable[[], None] = lambda: None) -> None:
        self._made = made
        self._over = over
        self._told = False
        self._finished = False
        self._transport: asyncio.Transport | None = None
        self.closed = False

    # --- what asyncio calls ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Connected."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._made()

    def data_received(self, data: bytes) -> None:
        """Pass on bytes of the one that it is connected to."""
        self.flow.send(data)

    def eof_received(self) -> bool:
        """Pass on that the other side sends no more. It may still listen."""
        self._tell()
        self.flow.end()
        if self._finished and self._transport is not None:
            self._transport.close()
        return True

    def connection_lost(self, error: Exception | None) -> None:
        """Pass on that the socket is closed."""
        self.closed = True
        self._tell()
        self.flow.end(error)

    def _tell(self) -> None:
        if not self._told:
            self._told = True
            self._over()

    # --- what the passage asks ---

    @property
    def _open(self) -> asyncio.Transport | None:
        """The transport, unless it is closed or was never open."""
        transport = self._transport
        return None if transport is None or transport.is_closing() else transport

    def pause(self) -> None:
        """Read nothing for now."""
        if transport := self._open:
            transport.pause_reading()

    def resume(self) -> None:
        """Read again."""
        if transport := self._open:
            transport.resume_reading()

    def write(self, data: bytes) -> None:
        """Send bytes, if anybody is there."""
        if transport := self._open:
            transport.write(data)

    def finish(self, error: Exception | None) -> None:
        """Send no more, or with an error reset."""
        if error is not None:
            self.abort()
        elif transport := self._open:
            self._finished = True
            transport.write_eof()
            if self._told:
                transport.close()

    def abort(self) -> None:
        """Close the socket with a reset (RST)."""
        if transport := self._open:
            sock = transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
            transport.abort()
