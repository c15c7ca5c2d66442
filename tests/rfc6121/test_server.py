"""Accounts, sessions, roster requests, and what an onlooker is told."""

from __future__ import annotations

import pytest

from simulator.errors import StanzaRefused
from simulator.rfc6121.account import refusal
from simulator.rfc6121.server import PresenceServer
from simulator.rfc6121.stanza import (
    Iq,
    Jid,
    Message,
    Presence,
    RosterChange,
    RosterItem,
    StanzaError,
)
from tests.rfc6121.world import DOMAIN, World, bare, jid


def seen(world: World) -> list[tuple[str, str, str, str]]:
    return [
        (change.session.jid.resource, change.presence.type, change.presence.show, change.cause)
        for change in world.changes
    ]


def test_an_account_is_made_once():
    server = PresenceServer(DOMAIN)
    assert server.add_account("romeo") == "romeo@example.org"
    with pytest.raises(ValueError, match=r"romeo@example\.org exists already"):
        server.add_account("romeo")


def test_a_session_needs_an_account():
    with pytest.raises(KeyError):
        PresenceServer(DOMAIN).bind("romeo@example.org", "orchard")


def test_rfc6120_7_6_the_server_makes_a_resource_that_is_free():
    server = PresenceServer(DOMAIN)
    account = server.add_account("romeo")
    server.bind(account, "resource-2")
    names = [server.bind(account).session.jid.resource for _ in range(2)]
    assert names == ["resource-1", "resource-3"]
    assert len(server.sessions(account)) == 3


def test_rfc6120_7_7_2_2_a_newcomer_replaces_the_session_of_the_same_resource(lovers):
    old = lovers.sessions["juliet/balcony"]
    bound = lovers.server.bind(bare("juliet"), "balcony")
    assert bound.replaced is old
    assert old.ended
    assert [d.session.jid for d in bound.deliveries] == [jid("romeo/orchard")]
    assert [d.stanza.type for d in bound.deliveries] == ["unavailable"]
    assert lovers.server.sessions(bare("juliet")) == (bound.session,)
    assert bound.session.presence is None
    assert not bound.session.interested


def test_rfc6120_7_7_2_2_the_end_of_the_replaced_stream_does_not_end_the_newcomer(lovers):
    old = lovers.sessions["juliet/balcony"]
    lovers.connect("juliet/balcony")
    assert lovers.server.end(old, "broken") == []
    assert lovers.server.sessions(bare("juliet")) == (lovers.sessions["juliet/balcony"],)


def test_a_session_that_has_ended_is_silent(lovers):
    session = lovers.sessions["juliet/balcony"]
    lovers.end("juliet/balcony")
    lovers.changes.clear()
    server, romeo = lovers.server, Jid(bare("romeo"))
    assert server.presence(session, Presence("available", session.jid)) == []
    assert server.presence(session, Presence("unsubscribed", session.jid, romeo)) == []
    assert server.roster_get(session, "i") == []
    assert server.roster_set(session, "i", [RosterChange("nurse@example.org")]) == []
    assert server.message(session, Message("chat", session.jid, romeo)) == []
    assert server.iq(session, Iq("get", session.jid, "i")) == []
    assert lovers.changes == []
    assert lovers.roster("juliet") == ["romeo both"]


def test_2_2_a_roster_get_gives_the_roster_and_makes_interested(world):
    world.bind("romeo/hall")
    assert world.add("romeo/orchard", "juliet") == [
        "romeo/orchard: result set",
        "romeo/orchard: push juliet none",
    ]
    assert world.roster_get("romeo/hall") == ["romeo/hall: roster ['juliet none']"]
    assert world.add("romeo/orchard", "juliet", "Friends")[1:] == [
        "romeo/orchard: push juliet none",
        "romeo/hall: push juliet none",
    ]


def test_2_1_4_the_roster_is_complete_and_in_order(world):
    world.add("romeo/orchard", "juliet", "Lovers", "Capulets", handle="Juliet")
    world.add("romeo/orchard", "benvolio")
    assert world.server.roster(bare("romeo")) == (
        RosterItem(bare("benvolio"), "none"),
        RosterItem(bare("juliet"), "none", False, False, "Juliet", ("Capulets", "Lovers")),
    )


def test_2_3_2_an_item_is_pushed_to_the_resource_that_set_it_only_if_interested(world):
    world.bind("romeo/hall")
    assert world.add("romeo/hall", "juliet") == [
        "romeo/hall: result set",
        "romeo/orchard: push juliet none",
    ]


@pytest.mark.parametrize("to", ["juliet", "juliet/balcony", "example.org", "example.net"])
def test_2_3_3_nobody_reads_or_writes_another_roster(world, to):
    world.add("juliet/balcony", "benvolio")
    assert world.roster_get("romeo/orchard", to) == ["romeo/orchard: iq error forbidden"]
    assert world.roster_set("romeo/orchard", RosterChange(bare("romeo")), to=to) == [
        "romeo/orchard: iq error forbidden"
    ]
    assert world.roster("juliet") == ["benvolio none"]


def test_2_1_3_the_own_bare_jid_is_the_own_roster(world):
    assert world.roster_get("romeo/orchard", "romeo") == ["romeo/orchard: roster []"]


def test_2_3_3_a_refused_set_changes_and_pushes_nothing(world):
    changes = RosterChange(bare("juliet")), RosterChange(bare("benvolio"), remove=True)
    assert world.roster_set("romeo/orchard", *changes) == ["romeo/orchard: iq error bad-request"]
    error = world.last[0].stanza
    assert (error.id, error.error_type, error.sender) == ("set", "modify", None)
    assert world.roster("romeo") == []


def test_2_5_3_removing_what_is_not_there(world):
    assert world.remove("romeo/orchard", "juliet") == ["romeo/orchard: iq error item-not-found"]


def test_the_onlooker_sees_each_availability_that_is_accepted(world):
    world.changes.clear()
    world.send("romeo/orchard", "available", show="away", id="p1")
    assert world.changes[0].presence.id == "p1"
    world.send("romeo/orchard", "unavailable")
    world.send("romeo/orchard", "available")
    world.end("romeo/orchard")
    assert seen(world) == [
        ("orchard", "available", "away", "presence"),
        ("orchard", "unavailable", "", "presence"),
        ("orchard", "available", "", "presence"),
        ("orchard", "unavailable", "", "closed"),
    ]


def test_the_onlooker_sees_why_a_session_ended(world):
    world.changes.clear()
    world.server.end(world.sessions["romeo/orchard"], "broken")
    world.bind("juliet/balcony")
    world.bind("juliet/balcony")
    assert seen(world) == [
        ("orchard", "unavailable", "", "broken"),
        ("balcony", "unavailable", "", "replaced"),
    ]


def test_the_onlooker_sees_nothing_of_what_changes_no_availability(world):
    world.changes.clear()
    world.send("romeo/orchard", "available", priority=500)
    world.send("romeo/orchard", "available", "juliet")
    world.send("romeo/orchard", "subscribe", "juliet")
    world.send("romeo/orchard", "probe", "juliet")
    assert world.changes == []


def test_the_server_works_without_an_onlooker():
    server = PresenceServer(DOMAIN)
    session = server.bind(server.add_account("romeo"), "orchard").session
    [delivery] = server.presence(session, Presence("available", session.jid))
    assert delivery.session is session


def test_rfc6120_8_1_2_1_a_forged_sender_is_not_believed(world):
    session = world.sessions["romeo/orchard"]
    forged = Presence("subscribe", Jid(bare("benvolio")), Jid(bare("juliet")))
    deliveries = world.server.presence(session, forged)
    assert deliveries[0].stanza.sender == Jid(bare("romeo"))
    forged = Presence("available", Jid(bare("benvolio"), "x"), Jid(bare("juliet")))
    assert world.server.presence(session, forged)[0].stanza.sender == session.jid


def test_rfc6120_8_3_a_refusal_is_an_error_stanza(world):
    session = world.sessions["romeo/orchard"]
    error = StanzaRefused("jid-malformed", "modify", "a@b@c")
    assert refusal("message", session, "m1", error).stanza == StanzaError(
        "message", session.jid, "jid-malformed", "modify", "m1", None, "a@b@c"
    )
