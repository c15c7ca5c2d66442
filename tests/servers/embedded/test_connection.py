"""The server's end of a connection, fed with bytes as a client would send them."""

from __future__ import annotations

import base64

import pytest

from simulator.rfc6121.account import AvailabilityChange
from simulator.servers.embedded.connection import Connection
from simulator.servers.embedded.server import EmbeddedServer
from simulator.servers.xml import MAX_DEPTH, MAX_STANZA_BYTES

HEADER = (
    b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' to='localhost' version='1.0'"
    b" xmlns:stream='http://etherx.jabber.org/streams'>"
)


class Client:
    """A client that speaks bytes and remembers what it heard."""

    def __init__(self, server: EmbeddedServer) -> None:
        self.heard = ""
        self.hung_up = False
        self.connection: Connection = server.connect(self._hear, self._end)

    def _hear(self, data: bytes) -> None:
        self.heard += data.decode()

    def _end(self) -> None:
        self.hung_up = True

    def say(self, data: bytes | str) -> str:
        """Send, and return what came back for it."""
        before = len(self.heard)
        self.connection.receive(data if isinstance(data, bytes) else data.encode())
        return self.heard[before:]

    def authenticate(self, local: str, password: str = "secret") -> str:
        self.say(HEADER)
        token = base64.b64encode(f"\0{local}\0{password}".encode()).decode()
        return self.say(
            "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" + token + "</auth>"
        )

    def log_in(self, local: str, resource: str = "r") -> str:
        self.authenticate(local)
        self.say(HEADER)
        return self.say(
            "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
            f"<resource>{resource}</resource></bind></iq>"
        )


@pytest.fixture
def changes() -> list[AvailabilityChange]:
    return []


@pytest.fixture
def server(changes: list[AvailabilityChange]) -> EmbeddedServer:
    server = EmbeddedServer("localhost", changes.append)
    server.create_accounts({"alice": "secret", "bob": "secret"})
    return server


@pytest.fixture
def alice(server: EmbeddedServer) -> Client:
    client = Client(server)
    client.log_in("alice")
    return client


def test_a_login_binds_the_resource_that_was_asked_for(server: EmbeddedServer) -> None:
    client = Client(server)
    assert "<success" in client.authenticate("alice")
    features = client.say(HEADER)
    assert "xmpp-bind" in features
    assert "pre-approval" in features
    bound = client.say(
        "<iq type='set' id='b1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
        "<resource>desk</resource></bind></iq>"
    )
    assert "<jid>alice@localhost/desk</jid>" in bound
    assert 'id="b1"' in bound


@pytest.mark.parametrize(("local", "password"), [("alice", "wrong"), ("nobody", "secret")])
def test_a_wrong_password_or_account_is_refused_alike(
    server: EmbeddedServer, local: str, password: str
) -> None:
    assert "<not-authorized/>" in Client(server).authenticate(local, password)


def test_sasl_other_than_plain_is_refused(server: EmbeddedServer) -> None:
    client = Client(server)
    client.say(HEADER)
    answer = client.say(
        "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-1'>eA==</auth>"
    )
    assert "<invalid-mechanism/>" in answer


def test_stanzas_before_authentication_end_the_stream(server: EmbeddedServer) -> None:
    client = Client(server)
    client.say(HEADER)
    assert "<not-authorized " in client.say("<presence/>")
    assert client.hung_up


@pytest.mark.parametrize(
    ("data", "condition"),
    [
        ("<presence", None),
        ("<presence></message>", "not-well-formed"),
        ("<presence>&unknown;</presence>", "not-well-formed"),
        (b"<presence>\xff\xfe</presence>", "not-well-formed"),
        ("<presence>\x00</presence>", "not-well-formed"),
        ("<!-- a comment -->", "restricted-xml"),
        ("<?target data?>", "restricted-xml"),
        ("<unknown xmlns='jabber:client'/>", "unsupported-stanza-type"),
        ("<presence xmlns='other'/>", "unsupported-stanza-type"),
        ("text between stanzas", "bad-format"),
        ("<presence>" + "<a>" * (MAX_DEPTH + 1), "policy-violation"),
        ("<message><body>" + "x" * (MAX_STANZA_BYTES + 1), "policy-violation"),
    ],
)
def test_bytes_that_rfc_6120_forbids_end_this_stream_alone(
    server: EmbeddedServer, alice: Client, data: bytes | str, condition: str | None
) -> None:
    bob = Client(server)
    bob.log_in("bob")
    answer = alice.say(data)
    if condition is None:
        assert not answer
        assert not alice.hung_up
    else:
        assert f"<stream:error><{condition} " in answer
        assert answer.endswith("</stream:stream>")
        assert alice.hung_up
    assert not bob.hung_up
    assert "<success" not in bob.say("<presence/>")


def test_a_document_type_is_refused(server: EmbeddedServer) -> None:
    client = Client(server)
    bomb = b"<!DOCTYPE s [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>"
    assert "restricted-xml" in client.say(bomb + HEADER)
    assert client.hung_up


def test_a_stream_to_another_host_is_refused(server: EmbeddedServer) -> None:
    client = Client(server)
    assert "<host-unknown " in client.say(HEADER.replace(b"localhost", b"example.org"))


@pytest.mark.parametrize(
    "stanza",
    [
        "<presence/>",
        "<presence id='p'><status>" + "busy " * 500 + "</status></presence>",
        "<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>",
    ],
)
def test_a_stanza_that_arrives_byte_by_byte_is_heard_at_its_last_byte(
    alice: Client, stanza: str
) -> None:
    for _ in range(3):
        *others, last = [bytes([byte]) for byte in stanza.encode()]
        assert [alice.say(byte) for byte in others] == [""] * len(others)
        assert alice.say(last)


def test_an_unknown_iq_is_answered_with_service_unavailable(alice: Client) -> None:
    answer = alice.say("<iq type='get' id='q'><query xmlns='jabber:iq:version'/></iq>")
    assert "<service-unavailable " in answer
    assert 'type="error"' in answer


def test_a_ping_is_answered(alice: Client) -> None:
    answer = alice.say("<iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>")
    assert answer.startswith('<iq type="result"')


def test_a_ping_of_the_domain_is_answered_by_the_domain(alice: Client) -> None:
    """RFC 6120, 8.1.2: else the client does not know the answer as one."""
    answer = alice.say("<iq type='get' id='p' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>")
    assert 'from="localhost"' in answer


def test_a_lost_connection_ends_the_session_as_broken(
    alice: Client, changes: list[AvailabilityChange]
) -> None:
    alice.say("<presence/>")
    alice.connection.lost(ConnectionResetError("cut"))
    assert [change.cause for change in changes] == ["presence", "broken"]
    assert changes[-1].presence.type == "unavailable"


def test_a_closed_stream_ends_the_session_in_order(
    alice: Client, changes: list[AvailabilityChange]
) -> None:
    alice.say("<presence/>")
    assert alice.say("</stream:stream>") == "</stream:stream>"
    assert alice.hung_up
    assert [change.cause for change in changes] == ["presence", "closed"]


def test_a_second_login_of_a_resource_replaces_the_first(
    server: EmbeddedServer, alice: Client
) -> None:
    second = Client(server)
    second.log_in("alice")
    assert "<conflict " in alice.heard
    assert alice.hung_up
    assert not second.hung_up


def test_a_presence_with_a_priority_out_of_range_is_refused(alice: Client) -> None:
    answer = alice.say("<presence id='x'><priority>128</priority></presence>")
    assert "<bad-request " in answer
    assert not alice.hung_up


def test_a_malformed_address_is_refused(alice: Client) -> None:
    assert "<jid-malformed " in alice.say("<presence id='x' type='subscribe' to='@'/>")
    assert not alice.hung_up


def test_texts_and_languages_cross_unchanged(server: EmbeddedServer, alice: Client) -> None:
    second = Client(server)
    second.log_in("alice", "other")
    second.say("<presence/>")
    before = len(second.heard)
    alice.say(
        "<presence id='s'><show>dnd</show><status>a &lt;b&gt; &amp; c</status>"
        "<status xml:lang='es'>ñandú</status><x xmlns='urn:x' k='&quot;v&quot;'><y/></x></presence>"
    )
    heard = second.heard[before:]
    assert "<status>a &lt;b&gt; &amp; c</status>" in heard
    assert '<status xml:lang="es">ñandú</status>' in heard
    assert '<x xmlns="urn:x" k=\'"v"\'><y/></x>' in heard


def test_another_default_namespace_is_another_language(server: EmbeddedServer) -> None:
    usual, odd = Client(server), Client(server)
    usual.log_in("alice")
    usual.say('<presence id="1"/>')
    odd.authenticate("bob")
    odd.say(HEADER.replace(b"'jabber:client'", b"'urn:other'"))
    odd.say(
        "<iq xmlns='jabber:client' type='set' id='b'>"
        "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
    )
    assert "unsupported-stanza-type" in odd.say('<presence id="1"/>')
