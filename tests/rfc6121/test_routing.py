"""8.5: where messages and IQs go."""

from __future__ import annotations

import pytest

from simulator.rfc6121.routing import MESSAGE_RULES
from simulator.rfc6121.stanza import Jid, Message
from tests.rfc6121.world import World, bare

BOUNCED = ["romeo/orchard: message error service-unavailable"]


@pytest.fixture
def house(world: World) -> World:
    """Juliet has resources of priority 0 (balcony), 5 (chamber, garden), -1 (crypt) and one
    that is connected but not available (hall); Benvolio has none, Mercutio a negative one."""
    for name, priority in [("juliet/chamber", 5), ("juliet/garden", 5), ("juliet/crypt", -1)]:
        world.bind(name)
        world.send(name, "available", priority=priority)
    world.bind("juliet/hall")
    world.server.add_account("mercutio")
    world.bind("mercutio/street")
    world.send("mercutio/street", "available", priority=-5)
    return world


# 8.5.4, table 1: to whom -> type -> who gets it, or an error for the sender.
TABLE_1 = [
    ("tybalt", "normal", BOUNCED),
    ("tybalt", "chat", BOUNCED),
    ("tybalt", "groupchat", BOUNCED),
    ("tybalt", "headline", []),
    ("tybalt/street", "normal", []),
    ("tybalt/street", "chat", BOUNCED),
    ("tybalt/street", "groupchat", []),
    ("tybalt/street", "headline", []),
    ("benvolio", "normal", BOUNCED),
    ("benvolio", "chat", BOUNCED),
    ("benvolio", "groupchat", BOUNCED),
    ("benvolio", "headline", []),
    ("benvolio/square", "normal", []),
    ("benvolio/square", "chat", BOUNCED),
    ("benvolio/square", "groupchat", []),
    ("benvolio/square", "headline", []),
    ("mercutio", "normal", BOUNCED),
    ("mercutio", "chat", BOUNCED),
    ("mercutio", "groupchat", BOUNCED),
    ("mercutio", "headline", []),
    ("mercutio/street", "normal", ["mercutio/street"]),
    ("mercutio/street", "groupchat", ["mercutio/street"]),
    ("mercutio/square", "normal", []),
    ("mercutio/square", "chat", BOUNCED),
    ("juliet", "normal", ["juliet/chamber", "juliet/garden"]),
    ("juliet", "chat", ["juliet/chamber", "juliet/garden"]),
    ("juliet", "groupchat", BOUNCED),
    ("juliet", "headline", ["juliet/balcony", "juliet/chamber", "juliet/garden"]),
    ("juliet/balcony", "normal", ["juliet/balcony"]),
    ("juliet/crypt", "chat", ["juliet/crypt"]),
    ("juliet/hall", "headline", ["juliet/hall"]),
    ("juliet/balcony", "groupchat", ["juliet/balcony"]),
    ("juliet/balcony", "error", ["juliet/balcony"]),
    ("juliet/attic", "normal", []),
    ("juliet/attic", "chat", ["juliet/chamber", "juliet/garden"]),
    ("juliet/attic", "groupchat", []),
    ("juliet/attic", "headline", []),
    ("juliet", "error", []),
    ("juliet/attic", "error", []),
    ("tybalt", "error", []),
    ("rosaline@example.net", "error", []),
]


@pytest.mark.parametrize(
    ("to", "kind", "expected"), TABLE_1, ids=[f"{kind} to {to}" for to, kind, _ in TABLE_1]
)
def test_8_5_4_messages(house, to, kind, expected):
    if expected is not BOUNCED:
        expected = [f"{name}: message {kind} romeo/orchard" for name in expected]
    assert house.message("romeo/orchard", kind, to) == expected


def test_8_5_4_the_table_is_complete():
    kinds = {kind for kind, _, _ in MESSAGE_RULES}
    assert kinds == {"normal", "chat", "groupchat", "headline", "error"}
    assert len(MESSAGE_RULES) == len(kinds) * 2 * 2


@pytest.mark.parametrize("kind", ["normal", "groupchat", "headline"])
def test_8_1_who_may_know_gets_an_error_where_a_stranger_gets_silence(watched, kind):
    assert watched.message("romeo/orchard", kind, "juliet/attic") == BOUNCED
    assert watched.message("juliet/balcony", kind, "romeo/attic") == []


def test_8_5_2_1_1_the_address_is_not_rewritten_and_the_sender_is_stamped(world):
    session = world.sessions["romeo/orchard"]
    forged = Message("chat", Jid("tybalt@example.org"), Jid(bare("juliet")), "m", "<body/>", "it")
    [(to, stanza)] = world.server.message(session, forged)
    assert to is world.sessions["juliet/balcony"]
    assert stanza == Message("chat", session.jid, Jid(bare("juliet")), "m", "<body/>", "it")


def test_rfc6120_10_3_1_a_message_without_address_is_for_the_own_account(world):
    assert world.message("romeo/orchard", "chat") == ["romeo/orchard: message chat romeo/orchard"]


def test_5_2_2_an_unknown_type_is_normal(world):
    assert world.message("romeo/orchard", "carrier-pigeon", "juliet") == [
        "juliet/balcony: message normal romeo/orchard"
    ]


def test_8_3_a_message_to_another_domain(world):
    assert world.message("romeo/orchard", "chat", "rosaline@example.net") == [
        "romeo/orchard: message error remote-server-not-found"
    ]
    error = world.last[0].stanza
    assert error.sender == Jid("rosaline@example.net")
    assert (error.to, error.id) == (world.sessions["romeo/orchard"].jid, "m")


@pytest.mark.parametrize("to", ["", "romeo", "juliet", "tybalt", "example.org", "juliet/attic"])
@pytest.mark.parametrize("kind", ["get", "set"])
def test_8_5_2_1_3_a_question_that_no_resource_is_asked_is_refused(world, kind, to):
    assert world.iq("romeo/orchard", kind, to) == ["romeo/orchard: iq error service-unavailable"]


@pytest.mark.parametrize("to", ["", "romeo", "juliet", "tybalt", "example.org", "juliet/attic"])
@pytest.mark.parametrize("kind", ["result", "error"])
def test_rfc6120_10_3_3_an_answer_to_the_server_is_taken(world, kind, to):
    assert world.iq("romeo/orchard", kind, to) == []


@pytest.mark.parametrize("kind", ["get", "set"])
def test_8_5_3_1_a_stranger_cannot_find_out_a_resource_by_asking(watched, kind):
    there = watched.iq("juliet/balcony", kind, "romeo/orchard")
    assert there == watched.iq("juliet/balcony", kind, "romeo/attic")
    assert there == ["juliet/balcony: iq error service-unavailable"]


@pytest.mark.parametrize("kind", ["get", "set"])
def test_8_5_3_1_a_subscriber_may_ask_a_resource(watched, kind):
    assert watched.iq("romeo/orchard", kind, "juliet/balcony") == [
        f"juliet/balcony: iq {kind} romeo/orchard"
    ]


def test_8_5_3_1_so_may_who_got_directed_presence(world):
    world.send("juliet/balcony", "available", "romeo/orchard")
    assert world.iq("romeo/orchard", "get", "juliet/balcony") == [
        "juliet/balcony: iq get romeo/orchard"
    ]


def test_8_5_3_1_but_not_another_resource_than_the_one_that_sent_it(world):
    world.bind("juliet/chamber")
    world.send("juliet/balcony", "available", "romeo/orchard")
    assert world.iq("romeo/orchard", "get", "juliet/chamber") == [
        "romeo/orchard: iq error service-unavailable"
    ]


def test_8_5_3_1_so_may_another_resource_of_the_account(world):
    world.bind("romeo/hall")
    assert world.iq("romeo/hall", "get", "romeo/orchard") == ["romeo/orchard: iq get romeo/hall"]


@pytest.mark.parametrize("kind", ["result", "error"])
def test_8_5_3_1_an_answer_always_reaches_the_resource(world, kind):
    assert world.iq("romeo/orchard", kind, "juliet/balcony") == [
        f"juliet/balcony: iq {kind} romeo/orchard"
    ]


def test_8_3_an_iq_to_another_domain(world):
    assert world.iq("romeo/orchard", "get", "example.net") == [
        "romeo/orchard: iq error remote-server-not-found"
    ]
    assert world.iq("romeo/orchard", "error", "example.net") == []


def test_rfc6120_8_2_3_an_unknown_iq_type_is_a_bad_request(world):
    assert world.iq("romeo/orchard", "subscribe", "juliet/balcony") == [
        "romeo/orchard: iq error bad-request"
    ]
