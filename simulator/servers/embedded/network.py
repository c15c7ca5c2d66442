"""Every agent's connection to the embedded server, and what can happen to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from simulator.scenario.plan import Distribution
from simulator.servers.embedded.connection import Connection
from simulator.servers.embedded.link import Link
from simulator.servers.embedded.server import EmbeddedServer
from simulator.servers.embedded.transport import MemoryTransport
from simulator.servers.link_faults import LineWeather, Weather
from simulator.virtual_time.loop import VirtualTimeLoop


@dataclass(slots=True)
class Wire:
    """One connection: up is from the agent to the server."""

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
    """One agent's line to the server: its connections and the weather on it.

    While `refused` is not 0, new connections meet a closed port. `random` draws the line's
    latencies, so that the traffic of one agent does not change the latencies of another.
    """

    random: Random
    weather: LineWeather = field(default_factory=LineWeather)
    refused: int = 0
    wires: list[Wire] = field(default_factory=list)


class Wires:
    """The lines of a run, by agent."""

    def __init__(self, server: EmbeddedServer, latency: Distribution, seed: int) -> None:
        self.server = server
        self._latency = latency
        self._seed = seed
        self._lines: dict[str, Line] = {}

    def line(self, agent: str) -> Line:
        """The agent's line; it keeps its generator for as long as the run lasts."""
        line = self._lines.get(agent)
        if line is None:
            line = self._lines[agent] = Line(Random(f"{self._seed}/link/{agent}"))
        return line

    def connect(self, loop: VirtualTimeLoop, agent: str) -> Wire:
        """Open a connection. Raises ConnectionRefusedError while it is refused."""
        line = self.line(agent)
        if line.refused:
            raise ConnectionRefusedError("the server refuses connections")
        transport = MemoryTransport(loop, agent)
        down = self._link(loop, line, line.weather.down, transport.receive, transport.lose)
        connection = self.server.connect(down.send, down.close)
        up = self._link(loop, line, line.weather.up, connection.receive, connection.lost)
        transport.attach(up)
        wire = Wire(transport, connection, up, down)
        line.wires = [older for older in line.wires if not older.is_over]
        line.wires.append(wire)
        return wire

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
        weather: Weather,
        deliver: Callable[[bytes], None],
        finish: Callable[[Exception | None], None],
    ) -> Link:
        return Link(loop, self._latency, line.random, deliver, finish, weather)
