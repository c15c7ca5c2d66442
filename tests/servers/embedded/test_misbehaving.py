"""Whatever a client sends harms its own session alone: the others go on."""

from __future__ import annotations

import base64

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from simulator.servers.embedded.connection import Connection
from simulator.servers.embedded.server import EmbeddedServer

HEADER = (
    b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' to='localhost' version='1.0'"
    b" xmlns:stream='http://etherx.jabber.org/streams'>"
)
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
BIND = "urn:ietf:params:xml:ns:xmpp-bind"
LONG = 30_000


class Client:
    """A client that remembers what it heard."""

    def __init__(self, server: EmbeddedServer) -> None:
        self.heard = b""
        self.hung_up = False
        self.connection: Connection = server.connect(self._hear, self._end)

    def _hear(self, data: bytes) -> None:
        self.heard += data

    def _end(self) -> None:
        self.hung_up = True

    def say(self, data: str | bytes) -> bytes:
        before = len(self.heard)
        self.connection.receive(data if isinstance(data, bytes) else data.encode())
        return self.heard[before:]


def logged_in(server: EmbeddedServer, local: str) -> Client:
    client = Client(server)
    client.say(HEADER)
    token = base64.b64encode(f"\0{local}\0secret".encode()).decode()
    client.say(f"<auth xmlns='{SASL}' mechanism='PLAIN'>{token}</auth>")
    client.say(HEADER)
    client.say(f"<iq type='set' id='b'><bind xmlns='{BIND}'><resource>r</resource></bind></iq>")
    return client


def world() -> tuple[EmbeddedServer, Client, Client]:
    """A server, and alice and bob, who see each other."""
    server = EmbeddedServer("localhost", lambda _change: None)
    server.create_accounts({"alice": "secret", "bob": "secret", "mallory": "secret"})
    alice, bob = logged_in(server, "alice"), logged_in(server, "bob")
    for client, peer in ((alice, "bob"), (bob, "alice")):
        client.say("<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq><presence/>")
        client.say(f"<presence type='subscribe' to='{peer}@localhost'/>")
        client.say(f"<presence type='subscribed' to='{peer}@localhost'/>")
    for client, peer in ((alice, "bob"), (bob, "alice")):
        client.say(f"<presence type='subscribed' to='{peer}@localhost'/>")
    return server, alice, bob


def assert_the_others_go_on(alice: Client, bob: Client) -> None:
    before = len(bob.heard)
    alice.say("<presence id='still'><show>dnd</show></presence>")
    assert b"<show>dnd</show>" in bob.heard[before:]
    assert b"jabber:iq:roster" in bob.say(
        "<iq type='get' id='again'><query xmlns='jabber:iq:roster'/></iq>"
    )
    assert not alice.hung_up
    assert not bob.hung_up


def chunked(content: bytes, sizes: list[int]) -> list[bytes]:
    chunks = []
    for size in sizes:
        chunks.append(content[:size])
        content = content[size:]
    return [*chunks, content]


several = settings(
    max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
sizes = st.lists(st.integers(1, 40), max_size=4)

NASTY = st.sampled_from(
    [
        "alice@localhost",
        "bob@localhost/r",
        "mallory@localhost",
        "localhost",
        "nobody@localhost",
        "@localhost",
        "alice@",
        "alice@localhost/",
        "a@b@c",
        "//",
        "",
        " ",
        "ALICE@LOCALHOST",
        "alice\u200b@localhost",
        "\u202ealice@localhost",
        "\u0130@localhost",
        "a" * 1024 + "@localhost",
        "alice@localhost/" + "r" * LONG,
        "'\"<>&@localhost",
        "xn--ls8h@localhost",
        "alice@localhost\n",
        "\U0001f600@\U0001f600/\U0001f600",
        "\ufdd0@localhost",
    ]
)
addresses = st.one_of(NASTY, st.text(max_size=30))


def attribute(value: str) -> str:
    """As an XML attribute; what XML cannot hold is left to the parser to refuse."""
    for mark, written in (("&", "&amp;"), ("<", "&lt;"), ("'", "&apos;")):
        value = value.replace(mark, written)
    return f"'{value}'"


kinds = st.sampled_from(
    [
        "subscribe",
        "subscribed",
        "unsubscribe",
        "unsubscribed",
        "probe",
        "error",
        "unavailable",
        "available",
        "",
        "x",
    ]
)


@st.composite
def stanzas(draw: st.DrawFn) -> str:
    """A presence, iq or message with hostile addresses, or something nested and odd."""
    to, own, kind = attribute(draw(addresses)), attribute(draw(addresses)), draw(kinds)
    name = draw(st.sampled_from(["presence", "iq", "message", "stream:error", "a:b", "query"]))
    inside = draw(
        st.sampled_from(
            [
                "",
                "<show>nonsense</show>",
                "<priority>999999999999999999999</priority>",
                "<priority>x</priority><priority/>",
                "<priority>-+5</priority>",
                "<status xml:lang=''>s</status>" * 50,
                f"<query xmlns='jabber:iq:roster'><item jid={to} subscription='remove'/></query>",
                f"<query xmlns='jabber:iq:roster'><item jid={to}><group/></item></query>",
                "<query xmlns='jabber:iq:roster'><item/><item/></query>",
                f"<bind xmlns='{BIND}'><resource>{'r' * 2000}</resource></bind>",
                "<a>" * 200,
                "<a b='" + "c" * LONG + "'/>",
                "<![CDATA[ ]]>",
                "&#0;",
                "&amp;&lt;",
            ]
        )
    )
    return f"<{name} to={to} from={own} type='{kind}' id={own}>{inside}</{name}>"


def hurt(pieces: list[bytes], *, authenticated: bool) -> None:
    """Let mallory send, and see that alice and bob do not notice."""
    server, alice, bob = world()
    mallory = logged_in(server, "mallory") if authenticated else Client(server)
    for piece in pieces:
        mallory.say(piece)
    assert_the_others_go_on(alice, bob)
    mallory.connection.lost(None)
    assert_the_others_go_on(alice, bob)


@several
@given(content=st.binary(max_size=200), sizes=sizes, authenticated=st.booleans())
def test_random_bytes(content: bytes, sizes: list[int], authenticated: bool) -> None:
    hurt(chunked(content, sizes), authenticated=authenticated)


@several
@given(content=st.binary(max_size=60), sizes=sizes)
def test_random_bytes_in_a_stream(content: bytes, sizes: list[int]) -> None:
    hurt([HEADER, *chunked(content, sizes)], authenticated=False)


markup: SearchStrategy[str] = st.lists(
    st.sampled_from(
        [
            "<presence/>",
            "<presence",
            ">",
            "</presence>",
            "<iq type='get'>",
            "</iq>",
            "<a>",
            "</a>",
            "</stream:stream>",
            "<stream:stream>",
            "&amp;",
            "&",
            "text",
            "xmlns='x'",
            "<!DOCTYPE x>",
            "<!--",
            "-->",
            "<?x?>",
            "<![CDATA[",
            "]]>",
            "\n",
            "<a " + "b" * LONG,
            HEADER.decode(),
        ]
    ),
    max_size=8,
).map("".join)


@several
@given(text=markup, sizes=sizes, authenticated=st.booleans())
def test_pieces_of_markup(text: str, sizes: list[int], authenticated: bool) -> None:
    hurt(chunked(text.encode(), sizes), authenticated=authenticated)


@several
@given(sent=st.lists(stanzas(), min_size=1, max_size=4))
def test_hostile_addresses_and_contents(sent: list[str]) -> None:
    hurt([one.encode("utf-8", "surrogatepass") for one in sent], authenticated=True)


@several
@given(local=st.text(max_size=12), password=st.text(max_size=12), raw=st.binary(max_size=24))
def test_hostile_logins(local: str, password: str, raw: bytes) -> None:
    tokens = [
        base64.b64encode(f"\0{local}\0{password}".encode("utf-8", "surrogatepass")),
        base64.b64encode(raw),
        raw.hex().encode(),
    ]
    for token in tokens:
        auth = f"<auth xmlns='{SASL}' mechanism='PLAIN'>{token.decode()}</auth>"
        hurt([HEADER, auth.encode()], authenticated=False)


def test_nesting_without_an_end() -> None:
    hurt([b"<presence>" + b"<a>" * 100_000], authenticated=True)


def test_a_stanza_without_an_end() -> None:
    hurt([b"<presence><status>", *[b"x" * LONG] * 100], authenticated=True)


def test_subscribing_to_very_many_is_nobody_elses_trouble() -> None:
    sent = [f"<presence type='subscribe' to='n{n}@localhost'/>".encode() for n in range(3000)]
    hurt(sent, authenticated=True)
