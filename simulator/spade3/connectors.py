"""How an agent reaches its server, for aioxmpp: connectors that build its own XML streams.

SPADE tells aioxmpp not to verify certificates. Verification is therefore enforced here, on every
connection, whatever the agent asked for.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import timedelta

import aioopenssl
import aiosasl
import aioxmpp
import OpenSSL.SSL
from aioxmpp import errors, nonza, protocol
from aioxmpp.connector import BaseConnector, to_ascii

from simulator.errors import AuthenticationRefused, ServerUnavailable
from simulator.servers.base import InMemory, Peer
from simulator.servers.real.connector import Address, OverTls, Unreachable, dial, named_failures
from simulator.spade3.tls import verifier_of

Connected = tuple[asyncio.Transport, protocol.XMLStream, nonza.StreamFeatures]


def override_peer(client: aioxmpp.Client, peer: Peer) -> None:
    """Let a client that is not connected yet reach its server in this way only."""
    client.override_peer = [endpoint(peer)]


def endpoint(peer: Peer) -> tuple[str, int, BaseConnector]:
    """A way as aioxmpp takes it in `override_peer`."""
    connector = (
        MemoryConnector(peer.way) if isinstance(peer.way, InMemory) else TlsConnector(peer.way)
    )
    return peer.way.address.host, peer.way.address.port, connector


class MemoryConnector(BaseConnector):
    """Builds a stock stream over a connection inside this process."""

    tls_supported = dane_supported = False

    def __init__(self, way: InMemory) -> None:
        self._way = way

    async def connect(
        self,
        loop: asyncio.AbstractEventLoop,
        metadata: object,
        domain: str,
        host: str,
        port: int,
        negotiation_timeout: float,
        base_logger: object = None,
    ) -> Connected:
        """Open a connection (see `aioxmpp.connector.BaseConnector.connect`)."""
        features: asyncio.Future[nonza.StreamFeatures] = loop.create_future()
        stream = protocol.XMLStream(to=domain, features_future=features, base_logger=base_logger)
        transport = self._way.connect(stream)
        stream.deadtime_hard_limit = timedelta(seconds=negotiation_timeout)
        return transport, stream, await features


class TlsConnector(BaseConnector):
    """Connects to one address with STARTTLS and verifies the certificate.

    The host and port that aioxmpp hands over must be those of the way; another one is refused.
    aioxmpp retries what raises Unreachable, and gives up at another ServerUnavailable.
    """

    tls_supported = True
    dane_supported = False

    def __init__(self, way: OverTls) -> None:
        self._way = way
        self._verifier = verifier_of(way.trust)

    async def connect(
        self,
        loop: asyncio.AbstractEventLoop,
        metadata: object,
        domain: str,
        host: str,
        port: int,
        negotiation_timeout: float,
        base_logger: object = None,
    ) -> Connected:
        """Return transport, XMLStream and stream features, as aioxmpp's connectors do.

        `metadata` is not used: it holds what the agent thinks of verification.
        """
        address = self._way.address
        if (host, port) != (address.host, address.port):
            raise ServerUnavailable(f"{address}: refused to connect to {host}:{port} instead")
        offered: asyncio.Future[nonza.StreamFeatures] = loop.create_future()
        stream = protocol.XMLStream(to=domain, features_future=offered, base_logger=base_logger)
        with named_spade_failures(address), _aborted_on_failure(stream, offered):
            async with asyncio.timeout(self._way.timeout):
                transport = await self._open(loop, stream, domain)
                stream.deadtime_hard_limit = timedelta(seconds=negotiation_timeout)
                features = await self._secure(stream, transport, domain, await offered)
        return transport, stream, features

    async def _open(
        self, loop: asyncio.AbstractEventLoop, stream: protocol.XMLStream, domain: str
    ) -> asyncio.Transport:
        transport: asyncio.Transport
        transport, _ = await aioopenssl.create_starttls_connection(
            loop,
            lambda: stream,
            sock=await dial(self._way.address),
            peer_hostname=self._way.address.host,
            server_hostname=to_ascii(domain),
            use_starttls=True,
        )
        return transport

    async def _secure(
        self,
        stream: protocol.XMLStream,
        transport: asyncio.Transport,
        domain: str,
        features: nonza.StreamFeatures,
    ) -> nonza.StreamFeatures:
        address = self._way.address
        if not features.has_feature(nonza.StartTLSFeature):
            raise ServerUnavailable(f"{address} offers no TLS (STARTTLS)")
        answer = await protocol.send_and_wait_for(
            stream, [nonza.StartTLS()], [nonza.StartTLSFailure, nonza.StartTLSProceed]
        )
        if not isinstance(answer, nonza.StartTLSProceed):
            raise ServerUnavailable(f"{address} refused to start TLS")
        await stream.starttls(ssl_context=self._verifier.context)
        self._verifier.check(transport.get_extra_info("ssl_object"), domain)
        return await protocol.reset_stream_and_get_features(stream)


@contextlib.contextmanager
def _aborted_on_failure(
    stream: protocol.XMLStream, features: asyncio.Future[nonza.StreamFeatures]
) -> Iterator[None]:
    try:
        yield
    except BaseException:
        stream.abort()
        # The stream fails what nobody waits for any more.
        features.cancel()
        if features.done() and not features.cancelled():
            features.exception()
        raise


@contextlib.contextmanager
def named_spade_failures(address: Address) -> Iterator[None]:
    """As `named_failures`, with what aioxmpp and its libraries raise."""
    with named_failures(address):
        try:
            yield
        except aiosasl.AuthenticationFailure as error:
            raise AuthenticationRefused(f"{address} refused the account or its password") from error
        except errors.SASLUnavailable as error:
            raise AuthenticationRefused(
                f"{address} offers no login mechanism that we know"
            ) from error
        except errors.StreamError as error:
            raise Unreachable(f"{address} refused the connection: {error}") from error
        except OpenSSL.SSL.Error as error:
            raise Unreachable(f"{address}: the TLS handshake failed: {error!r}") from error
