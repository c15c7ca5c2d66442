"""Visits to servers that answer nonsense: each is named, with what it did wrong, and in time."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gc
import logging
import ssl
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import scramp

from simulator.errors import AuthenticationRefused, BackendError, ServerUnavailable
from simulator.rfc6121.stanza import Jid
from simulator.servers.base import Peer
from simulator.servers.local.certificate import Certificate, make_certificate
from simulator.servers.real import session as sessions
from simulator.servers.real import stream as streams
from simulator.servers.real.connector import Address, OverTls
from simulator.servers.real.session import RequestRefused, greet, register, session
from simulator.servers.real.stream import StreamRefused
from simulator.servers.real.trust import Anybody, Authorities, Trust

HEADER = (
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' from='localhost' id='1'"
    " xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
)
TLS = "urn:ietf:params:xml:ns:xmpp-tls"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
BIND = "urn:ietf:params:xml:ns:xmpp-bind"
SESSION = "urn:ietf:params:xml:ns:xmpp-session"
STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"
ERRORS = "urn:ietf:params:xml:ns:xmpp-streams"

STARTTLS = f"{HEADER}<stream:features><starttls xmlns='{TLS}'/></stream:features>"
PROCEED = f"<proceed xmlns='{TLS}'/>"
END = "</stream:stream>"


def stream_error(condition: str, text: str = "") -> str:
    text = f"<text xmlns='{ERRORS}'>{text}</text>" if text else ""
    return f"<stream:error><{condition} xmlns='{ERRORS}'/>{text}</stream:error>{END}"


def mechanisms(*names: str) -> str:
    offered = "".join(f"<mechanism>{name}</mechanism>" for name in names)
    return (
        f"{HEADER}<stream:features><mechanisms xmlns='{SASL}'>{offered}</mechanisms>"
        "</stream:features>"
    )


PLAIN = mechanisms("PLAIN")
SUCCESS = f"<success xmlns='{SASL}'/>"
FEATURES = f"{HEADER}<stream:features><bind xmlns='{BIND}'/></stream:features>"


def failure(condition: str, text: str = "") -> str:
    text = f"<text>{text}</text>" if text else ""
    return f"<failure xmlns='{SASL}'><{condition}/>{text}</failure>"


def bound(jid: str = "<jid>ann@localhost/desk</jid>", number: int = 1) -> str:
    return f"<iq type='result' id='visit-{number}'><bind xmlns='{BIND}'>{jid}</bind></iq>"


def refusal(condition: str, number: int = 2, text: str = "") -> str:
    text = f"<text xmlns='{STANZAS}'>{text}</text>" if text else ""
    return (
        f"<iq type='error' id='visit-{number}'><error type='cancel'>"
        f"<{condition} xmlns='{STANZAS}'/>{text}</error></iq>"
    )


def roster(*items: str, number: int = 2) -> str:
    query = f"<query xmlns='jabber:iq:roster'>{''.join(items)}</query>"
    return f"<iq type='result' id='visit-{number}'>{query}</iq>"


LOGIN = (PLAIN, SUCCESS, FEATURES)
"""What a server says inside TLS until somebody is logged in."""
CLOSE = ""
"""Instead of an answer: the server hangs up."""

Answer = str | bytes | Callable[[bytes], str]


class Server:
    """Gives these answers, one for each thing it is told, the `inside` ones after STARTTLS."""

    def __init__(self, certificate: Certificate) -> None:
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificate.bundle)
        self.trust = Authorities(certificate.authority)
        self.address = ""
        self.received = b""
        self.complaints: list[object] = []

    def visit(
        self,
        visiting: Callable[[Peer], Awaitable[None]],
        *plain: Answer,
        inside: tuple[Answer, ...] = (),
        trust: Trust | None = None,
        proceed: str = PROCEED,
    ) -> None:
        """Let somebody visit a server with these answers."""

        async def main() -> None:
            asyncio.get_running_loop().set_exception_handler(
                lambda _loop, context: self.complaints.append(context)
            )
            finished = asyncio.Event()

            async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                with contextlib.suppress(OSError):
                    await self._answer(reader, writer, plain)
                    if inside:
                        await self._answer(reader, writer, (STARTTLS, proceed))
                        await writer.start_tls(self._tls)
                        await self._answer(reader, writer, inside)
                    while more := await reader.read(4096):
                        self.received += more
                writer.close()
                finished.set()

            async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
                port = server.sockets[0].getsockname()[1]
                address = Address("server", "127.0.0.1", port)
                self.address = str(address)
                try:
                    await visiting(Peer(OverTls(address, trust or self.trust)))
                finally:
                    # Whatever happened, the connection is not left open.
                    await asyncio.wait_for(finished.wait(), 5)

        asyncio.run(main())
        gc.collect()
        assert self.complaints == []

    async def _answer(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        answers: tuple[Answer, ...],
    ) -> None:
        for answer in answers:
            told = await reader.read(4096)
            self.received += told
            if answer == CLOSE:
                raise ConnectionAbortedError
            text = answer(told) if callable(answer) else answer
            writer.write(text if isinstance(text, bytes) else text.encode())
            await writer.drain()


@pytest.fixture
def server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[Server]:
    """A server to be given answers; nobody waits long for them, and nothing is logged."""
    monkeypatch.setattr(streams, "CONNECT_TIMEOUT", 0.5)
    monkeypatch.setattr(sessions, "CONNECT_TIMEOUT", 0.5)
    monkeypatch.setattr(sessions, "_ANSWER_WITHIN", 0.5)
    monkeypatch.setattr(streams, "_LEAVE_WITHIN", 0.1)
    with caplog.at_level(logging.WARNING):
        yield Server(make_certificate("localhost", tmp_path))
    assert caplog.records == []


async def greeting(peer: Peer) -> None:
    await greet(peer, "localhost")


async def reading(peer: Peer) -> None:
    async with session(peer, Jid("ann@localhost"), "sesame") as visit:
        await visit.roster()


NONSENSE: dict[str, tuple[tuple[str | bytes, ...], str]] = {
    "silent": ((), "does not answer"),
    "silent after its header": ((HEADER,), "answered, but sent no stream features within 0.5 s"),
    "silent in its header": (("<?xml",), "answered, but sent no stream features within 0.5 s"),
    "closes at once": ((CLOSE,), "closed the connection instead of sending stream features"),
    "closes its stream": ((HEADER + END,), "closed the stream instead of sending stream features"),
    "HTTP": (
        (b"HTTP/1.1 400 Bad Request\r\n\r\n",),
        "sent no XMPP: not well-formed (invalid token) (it began with 'HTTP/1.1 400 Bad Request')",
    ),
    "TLS at once": (
        (b"\x15\x03\x03\x00\x02\x02\x0a",),
        "sent no XMPP: not well-formed (invalid token) (it began with a TLS record:"
        " a port for STARTTLS is needed, usually 5222)",
    ),
    "binary garbage": (
        (b"\x00\xff\x1b[31m\x00",),
        r"sent no XMPP: not well-formed (invalid token) (it began with '\x00\xff\x1b[31m\x00')",
    ),
    "mail": (
        (b"220 mail.example.org ESMTP\r\n",),
        "sent no XMPP: syntax error (it began with '220 mail.example.org ESMTP')",
    ),
    "another root": (
        ("<html>",),
        "sent no XMPP: the root element is not a stream (it began with '<html>')",
    ),
    "another namespace": (
        ("<stream:stream xmlns:stream='urn:x'>",),
        "sent no XMPP: the root element is not a stream"
        " (it began with \"<stream:stream xmlns:stream='urn:x'>\")",
    ),
    "two roots": (
        (HEADER + END + HEADER,),
        "closed the stream instead of sending stream features",
    ),
    "two headers": (
        (HEADER + HEADER,),
        "sent no XMPP: XML or text declaration not at start of entity",
    ),
    "endless header": (
        ("<stream:stream a='" + "x" * (1 << 19),),
        "sent no XMPP: an element over 262144 bytes (it began with \"<stream:stream a='xxxx",
    ),
    "huge element": (
        (f"{HEADER}<stream:features>{'x' * (1 << 19)}",),
        "sent no XMPP: an element over 262144 bytes",
    ),
    "deep element": ((HEADER + "<a>" * 100,), "sent no XMPP: elements nested over 64 deep"),
    "text between elements": ((HEADER + "hello",), "sent no XMPP: text between stanzas"),
    "a document type": (("<!DOCTYPE x>",), "sent no XMPP: a document type declaration"),
    "a comment": ((HEADER + "<!-- x -->",), "sent no XMPP: a comment"),
    "not UTF-8": ((HEADER.encode() + b"<a>\xe9\xff</a>",), "sent no XMPP: not well-formed"),
    "a message first": (
        (HEADER + "<message/>",),
        "sent <message xmlns='jabber:client'> instead of stream features",
    ),
    "stream error": (
        (HEADER + stream_error("host-unknown"),),
        "ended the stream: host-unknown",
    ),
    "stream error with text": (
        (HEADER + stream_error("see-other-host", "over\n there\u009b"),),
        "ended the stream: see-other-host (over  there )",
    ),
    "empty stream error": ((HEADER + "<stream:error/>",), "ended the stream: undefined-condition"),
    "no TLS": ((f"{HEADER}<stream:features/>",), "offers no TLS (STARTTLS)"),
    "TLS refused": ((STARTTLS, f"<failure xmlns='{TLS}'/>{END}"), "refused to start TLS"),
    "STARTTLS answered with nonsense": (
        (STARTTLS, "<success xmlns='urn:x'/>"),
        "sent <success xmlns='urn:x'> instead of an answer to STARTTLS",
    ),
    "nonsense in the handshake": (
        (STARTTLS, PROCEED, b"nonsense" * 100),
        ": the TLS handshake failed: wrong version number",
    ),
    "XML in the handshake": (
        (STARTTLS, PROCEED, "<iq/>"),
        ": the TLS handshake failed: wrong version number",
    ),
    "an alert in the handshake": (
        (STARTTLS, PROCEED, b"\x15\x03\x03\x00\x02\x02\x28"),
        ": the TLS handshake failed: ",
    ),
    "silent in the handshake": (
        (STARTTLS, PROCEED),
        "answered, but sent no TLS handshake within 0.5 s",
    ),
    "closes in the handshake": ((STARTTLS, PROCEED, CLOSE), ": the connection broke"),
}


@pytest.mark.parametrize("kind", NONSENSE)
def test_nonsense_before_tls_is_named(server: Server, kind: str) -> None:
    answers, expected = NONSENSE[kind]
    with pytest.raises(ServerUnavailable) as caught:
        server.visit(greeting, *answers)
    gap = "" if expected.startswith(":") else " "
    assert str(caught.value).startswith(server.address + gap + expected)
    assert "sesame" not in server.received.decode(errors="replace")


INSIDE: dict[str, tuple[tuple[str, ...], str]] = {
    "silent": ((), "answered, but sent no stream features within 0.5 s"),
    "no features": ((HEADER,), "answered, but sent no stream features within 0.5 s"),
    "closes": ((CLOSE,), "closed the connection instead of sending stream features"),
    "two streams in one": (
        (PLAIN + "<stream:stream>",),
        "answered, but sent no answer to the login within 0.5 s",
    ),
    "closes at the login": (
        (PLAIN, CLOSE),
        "closed the connection instead of sending an answer to the login",
    ),
    "a message instead of an answer": (
        (PLAIN, "<message/>"),
        "sent <message xmlns='jabber:client'> instead of an answer to the login",
    ),
    "a challenge to PLAIN": (
        (PLAIN, f"<challenge xmlns='{SASL}'>eA==</challenge>"),
        f"sent <challenge xmlns='{SASL}'> instead of an answer to the login",
    ),
    "not base64": (
        (PLAIN, f"<success xmlns='{SASL}'>***</success>"),
        "sent a login message that is not base64",
    ),
    "logged in and silent": (
        (PLAIN, SUCCESS),
        "answered, but sent no stream features within 0.5 s",
    ),
    "no answer to bind": ((*LOGIN,), "answered, but sent no answer within 0.5 s"),
    "bound to nothing": ((*LOGIN, bound("")), "sent a bound resource without a JID"),
    "bound to nonsense": (
        (*LOGIN, bound("<jid>@x</jid>")),
        "sent a bound resource with the JID '@x', which is none",
    ),
    "stanzas of another namespace": (
        (*LOGIN, "<iq xmlns='jabber:server' type='result' id='visit-1'/>"),
        "sent <iq xmlns='jabber:server'> instead of an answer",
    ),
    "another request's answer": (
        (*LOGIN, bound(), roster(number=7)),
        "answered request 'visit-7' instead of 'visit-2'",
    ),
    "an IQ of no type": (
        (*LOGIN, bound(), "<iq id='visit-2'/>"),
        "sent an IQ of the type ''",
    ),
    "a roster of nobody": (
        (*LOGIN, bound(), roster("<item/>")),
        "sent a roster item without a JID",
    ),
    "a roster of nonsense": (
        (*LOGIN, bound(), roster(f"<item jid='@{'x' * 500}'/>")),
        "sent a roster item with the JID '@xxxx",
    ),
    "a huge roster": (
        (*LOGIN, bound(), roster("<item jid='a@b'/>" * 20_000)),
        "sent no XMPP: an element over 262144 bytes",
    ),
    "closes at the request": (
        (*LOGIN, bound(), CLOSE),
        "closed the connection instead of sending a roster",
    ),
    "shuts down": (
        (*LOGIN, bound(), stream_error("system-shutdown")),
        "ended the stream: system-shutdown",
    ),
}


@pytest.mark.parametrize("kind", INSIDE)
def test_nonsense_inside_tls_is_named(server: Server, kind: str) -> None:
    answers, expected = INSIDE[kind]
    with pytest.raises(ServerUnavailable) as caught:
        server.visit(reading, inside=answers or (HEADER,))
    assert str(caught.value).startswith(f"{server.address} {expected}")
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((PLAIN, failure("not-authorized")), "refused the account or its password (ann@localhost)"),
        (
            (PLAIN, failure("account-disabled", "Pay first.")),
            "refused the account or its password (ann@localhost): account-disabled (Pay first.)",
        ),
        (
            (mechanisms("GSSAPI", "X-OAUTH2"),),
            "offers no login mechanism that we know: GSSAPI, X-OAUTH2 (ann@localhost)",
        ),
        (
            (FEATURES,),
            "offers no login mechanism that we know: nothing (ann@localhost)",
        ),
    ],
)
def test_a_refused_login_names_account_and_reason(
    server: Server, answers: tuple[str, ...], expected: str
) -> None:
    with pytest.raises(AuthenticationRefused) as caught:
        server.visit(reading, inside=answers)
    assert str(caught.value) == f"{server.address} {expected}"


def test_a_refused_request_has_a_condition_and_a_text(server: Server) -> None:
    with pytest.raises(RequestRefused) as caught:
        server.visit(
            reading, inside=(*LOGIN, bound(), refusal("item-not-found", text="What roster?"))
        )
    assert isinstance(caught.value, BackendError)
    assert (caught.value.condition, caught.value.text) == ("item-not-found", "What roster?")
    assert str(caught.value) == (
        f"{server.address} refused a request: item-not-found (What roster?)"
    )


def test_a_stream_error_has_a_condition_and_a_text(server: Server) -> None:
    with pytest.raises(StreamRefused) as caught:
        server.visit(greeting, HEADER + stream_error("policy-violation", "Too fast"))
    assert (caught.value.condition, caught.value.text) == ("policy-violation", "Too fast")


def test_a_refused_registration_is_named(server: Server) -> None:
    async def registering(peer: Peer) -> None:
        await register(peer, Jid("ann@localhost"), "sesame")

    with pytest.raises(AuthenticationRefused) as caught:
        server.visit(registering, inside=(PLAIN, refusal("conflict", 1)))
    assert str(caught.value) == f"{server.address} refused to register ann@localhost: conflict"


def test_what_else_is_said_during_a_visit_is_left_alone(server: Server) -> None:
    """Others may write to us, even with an answer's id; requests are declined."""
    seen: list[dict[str, str]] = []

    async def reading_it(peer: Peer) -> None:
        async with session(peer, Jid("ann@localhost", "desk"), "sesame") as visit:
            seen.append(await visit.roster())

    others = (
        "<presence from='ben@localhost'/><message from='ben@localhost'/>"
        "<iq type='get' id='7' from='ben@localhost'><ping xmlns='urn:xmpp:ping'/></iq>"
        "<iq type='result' id='visit-2' from='mallory@localhost'/>"
    )
    item = "<item jid='ben@localhost' subscription='both'/>"
    server.visit(reading_it, inside=(*LOGIN, bound(), others + roster(item)))
    assert seen == [{"ben@localhost": "both"}]
    assert b'<iq type=\'error\' id="7" to="ben@localhost">' in server.received


def test_an_account_is_removed_by_a_server_that_closes_at_once(server: Server) -> None:
    async def removing(peer: Peer) -> None:
        async with session(peer, Jid("ann@localhost"), "sesame") as visit:
            await visit.remove_account()

    server.visit(removing, inside=(*LOGIN, bound(), stream_error("not-authorized")))


def test_a_session_is_established_where_that_is_not_optional(server: Server) -> None:
    must = f"<session xmlns='{SESSION}'/>"
    may = f"<session xmlns='{SESSION}'><optional/></session>"
    for offered in (must, may):
        server.received = b""
        features = f"{HEADER}<stream:features><bind xmlns='{BIND}'/>{offered}</stream:features>"
        established = ("<iq type='result' id='visit-2'/>",) if offered is must else ()
        last = roster(number=len(established) + 2)
        server.visit(reading, inside=(PLAIN, SUCCESS, features, bound(), *established, last))
        assert (f"<session xmlns='{SESSION}'/>".encode() in server.received) == (offered is must)


def test_an_untrusted_server_is_named_and_told_nothing(server: Server, tmp_path: Path) -> None:
    async def elsewhere(peer: Peer) -> None:
        async with session(peer, Jid("ann@example.org"), "sesame"):
            pass

    with pytest.raises(ServerUnavailable) as caught:
        server.visit(elsewhere, inside=LOGIN)
    told = "is not trusted: its certificate is for localhost, not for example.org"
    assert str(caught.value) == f"{server.address} {told}"
    other = tmp_path / "other"
    other.mkdir()
    stranger = Authorities(make_certificate("localhost", other).authority)
    with pytest.raises(ServerUnavailable, match="is not trusted: its certificate chain fails: "):
        server.visit(reading, inside=LOGIN, trust=stranger)
    assert b"<auth" not in server.received


def test_what_came_before_tls_does_not_pass_for_encrypted(server: Server) -> None:
    """RFC 6120, section 5.4.3.3: nothing that was learnt before counts."""
    with pytest.raises(ServerUnavailable, match="closed the connection instead of sending stream"):
        server.visit(reading, inside=(CLOSE,), proceed=PROCEED + PLAIN)


# --- SCRAM ---


class Scram:
    """The server's side of a login with SCRAM (RFC 5802)."""

    def __init__(self, mechanism: str, password: str) -> None:
        self._mechanism = scramp.ScramMechanism(mechanism)
        keys = self._mechanism.make_auth_info(password)
        self._server = self._mechanism.make_server(lambda _name: keys)

    def challenge(self, told: bytes) -> str:
        self._server.set_client_first(self._message(told))
        return self._element("challenge", self._server.get_server_first())

    def success(self, told: bytes) -> str:
        with contextlib.suppress(scramp.ScramException):
            self._server.set_client_final(self._message(told))
            return self._element("success", self._server.get_server_final())
        return failure("not-authorized")

    @staticmethod
    def _message(told: bytes) -> str:
        return base64.b64decode(told.split(b">")[1].split(b"<")[0]).decode()

    @staticmethod
    def _element(name: str, message: str) -> str:
        return f"<{name} xmlns='{SASL}'>{base64.b64encode(message.encode()).decode()}</{name}>"


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-1", "SCRAM-SHA-256"])
def test_scram_is_used_where_plain_is_not_offered(server: Server, mechanism: str) -> None:
    scram = Scram(mechanism, "sesame")
    offered = mechanisms(mechanism, "DIGEST-MD5")
    server.visit(
        reading, inside=(offered, scram.challenge, scram.success, FEATURES, bound(), roster())
    )
    assert b"sesame" not in server.received


def test_an_unverified_server_gets_no_password_where_scram_is_offered(server: Server) -> None:
    scram = Scram("SCRAM-SHA-256", "sesame")
    offered = mechanisms("PLAIN", "SCRAM-SHA-256")
    server.visit(
        reading,
        inside=(offered, scram.challenge, scram.success, FEATURES, bound(), roster()),
        trust=Anybody(),
    )
    assert b"mechanism='SCRAM-SHA-256'" in server.received


def test_a_wrong_password_is_refused_by_scram(server: Server) -> None:
    scram = Scram("SCRAM-SHA-1", "another")
    with pytest.raises(AuthenticationRefused, match=r"its password \(ann@localhost\)$"):
        server.visit(reading, inside=(mechanisms("SCRAM-SHA-1"), scram.challenge, scram.success))


@pytest.mark.parametrize(
    "answers",
    [
        (Scram._element("challenge", "nonsense"),),
        (Scram._element("challenge", "r=x,s=eA==,i=4096"),),
        (Scram("SCRAM-SHA-1", "sesame").challenge, Scram._element("success", "v=eA==")),
        (Scram("SCRAM-SHA-1", "sesame").challenge, SUCCESS),
    ],
)
def test_a_server_that_fails_at_scram_is_not_trusted(
    server: Server, answers: tuple[Answer, ...]
) -> None:
    with pytest.raises(ServerUnavailable, match="failed at SCRAM-SHA-1 for ann@localhost"):
        server.visit(reading, inside=(mechanisms("SCRAM-SHA-1"), *answers))
