"""Connecting to servers that misbehave: always an error that names the server, in time."""

import asyncio
import contextlib
import gc
import logging
import socket
import time
from types import SimpleNamespace

import aiosasl
import aioxmpp.errors
import pytest

from simulator.agents.failures import explain
from simulator.errors import AuthenticationRefused, ServerUnavailable
from simulator.servers.base import Peer
from simulator.servers.real.connector import Address, OverTls, Unreachable
from simulator.servers.real.trust import Anybody
from simulator.spade3.connectors import endpoint, named_spade_failures
from simulator.spade3.generation import GENERATION

HEADER = (
    b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' from='localhost' id='1'"
    b" xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
)
STARTTLS = b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>"
NO_TLS = b"<stream:features/>"
LOGGER = logging.getLogger(__name__)
PROCEED = b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
FAILURE = b"<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>"
HOST_UNKNOWN = (
    b"<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
    b"</stream:stream>"
)


async def connect(port, within=0.5, host="127.0.0.1", to_port=None):
    address = Address("testserver", host, port)
    _, _, connector = endpoint(Peer(OverTls(address, Anybody(), timeout=within)))
    loop = asyncio.get_running_loop()
    return await connector.connect(
        loop, None, "localhost", host, to_port or port, 5, base_logger=LOGGER
    )


told = SimpleNamespace(received=b"", address="")
"""What the last server of `against` was told, and how it is called."""


async def against(*answers, within=0.5):
    """Connect to a server that gives these answers, one for each thing it is told."""
    received = bytearray()
    closed = asyncio.Event()

    async def serve(reader, writer):
        with contextlib.suppress(ConnectionError):
            for answer in answers:
                received.extend(await reader.read(4096))
                writer.write(answer)
                await writer.drain()
            while more := await reader.read(4096):
                received.extend(more)
        writer.close()
        closed.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    async with server:
        port = server.sockets[0].getsockname()[1]
        try:
            await connect(port, within)
        finally:
            # Whatever happened, the connection is not left open.
            await asyncio.wait_for(closed.wait(), 2)
            told.received = bytes(received)
            told.address = f"testserver at 127.0.0.1:{port}"


def free_port():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        return holder.getsockname()[1]


def test_a_dead_port_is_named():
    port = free_port()
    with pytest.raises(Unreachable, match=f"testserver at 127.0.0.1:{port}: Connection refused"):
        asyncio.run(connect(port))


def test_a_host_that_does_not_exist_is_named():
    with pytest.raises(Unreachable, match=r"testserver at no-such-host\.invalid:5222"):
        asyncio.run(connect(5222, within=5, host="no-such-host.invalid"))


@pytest.mark.parametrize("answers", [(), (HEADER,), (HEADER + STARTTLS,)])
def test_a_silent_server_is_given_up_in_time(answers):
    started = time.perf_counter()
    with pytest.raises(Unreachable, match="does not answer"):
        asyncio.run(against(*answers, within=0.3))
    assert time.perf_counter() - started < 2


def test_a_server_that_is_silent_in_the_handshake_is_given_up_in_time():
    with pytest.raises(Unreachable, match="does not answer"):
        asyncio.run(against(HEADER + STARTTLS, PROCEED, within=0.3))


def test_a_server_without_tls_is_refused_and_told_nothing():
    with pytest.raises(ServerUnavailable, match="offers no TLS") as caught:
        asyncio.run(against(HEADER + NO_TLS))
    assert told.address in str(caught.value)
    assert b"auth" not in told.received


def test_a_server_that_refuses_to_start_tls():
    with pytest.raises(ServerUnavailable, match="refused to start TLS"):
        asyncio.run(against(HEADER + STARTTLS, FAILURE))


def test_a_server_that_talks_nonsense_in_the_handshake():
    with pytest.raises(Unreachable, match="TLS handshake failed") as caught:
        asyncio.run(against(HEADER + STARTTLS, PROCEED, b"nonsense" * 100))
    assert told.address in str(caught.value)


@pytest.mark.parametrize("nonsense", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00\xff\x00"])
def test_a_server_that_is_no_xmpp_server(nonsense):
    with pytest.raises(Unreachable) as caught:
        asyncio.run(against(nonsense))
    assert told.address in str(caught.value)


def test_a_server_that_does_not_serve_the_domain():
    with pytest.raises(Unreachable, match="host-unknown") as caught:
        asyncio.run(against(HEADER + HOST_UNKNOWN))
    assert told.address in str(caught.value)


def test_another_address_than_the_named_one_is_refused():
    with pytest.raises(ServerUnavailable, match=r"refused to connect to 127\.0\.0\.1:5222 instead"):
        asyncio.run(connect(free_port(), to_port=5222))


def test_an_unreachable_server_is_retried_by_aioxmpp_but_an_untrusted_one_is_not():
    assert issubclass(Unreachable, OSError)
    assert not issubclass(ServerUnavailable, OSError)


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (aiosasl.AuthenticationFailure("not-authorized"), AuthenticationRefused),
        (aioxmpp.errors.SASLUnavailable("no mechanism"), AuthenticationRefused),
        (ConnectionResetError(104, "Connection reset by peer"), Unreachable),
        (TimeoutError(), Unreachable),
    ],
)
def test_failures_are_named(failure, expected):
    with pytest.raises(expected, match=r"s at h:1"), named_spade_failures(Address("s", "h", 1)):
        raise failure


def test_other_failures_pass_unchanged():
    with pytest.raises(ZeroDivisionError), named_spade_failures(Address("s", "h", 1)):
        raise ZeroDivisionError


def test_explain_finds_a_password_that_spade_hides():
    def start_as_spade_does():
        try:
            raise aiosasl.AuthenticationFailure("user intervention")
        except aiosasl.AuthenticationFailure:
            raise KeyError("SPADE's own") from None

    with pytest.raises(KeyError) as caught:
        start_as_spade_does()
    assert isinstance(explain(caught.value, GENERATION.password_refusals), AuthenticationRefused)


@pytest.mark.parametrize("rest", [b"", b"</stream:stream>", HOST_UNKNOWN])
@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 400 Bad Request", HEADER])
def test_a_hasty_server_leaves_no_complaint_behind(first, rest):
    """It talks before it was asked and hangs up, perhaps before anybody waits for its answer."""
    complaints = []

    async def hang_up(_reader, writer):
        writer.write(first + rest)
        writer.close()

    def told(_loop, context):
        if not GENERATION.is_reported_elsewhere(context):
            complaints.append(context)

    async def main():
        asyncio.get_running_loop().set_exception_handler(told)
        server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
        with pytest.raises(Unreachable):
            await connect(server.sockets[0].getsockname()[1], 0.3)
        server.close()
        gc.collect()

    asyncio.run(main())
    gc.collect()
    assert complaints == []
