"""Connects an agent to the server that was named: STARTTLS, and a certificate that is verified.

SPADE tells aioxmpp not to verify certificates. Verification is therefore enforced here, on every
connection, whatever the agent asked for.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aioopenssl
import aiosasl
import OpenSSL.SSL
from aioxmpp import errors, nonza, protocol
from aioxmpp.connector import BaseConnector, to_ascii

from simulator.errors import AuthenticationRefused, BackendError, ServerUnavailable
from simulator.servers.real.trust import Trust, Untrusted

CONNECT_TIMEOUT = 10.0


class Unreachable(ServerUnavailable, ConnectionError):
    """The named server did not answer as an XMPP server does.

    It is a ConnectionError too, so that aioxmpp tries again later, as it does for any client
    whose network broke.
    """


@dataclass(frozen=True, slots=True)
class Address:
    """A server as people name it: what it is, and where."""

    server: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.server} at {host}:{self.port}"


class ServerConnector(BaseConnector):
    """Connects to one address with STARTTLS and verifies the certificate.

    The host and port that aioxmpp hands over must be those of `address`; another one is refused.
    Failures that may pass raise Unreachable, which aioxmpp retries; an untrusted certificate
    raises ServerUnavailable at once. Nothing is sent to a server that is not trusted except the
    stream header, which names the domain.
    """

    def __init__(self, address: Address, trust: Trust, timeout: float = CONNECT_TIMEOUT) -> None:
        self._address = address
        self._trust = trust
        self._timeout = timeout

    def at(self, address: Address) -> ServerConnector:
        """A connector to another address of the same server, with the same trust."""
        return ServerConnector(address, self._trust, self._timeout)

    @property
    def tls_supported(self) -> bool:
        """STARTTLS is not only supported but required."""
        return True

    @property
    def dane_supported(self) -> bool:
        """Certificates are not looked up in the DNS."""
        return False

    async def connect(
        self,
        loop: asyncio.AbstractEventLoop,
        metadata: Any,
        domain: str,
        host: str,
        port: int,
        negotiation_timeout: float,
        base_logger: Any = None,
    ) -> tuple[Any, Any, Any]:
        """Return transport, XMLStream and stream features, as aioxmpp's connectors do.

        `metadata` is not used: it holds what the agent thinks of verification.
        """
        if (host, port) != (self._address.host, self._address.port):
            raise ServerUnavailable(f"{self._address}: refused to connect to {host}:{port} instead")
        features_future = loop.create_future()
        stream = protocol.XMLStream(
            to=domain, features_future=features_future, base_logger=base_logger
        )
        with named_failures(self._address), _aborted_on_failure(stream, features_future):
            async with asyncio.timeout(self._timeout):
                transport = await self._open(loop, stream, domain)
                stream.deadtime_hard_limit = timedelta(seconds=negotiation_timeout)
                features = await self._secure(stream, transport, domain, await features_future)
        return transport, stream, features

    async def _open(self, loop: asyncio.AbstractEventLoop, stream: Any, domain: str) -> Any:
        transport, _ = await aioopenssl.create_starttls_connection(
            loop,
            lambda: stream,
            sock=await _dial(loop, self._address.host, self._address.port),
            peer_hostname=self._address.host,
            server_hostname=to_ascii(domain),
            use_starttls=True,
        )
        return transport

    async def _secure(self, stream: Any, transport: Any, domain: str, features: Any) -> Any:
        if not features.has_feature(nonza.StartTLSFeature):
            raise ServerUnavailable(f"{self._address} offers no TLS (STARTTLS)")
        answer = await protocol.send_and_wait_for(
            stream, [nonza.StartTLS()], [nonza.StartTLSFailure, nonza.StartTLSProceed]
        )
        if not isinstance(answer, nonza.StartTLSProceed):
            raise ServerUnavailable(f"{self._address} refused to start TLS")
        await stream.starttls(ssl_context=self._trust.context)
        self._trust.check(transport.get_extra_info("ssl_object"), domain)
        return await protocol.reset_stream_and_get_features(stream)


async def _dial(loop: asyncio.AbstractEventLoop, host: str, port: int) -> socket.socket:
    """Open a TCP connection to the first of the host's addresses that accepts it."""
    failure = OSError(f"{host} has no address")
    for family, kind, proto, _, place in await _resolve(loop, host, port):
        connection = socket.socket(family, kind, proto)
        connection.setblocking(False)
        try:
            await loop.sock_connect(connection, place)
        except OSError as error:
            connection.close()
            failure = error
        except BaseException:
            connection.close()
            raise
        else:
            # Answers are waited for: Nagle's delay could cost 40 ms each.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection
    raise failure


async def _resolve(loop: asyncio.AbstractEventLoop, host: str, port: int) -> list[Any]:
    try:
        # No thread for what is an address already; a population dials thousands of times.
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        return await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)


@contextlib.contextmanager
def _aborted_on_failure(stream: Any, features: asyncio.Future[Any]) -> Iterator[None]:
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
def named_failures(address: Address) -> Iterator[None]:
    """Turn the failures of a connection into BackendErrors that name the address."""
    try:
        yield
    except BackendError:
        raise
    except Untrusted as error:
        raise ServerUnavailable(f"{address} is not trusted: {error}") from error
    except TimeoutError as error:
        raise Unreachable(f"{address} does not answer") from error
    except aiosasl.AuthenticationFailure as error:
        raise AuthenticationRefused(f"{address} refused the account or its password") from error
    except errors.SASLUnavailable as error:
        raise AuthenticationRefused(f"{address} offers no way to log in that we know") from error
    except errors.StreamError as error:
        raise Unreachable(f"{address} refused the connection: {error}") from error
    except (OpenSSL.SSL.Error, ssl.SSLError) as error:
        raise Unreachable(f"{address}: the TLS handshake failed: {error!r}") from error
    except OSError as error:
        raise Unreachable(f"{address}: {_reason(error)}") from error


def _reason(error: OSError) -> str:
    # asyncio repeats the address where the system's reason belongs; resolvers count downwards.
    if error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    return error.strerror or str(error)


def explain(error: BaseException) -> BackendError | None:
    """The BackendError that made an agent's start fail, or None when it is something else.

    aioxmpp collects the failures of its attempts, and SPADE replaces the refusal of a password
    by an exception of its own; this finds the cause in what they raise.
    """
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, BackendError):
            return current
        if isinstance(current, aiosasl.AuthenticationFailure):
            return AuthenticationRefused(f"the server refused the account: {error}")
        waiting += [current.__context__, current.__cause__, *getattr(current, "exceptions", ())]
    return None
