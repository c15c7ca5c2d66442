"""How a server that was named is reached: its address, what it has to show, and its failures."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from simulator.errors import BackendError, ServerUnavailable
from simulator.servers.real.trust import Trust, Untrusted

CONNECT_TIMEOUT = 10.0


class Unreachable(ServerUnavailable, ConnectionError):
    """The named server did not answer as an XMPP server does.

    It is a ConnectionError too, so that agents try again later, as they do when their network
    breaks.
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


@dataclass(frozen=True, slots=True)
class OverTls:
    """The way to one address, over TCP and STARTTLS, which is required.

    Whoever goes it meets the server at `address` or fails with its name: Unreachable for what may
    pass, ServerUnavailable for a server without TLS or with a certificate that `trust` refuses.
    Nothing is sent to a server that is not trusted except the stream header, which names the
    domain. `timeout`: seconds until the TLS handshake must be over.
    """

    address: Address
    trust: Trust
    timeout: float = CONNECT_TIMEOUT

    def by_way_of(self, address: Address) -> OverTls:
        """The way to the same server by another address, with the same trust."""
        return replace(self, address=address)


async def dial(address: Address) -> socket.socket:
    """Open a TCP connection to the first of the host's addresses that accepts it.

    Raises OSError.
    """
    loop = asyncio.get_running_loop()
    failure = OSError(f"{address.host} has no address")
    for family, kind, proto, _, place in await _resolve(loop, address):
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


async def _resolve(
    loop: asyncio.AbstractEventLoop, address: Address
) -> Sequence[tuple[int, int, int, str, tuple[object, ...]]]:
    host, port = address.host, address.port
    try:
        # No thread for what is an address already; a population dials thousands of times.
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        return await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)


@contextlib.contextmanager
def named_failures(address: Address) -> Iterator[None]:
    """Turn the failures of a connection into BackendErrors that name the address."""
    try:
        yield
    except BackendError:
        raise
    except Untrusted as error:
        raise ServerUnavailable(f"{address} is not trusted: {error}") from error
    except ssl.SSLCertVerificationError as error:
        raise ServerUnavailable(
            f"{address} is not trusted: its certificate chain fails: {error.verify_message}"
        ) from error
    except TimeoutError as error:
        raise Unreachable(f"{address} does not answer") from error
    except ssl.SSLError as error:
        raise Unreachable(f"{address}: the TLS handshake failed: {_tls_reason(error)}") from error
    except OSError as error:
        raise Unreachable(f"{address}: {_reason(error)}") from error


def _reason(error: OSError) -> str:
    # asyncio repeats the address where the system's reason belongs; resolvers count downwards.
    if error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    return error.strerror or str(error) or "the connection broke"


def _tls_reason(error: ssl.SSLError) -> str:
    # OpenSSL's reasons look like WRONG_VERSION_NUMBER; not every error has one.
    reason: str = getattr(error, "reason", None) or str(error)
    return reason.lower().replace("_", " ")
