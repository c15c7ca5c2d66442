"""The in-memory network: every agent's connections to its server, and the faults on them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from simulator.scenario.plan import Distribution, FaultPlan
from simulator.servers.embedded.connection import Connection
from simulator.servers.embedded.link import Link
from simulator.servers.embedded.server import EmbeddedServer
from simulator.servers.embedded.transport import MemoryTransport
from simulator.servers.link_faults import DuplexState, LinkState
from simulator.virtual_time.loop import VirtualTimeLoop

REFUSING = ("refuse", "server_restart")
"""The faults during which new connections meet a closed port."""


@dataclass(slots=True)
class DuplexLink:
    """One connection and its two links: up is from the agent to the server."""

    transport: MemoryTransport
    connection: Connection
    up: Link
    down: Link

    @property
    def is_over(self) -> bool:
        """Whether both ends know that the connection is gone."""
        return self.connection.is_over and self.transport.is_closing()


@dataclass(slots=True)
class Line:
    """One agent's line to its server: its connections, and the faults that they share.

    While `refused` is not 0, new connections meet a closed port. `random` draws the line's
    latencies, so that the traffic of one agent does not change the latencies of another.
    """

    random: Random
    state: DuplexState = field(default_factory=DuplexState)
    refused: int = 0
    links: list[DuplexLink] = field(default_factory=list)

    def begin(self, fault: FaultPlan) -> None:
        """Begin a fault that lasts."""
        if fault.kind in REFUSING:
            self.refused += 1
        else:
            self.state.begin(fault)

    def end(self, fault: FaultPlan) -> None:
        """End it: what was held back comes through."""
        if fault.kind in REFUSING:
            self.refused -= 1
            return
        self.state.end(fault)
        for link in self.links:
            link.up.release()
            link.down.release()


class Network:
    """The lines of a run, by agent. `server_of` gives the server of an agent's domain.

    `everywhere`: the faults that hit every line now, and those of agents yet to come.
    """

    def __init__(
        self, server_of: Callable[[str], EmbeddedServer], latency: Distribution, seed: int
    ) -> None:
        self._server_of = server_of
        self._latency = latency
        self._seed = seed
        self._lines: dict[str, Line] = {}
        self.everywhere: list[FaultPlan] = []

    @property
    def lines(self) -> list[Line]:
        """The lines of all agents that have had one."""
        return list(self._lines.values())

    def line(self, agent: str) -> Line:
        """The agent's line; it keeps its generator for as long as the run lasts."""
        line = self._lines.get(agent)
        if line is None:
            line = self._lines[agent] = Line(Random(f"{self._seed}/link/{agent}"))
            for fault in self.everywhere:
                line.begin(fault)
        return line

    def connect(self, loop: VirtualTimeLoop, agent: str) -> DuplexLink:
        """Open a connection. Raises ConnectionRefusedError while it is refused."""
        line = self.line(agent)
        if line.refused:
            raise ConnectionRefusedError("the server refuses connections")
        transport = MemoryTransport(loop, agent)
        down = self._link(loop, line, line.state.down, transport.receive, transport.lose)
        connection = self._server_of(agent).connect(down.send, down.close)
        up = self._link(loop, line, line.state.up, connection.receive, connection.lost)
        transport.attach(up)
        link = DuplexLink(transport, connection, up, down)
        line.links = [older for older in line.links if not older.is_over]
        line.links.append(link)
        return link

    def open(self, agent: str, protocol: asyncio.Protocol) -> MemoryTransport:
        """Open a connection for an agent's protocol, on the running loop. Raises as `connect`."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop)
        transport = self.connect(loop, agent).transport
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        return transport

    def _link(
        self,
        loop: VirtualTimeLoop,
        line: Line,
        state: LinkState,
        deliver: Callable[[bytes], None],
        finish: Callable[[Exception | None], None],
    ) -> Link:
        return Link(loop, self._latency, line.random, deliver, finish, state)
