"""A client's XML stream to a server: TLS, features and elements (RFC 6120, sections 4 and 5).

Whatever a server does instead of what RFC 6120 asks of it ends in an exception that names the
server and what it did.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import deque
from collections.abc import AsyncIterator
from xml.etree.ElementTree import Element
from xml.sax.saxutils import quoteattr

from simulator.errors import BackendError, InputError, ServerUnavailable
from simulator.servers.base import InMemory, Peer
from simulator.servers.real.connector import (
    CONNECT_TIMEOUT,
    OverTls,
    Unreachable,
    dial,
    named_failures,
)
from simulator.servers.real.trust import Anybody
from simulator.servers.xml import (
    CLIENT,
    STREAM_ERRORS,
    STREAM_FOOTER,
    STREAMS,
    StreamError,
    StreamParser,
    split_tag,
)

TLS = "urn:ietf:params:xml:ns:xmpp-tls"

_LEAVE_WITHIN = 1.0
_CHUNK = 1 << 12
_LONGEST_QUOTE = 60
_LONGEST_LINE = 300
_TLS_RECORDS = (b"\x15\x03", b"\x16\x03")
"""How an alert or a handshake of TLS begins."""


class StreamEnded(Unreachable):
    """The server ended the stream or the connection."""


class StreamRefused(StreamEnded):
    """The server ended the stream with an error (RFC 6120, section 4.9)."""

    def __init__(self, address: object, condition: str, text: str) -> None:
        self.condition = condition
        self.text = text
        super().__init__(f"{address} ended the stream: {in_words(condition, text)}")


class ProtocolViolation(ServerUnavailable):
    """The server sent what RFC 6120 does not allow here."""


class ClientStream:
    """One connection to a server, from the stream header on.

    `features` are what the server offered last, `is_verified` says whether somebody vouched for
    the server: TLS with a certificate that was checked, or a connection inside this process.
    """

    def __init__(self, peer: Peer, domain: str) -> None:
        self.address = peer.way.address
        self.domain = domain
        self.features = Element("none")
        self.is_verified = False
        self.requests = (f"visit-{number}" for number in itertools.count(1))
        self._way = peer.way
        self._transport: asyncio.Transport | None = None
        self._reader = asyncio.StreamReader()
        self._heard = False
        self._awaited = ""
        self._parser = self._new_parser()

    def _new_parser(self) -> StreamParser:
        """A parser for a new stream header; what came before it is dropped."""
        self._beginning = b""
        self._fault: StreamError | None = None
        self._ended = False
        self._elements: deque[Element] = deque()
        return StreamParser(lambda _header: None, self._elements.append, self._at_end)

    def _at_end(self) -> None:
        self._ended = True

    @property
    def tls_version(self) -> str | None:
        """The negotiated version of TLS; None for a connection inside this process."""
        assert self._transport is not None
        connection = self._transport.get_extra_info("ssl_object")
        return None if connection is None else str(connection.version())

    # --- time ---

    @contextlib.asynccontextmanager
    async def within(self, seconds: float) -> AsyncIterator[None]:
        """Raise BackendErrors that name the server for what fails or takes too long inside."""
        with named_failures(self.address):
            try:
                async with asyncio.timeout(seconds):
                    yield
            except TimeoutError:
                if not self._heard:
                    raise
                raise Unreachable(
                    f"{self.address} answered, but sent no {self._awaited} within {seconds:g} s"
                ) from None

    # --- the way to a stream that can be trusted ---

    async def connect(self) -> None:
        """Connect, with TLS unless the server is in this process, and read the features."""
        if isinstance(self._way, InMemory):
            self._transport = self._way.connect(asyncio.StreamReaderProtocol(self._reader))
            self.is_verified = True
            await self.restart()
            return
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_connection(
            lambda: asyncio.StreamReaderProtocol(self._reader), sock=await dial(self.address)
        )
        await self.restart()
        await self._start_tls(self._way)
        await self.restart()

    async def restart(self) -> None:
        """Send a stream header and wait for the features (RFC 6120, sections 4.2 and 4.3)."""
        self._parser.close()
        self._parser = self._new_parser()
        self.send(
            f"<?xml version='1.0'?><stream:stream to={quoteattr(self.domain)} version='1.0'"
            f" xmlns='{CLIENT}' xmlns:stream='{STREAMS}'>"
        )
        self.features = await self.next("stream features", f"{{{STREAMS}}}features")

    async def _start_tls(self, way: OverTls) -> None:
        """Negotiate TLS (RFC 6120, section 5.4) and check the certificate."""
        if self.features.find(f"{{{TLS}}}starttls") is None:
            raise ServerUnavailable(f"{self.address} offers no TLS (STARTTLS)")
        self.send(f"<starttls xmlns='{TLS}'/>")
        proceed, failure = f"{{{TLS}}}proceed", f"{{{TLS}}}failure"
        if (await self.next("answer to STARTTLS", proceed, failure)).tag == failure:
            raise ServerUnavailable(f"{self.address} refused to start TLS")
        self._awaited = "TLS handshake"
        # A new reader: nothing that came unencrypted may pass for encrypted.
        self._reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(self._reader)
        assert self._transport is not None
        encrypted = await asyncio.get_running_loop().start_tls(
            self._transport, protocol, way.trust.context, server_hostname=_ascii(self.domain)
        )
        assert isinstance(encrypted, asyncio.Transport)
        self._transport = encrypted
        protocol.connection_made(encrypted)
        shown = encrypted.get_extra_info("ssl_object").getpeercert(binary_form=True)
        way.trust.check(shown, self.domain)
        self.is_verified = not isinstance(way.trust, Anybody)

    # --- what is said and heard ---

    def send(self, text: str) -> None:
        """Send a piece of XML."""
        assert self._transport is not None
        if not self._transport.is_closing():
            self._transport.write(text.encode())

    async def next(self, awaited: str, *tags: str) -> Element:
        """The next element; `awaited` names in messages what it should be.

        Raises ProtocolViolation for XML that is none, or an element that is none of `tags` where
        they are given; StreamEnded when the server ends the stream.
        """
        self._awaited = awaited
        while not self._elements:
            await self._read_on(awaited)
        element = self._elements.popleft()
        if element.tag == f"{{{STREAMS}}}error":
            raise StreamRefused(self.address, *condition_of(element, STREAM_ERRORS))
        if tags and element.tag not in tags:
            raise self.violation(f"sent {_shown(element)} instead of {_article(awaited)}")
        return element

    async def _read_on(self, awaited: str) -> None:
        if self._ended:
            raise StreamEnded(
                f"{self.address} closed the stream instead of sending {_article(awaited)}"
            )
        if self._fault is not None:
            raise self.violation(
                f"sent no XMPP: {self._fault.text or self._fault.condition}"
                f" (it began with {_quoted(self._beginning)})"
            )
        data = await self._reader.read(_CHUNK)
        if not data:
            raise StreamEnded(
                f"{self.address} closed the connection instead of sending {_article(awaited)}"
            )
        self._heard = True
        if len(self._beginning) < _LONGEST_QUOTE:
            self._beginning += data
        try:
            self._parser.feed(data)
        except StreamError as error:
            self._fault = error

    def violation(self, deed: str) -> ProtocolViolation:
        """The exception for what the server did."""
        return ProtocolViolation(f"{self.address} {_printable(deed)}")

    # --- the end ---

    async def leave(self) -> None:
        """Close the stream, wait a moment for the server to do the same, and hang up."""
        with contextlib.suppress(TimeoutError, OSError, BackendError):
            async with asyncio.timeout(_LEAVE_WITHIN):
                self.send(STREAM_FOOTER)
                while True:
                    await self.next("end of the stream")

    async def hang_up(self) -> None:
        """Close the connection at once."""
        self._parser.close()
        if self._transport is not None:
            self._transport.abort()
            # The socket is closed in the loop's next round.
            await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def connected(peer: Peer, domain: str) -> AsyncIterator[ClientStream]:
    """A stream on which one can log in; it is closed at the end. Raises ServerUnavailable."""
    stream = ClientStream(peer, domain)
    try:
        async with stream.within(CONNECT_TIMEOUT):
            await stream.connect()
        try:
            yield stream
        finally:
            await stream.leave()
    finally:
        await stream.hang_up()


def condition_of(element: Element, namespace: str) -> tuple[str, str]:
    """Condition and text of a stream, SASL or stanza error (RFC 6120, 4.9.2, 6.5 and 8.3.2)."""
    condition, text = "undefined-condition", ""
    for child in element:
        place, name = split_tag(child.tag)
        if place != namespace:
            continue
        if name == "text":
            text = child.text or ""
        else:
            condition = name
    return condition, text


def in_words(condition: str, text: str) -> str:
    """``condition (text)``, in one printable line."""
    return _printable(f"{condition} ({text})" if text else condition)


def _printable(text: str) -> str:
    """Text from a server as it may go to a terminal: one line, and not too long."""
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    return line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}..."


def _shown(element: Element) -> str:
    namespace, name = split_tag(element.tag)
    return f"<{name} xmlns={namespace!r}>"


def _article(noun: str) -> str:
    """The noun with its article; features are many and need none."""
    if noun.endswith("s"):
        return noun
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _quoted(beginning: bytes) -> str:
    if beginning.startswith(_TLS_RECORDS):
        return "a TLS record: a port for STARTTLS is needed, usually 5222"
    line = beginning[:_LONGEST_QUOTE].split(b"\n")[0].strip()
    return repr(line)[1:]


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise InputError(f"{domain!r} is not a domain: {error}") from error
