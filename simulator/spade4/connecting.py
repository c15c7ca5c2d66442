"""How an agent reaches its server, for slixmpp: by the way that was named, and no other.

SPADE tells slixmpp not to verify certificates. Verification is therefore enforced here, on every
connection, whatever the agent asked for. Nothing of the wire is changed: slixmpp itself speaks,
over a connection that is made here.
"""

from __future__ import annotations

import asyncio
from typing import cast

from slixmpp.features.feature_starttls.stanza import Failure, Proceed
from slixmpp.stanza import StreamError, StreamFeatures

from simulator.errors import BackendError, ServerUnavailable
from simulator.servers.base import InMemory, Peer
from simulator.servers.real.connector import OverTls, Unreachable, dial, named_failures
from simulator.spade4.types import Client, Stanza


def lead(client: Client, peer: Peer) -> Way:
    """Let a client that is not connected yet reach its server in this way only."""
    return (
        MemoryWay(client, peer.way) if isinstance(peer.way, InMemory) else TlsWay(client, peer.way)
    )


class Way:
    """How a client reaches its server. `failure`: why it did not, the last time that it tried."""

    def __init__(self, client: Client, way: InMemory | OverTls) -> None:
        self.failure: BackendError | None = None
        self.address = way.address
        self._client = client
        client._attempt_connection = self._attempt
        client.get_dns_records = _nobody
        # Also where an agent of a user's was given another port.
        client.default_domain = client.requested_jid.domain

    async def _attempt(self, _host: str, _port: int, _tls: bool, _server: str | None) -> bool:
        """`XMLStream._attempt_connection`; what it is given is what the agent thinks."""
        client = self._client
        client.event_when_connected = "connected"
        client._connect_loop_wait += 1
        self.failure = None
        try:
            with named_failures(self.address):
                await self._connect()
        except BackendError as error:
            self.failure = error
            client.event("connection_failed", error)
            return False
        client._connect_loop_wait = 0
        return True

    async def _connect(self) -> None:
        """Connect, and let the client hear of it."""
        raise NotImplementedError

    def silence(self) -> None:
        """Never connect again, and say nothing more."""
        client = self._client
        client._attempt_connection = _never
        client.cancel_connection_attempt()
        for name in list(client.scheduled_events):
            client.cancel_schedule(name)
        if client._run_out_filters is not None:
            client._run_out_filters.cancel()


class MemoryWay(Way):
    """A connection inside this process, which is confidential without TLS."""

    def __init__(self, client: Client, way: InMemory) -> None:
        super().__init__(client, way)
        self._way = way
        client["feature_mechanisms"].unencrypted_plain = True

    async def _connect(self) -> None:
        self._way.connect(cast(asyncio.Protocol, self._client))


class TlsWay(Way):
    """Connects to one address with STARTTLS and verifies the certificate."""

    def __init__(self, client: Client, way: OverTls) -> None:
        super().__init__(client, way)
        self._way = way
        self._deadline: asyncio.TimerHandle | None = None
        client.start_tls = self._start_tls
        client.add_filter("in", self._only_what_leads_to_tls)
        client.add_event_handler("stream_error", self._refused)
        client.add_event_handler("disconnected", self._gone)

    async def _connect(self) -> None:
        client, loop = self._client, asyncio.get_running_loop()
        async with asyncio.timeout(self._way.timeout):
            connection = await dial(self._way.address)
        protocol = cast(asyncio.Protocol, client)
        self._deadline = loop.call_later(self._way.timeout, self._too_late)
        await loop.create_connection(lambda: protocol, sock=connection)

    async def _start_tls(self) -> bool:
        """`XMLStream.start_tls`."""
        client = self._client
        assert client.transport is not None
        try:
            with named_failures(self.address):
                attempt = asyncio.ensure_future(
                    asyncio.get_running_loop().start_tls(
                        client.transport,
                        cast(asyncio.Protocol, client),
                        self._way.trust.context,
                        server_hostname=client.requested_jid.domain.encode("idna").decode(),
                    )
                )
                # slixmpp takes a connection for one that was given up if there is no attempt.
                client._current_connection_attempt = attempt
                encrypted = await attempt
                assert encrypted is not None
                shown = encrypted.get_extra_info("ssl_object").getpeercert(binary_form=True)
                self._way.trust.check(shown, client.requested_jid.domain)
        except BackendError as error:
            self._fail(error)
            return False
        except asyncio.CancelledError:
            # Given up in the handshake, where asyncio tells the client nothing of the end.
            if self.failure is None:
                raise
            cast(asyncio.Protocol, client).connection_lost(None)
            return False
        self._in_time()
        client.connection_made(encrypted, send_event=False)
        return True

    def _only_what_leads_to_tls(self, stanza: Stanza) -> Stanza | None:
        """An incoming filter: before TLS, nobody vouches for what is said."""
        if self._leads_to_tls(stanza):
            return stanza
        if isinstance(stanza, StreamFeatures):
            self._fail(ServerUnavailable(f"{self.address} offers no TLS (STARTTLS)"))
        elif isinstance(stanza, Failure):
            self._fail(ServerUnavailable(f"{self.address} refused to start TLS"))
        else:
            self._fail(ServerUnavailable(f"{self.address} sent a stanza before TLS was started"))
        return None

    def _leads_to_tls(self, stanza: Stanza) -> bool:
        if isinstance(stanza, StreamFeatures) and "starttls" in stanza["features"]:
            return True
        return "starttls" in self._client.features or isinstance(stanza, Proceed | StreamError)

    def _refused(self, error: Stanza) -> None:
        if not self._client.sessionstarted:
            refused = f"{self.address} refused the connection: {error['condition']}"
            self.failure = Unreachable(refused)

    def _gone(self, _reason: object) -> None:
        self._in_time()
        if self.failure is None and not self._client.sessionstarted:
            self.failure = Unreachable(f"{self.address} closed the connection during the login")

    def _too_late(self) -> None:
        self._fail(Unreachable(f"{self.address} does not answer"))

    def _in_time(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _fail(self, error: BackendError) -> None:
        self._in_time()
        self.failure = error
        self._client.abort()


async def _nobody(*_arguments: object, **_options: object) -> list[tuple[str, str, str, int]]:
    """In place of DNS."""
    return []


async def _never(*_arguments: object) -> bool:
    # As if it had succeeded: a failure is tried again.
    return True
