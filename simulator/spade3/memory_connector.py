"""The way in for agents: a connector that builds a stock aioxmpp stream over in-memory links."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import aioxmpp.protocol
from aioxmpp.connector import BaseConnector

from simulator.servers.embedded.network import Network
from simulator.servers.embedded.transport import MemoryTransport
from simulator.virtual_time.loop import VirtualTimeLoop


class MemoryConnector(BaseConnector):
    """Connects one agent to an embedded server; every connection has its own links."""

    def __init__(self, network: Network, agent: str) -> None:
        self._network = network
        self._agent = agent

    @property
    def tls_supported(self) -> bool:
        """There is no TLS inside a process."""
        return False

    @property
    def dane_supported(self) -> bool:
        """There is no DNS inside a process."""
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
        transport = self._network.connect(loop, self._agent).transport
        features: asyncio.Future[Any] = loop.create_future()
        stream = aioxmpp.protocol.XMLStream(
            to=domain, features_future=features, base_logger=base_logger
        )
        transport.set_protocol(stream)
        stream.connection_made(transport)
        stream.deadtime_hard_limit = timedelta(seconds=negotiation_timeout)
        return transport, stream, await features
