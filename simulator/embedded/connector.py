"""The way in for agents: a connector that builds a stock aioxmpp stream over in-memory links."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from random import Random
from typing import Any

import aioxmpp.protocol
from aioxmpp.connector import BaseConnector

from simulator.embedded.link import Link, MemoryTransport
from simulator.embedded.loop import VirtualTimeLoop
from simulator.embedded.server import EmbeddedServer
from simulator.scenario.plan import Distribution


class MemoryConnector(BaseConnector):
    """Connects one agent to an embedded server; every connection has its own links.

    `random` is this agent's generator for latencies, so that the traffic of one agent does not
    change the latencies of another.
    """

    def __init__(
        self, server: EmbeddedServer, latency: Distribution, random: Random, agent: str
    ) -> None:
        self._server = server
        self._latency = latency
        self._random = random
        self._agent = agent

    @property
    def tls_supported(self) -> bool:
        return False

    @property
    def dane_supported(self) -> bool:
        return False

    async def connect(
        self,
        loop: VirtualTimeLoop,
        metadata: Any,
        domain: str,
        host: str,
        port: int,
        negotiation_timeout: float,
        base_logger: Any = None,
    ) -> tuple[MemoryTransport, Any, Any]:
        """Open a connection (see `aioxmpp.connector.BaseConnector.connect`)."""
        features: asyncio.Future[Any] = loop.create_future()
        stream = aioxmpp.protocol.XMLStream(
            to=domain, features_future=features, base_logger=base_logger
        )
        transport = self._open(loop, stream)
        stream.connection_made(transport)
        stream.deadtime_hard_limit = timedelta(seconds=negotiation_timeout)
        return transport, stream, await features

    def _open(self, loop: VirtualTimeLoop, stream: asyncio.Protocol) -> MemoryTransport:
        transport = MemoryTransport(loop, stream, self._agent)
        downwards = Link(
            loop, self._latency, self._random, transport.receive, transport.peer_closed
        )
        connection = self._server.connect(downwards.send, downwards.close)
        transport.attach(
            Link(loop, self._latency, self._random, connection.receive, connection.lost)
        )
        return transport
