"""Connecting to servers that misbehave: always an error that names the server, in time."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from types import SimpleNamespace
from typing import cast

import pytest
from spade.xmpp_client import XMPPClient

from simulator.errors import ServerUnavailable
from simulator.servers.base import Peer
from simulator.servers.real.connector import Address, OverTls, Unreachable
from simulator.servers.real.trust import Anybody, Trust
from simulator.spade4.connecting import lead
from simulator.spade4.types import Client

HEADER = (
    b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' from='localhost' id='1'"
    b" xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
)
STARTTLS = b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>"
PLAIN_ONLY = (
    b"<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
    b"<mechanism>PLAIN</mechanism><mechanism>SCRAM-SHA-1</mechanism></mechanisms></stream:features>"
)
PROCEED = b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
FAILURE = b"<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>"
SUCCESS = b"<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"
HOST_UNKNOWN = (
    b"<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
    b"</stream:stream>"
)
told = SimpleNamespace(received=b"", address="")
"""What the last server of `against` was told, and how it is called."""


async def connect(port: int, within: float = 0.5, trust: Trust | None = None) -> None:
    """Let a stock client connect by the named way; it means to go elsewhere. Raises its failure."""
    address = Address("testserver", "127.0.0.1", port)
    client = cast(Client, XMPPClient("me@localhost", "secret", False, False))
    way = lead(client, Peer(OverTls(address, trust or Anybody(), timeout=within)))
    over = asyncio.Event()
    for event in ("disconnected", "connection_failed"):
        client.add_event_handler(event, lambda _data: over.set())
    client.connect("elsewhere.invalid", 5222)
    try:
        await asyncio.wait_for(over.wait(), 5)
    finally:
        way.silence()
        client.abort()
    assert way.failure is not None
    raise way.failure


async def against(*answers: bytes, within: float = 0.5, trust: Trust | None = None) -> None:
    """Connect to a server that gives these answers, one for each thing it is told."""
    received = bytearray()
    closed = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
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
            await connect(port, within, trust)
        finally:
            # Whatever happened, the connection is not left open.
            await asyncio.wait_for(closed.wait(), 5)
            told.received = bytes(received)
            told.address = f"testserver at 127.0.0.1:{port}"


def test_a_dead_port_is_named() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        port = holder.getsockname()[1]
    with pytest.raises(Unreachable, match=f"testserver at 127.0.0.1:{port}: Connection refused"):
        asyncio.run(connect(port))


@pytest.mark.parametrize("answers", [(), (HEADER,), (HEADER + STARTTLS,)])
def test_a_silent_server_is_given_up_in_time(answers: tuple[bytes, ...]) -> None:
    started = time.perf_counter()
    with pytest.raises(Unreachable, match="does not answer"):
        asyncio.run(against(*answers, within=0.3))
    assert time.perf_counter() - started < 4


def test_a_server_that_is_silent_in_the_handshake_is_given_up_in_time() -> None:
    with pytest.raises(Unreachable, match="does not answer"):
        asyncio.run(against(HEADER + STARTTLS, PROCEED, within=0.3))


@pytest.mark.parametrize("features", [b"<stream:features/>", PLAIN_ONLY])
def test_a_server_without_tls_is_refused_and_told_nothing(features: bytes) -> None:
    with pytest.raises(ServerUnavailable, match="offers no TLS") as caught:
        asyncio.run(against(HEADER + features))
    assert told.address in str(caught.value)
    assert b"auth" not in told.received


@pytest.mark.parametrize("before", [SUCCESS, b"<presence from='x@localhost'/>"])
def test_nothing_counts_that_is_said_before_tls(before: bytes) -> None:
    with pytest.raises(ServerUnavailable, match="before TLS was started"):
        asyncio.run(against(HEADER + before))


def test_a_server_that_refuses_to_start_tls() -> None:
    with pytest.raises(ServerUnavailable, match="refused to start TLS"):
        asyncio.run(against(HEADER + STARTTLS, FAILURE))


def test_a_server_that_talks_nonsense_in_the_handshake() -> None:
    with pytest.raises(Unreachable, match="TLS handshake failed") as caught:
        asyncio.run(against(HEADER + STARTTLS, PROCEED, b"nonsense" * 100))
    assert told.address in str(caught.value)


def test_a_server_that_does_not_serve_the_domain() -> None:
    with pytest.raises(Unreachable, match="host-unknown") as caught:
        asyncio.run(against(HEADER + HOST_UNKNOWN))
    assert told.address in str(caught.value)


def test_a_server_that_hangs_up() -> None:
    with pytest.raises(Unreachable, match="closed the connection") as caught:
        asyncio.run(against(HEADER + b"</stream:stream>"))
    assert told.address in str(caught.value)
