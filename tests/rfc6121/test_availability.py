"""Section 4 without probes: broadcast, unavailable and directed presence."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.rfc6121.stanza import Jid, Presence
from tests.rfc6121.world import bare


def test_4_2_2_initial_presence_goes_to_subscribers_then_to_the_own_resources(lovers):
    lovers.bind("juliet/chamber")
    assert lovers.send("juliet/chamber", "available")[:3] == [
        "romeo/orchard: available juliet/chamber",
        "juliet/balcony: available juliet/chamber",
        "juliet/chamber: available juliet/chamber",
    ]


def test_4_2_2_it_is_the_full_stanza_from_the_full_to_the_bare_jid(watched):
    watched.send(
        "juliet/balcony",
        "available",
        id="p1",
        show="away",
        status=(("", "out"),),
        priority=3,
        payload="<x/>",
        lang="en",
    )
    sender = watched.sessions["juliet/balcony"].jid
    parts: tuple[Any, ...] = ("p1", "away", (("", "out"),), 3, "<x/>", "en")
    assert [d.stanza for d in watched.last] == [
        Presence("available", sender, Jid(bare("romeo")), *parts),
        Presence("available", sender, Jid(bare("juliet")), *parts),
    ]


def test_4_2_2_a_new_session_is_told_what_probes_would_bring(lovers):
    lovers.connect("juliet/chamber", "romeo/hall")
    lovers.send("juliet/chamber", "available", show="dnd")
    lovers.bind("romeo/mantua")
    assert lovers.send("romeo/mantua", "available")[-4:] == [
        "romeo/mantua: available romeo/orchard",
        "romeo/mantua: available romeo/hall",
        "romeo/mantua: available juliet/balcony",
        "romeo/mantua: available juliet/chamber dnd",
    ]


def test_4_3_2_rule_3_it_is_told_who_is_not_there(lovers):
    lovers.end("juliet/balcony")
    lovers.end("romeo/orchard")
    lovers.bind("romeo/orchard")
    assert lovers.send("romeo/orchard", "available") == [
        "romeo/orchard: available romeo/orchard",
        "romeo/orchard: unavailable juliet",
    ]


def test_4_2_2_only_subscriptions_are_told(world):
    world.send("romeo/orchard", "subscribe", "juliet")
    world.add("romeo/orchard", "juliet", "Friends")
    world.send("romeo/orchard", "unavailable")
    assert world.send("romeo/orchard", "available") == ["romeo/orchard: available romeo/orchard"]


def test_4_2_2_a_subscription_does_not_show_the_watcher(watched):
    assert watched.send("romeo/orchard", "available", show="chat") == [
        "romeo/orchard: available romeo/orchard chat"
    ]


def test_4_2_3_presence_goes_to_available_resources_only(watched):
    watched.bind("romeo/hall")
    watched.roster_get("romeo/hall")
    assert watched.send("juliet/balcony", "available", show="xa") == [
        "romeo/orchard: available juliet/balcony xa",
        "juliet/balcony: available juliet/balcony xa",
    ]


def test_4_4_2_later_presence_goes_to_the_same_and_brings_nothing_back(lovers):
    assert lovers.send("juliet/balcony", "available", show="away") == [
        "romeo/orchard: available juliet/balcony away",
        "juliet/balcony: available juliet/balcony away",
    ]


def test_4_5_2_unavailable_goes_to_subscribers_own_resources_and_back(lovers):
    lovers.connect("juliet/chamber")
    assert lovers.send("juliet/balcony", "unavailable", payload="<status>bye</status>") == [
        "romeo/orchard: unavailable juliet/balcony",
        "juliet/chamber: unavailable juliet/balcony",
        "juliet/balcony: unavailable juliet/balcony",
    ]
    assert {d.stanza.payload for d in lovers.last} == {"<status>bye</status>"}


def test_4_5_2_after_it_presence_is_initial_again(lovers):
    lovers.send("romeo/orchard", "unavailable")
    assert lovers.send("romeo/orchard", "available") == [
        "juliet/balcony: available romeo/orchard",
        "romeo/orchard: available romeo/orchard",
        "romeo/orchard: available juliet/balcony",
    ]


def test_4_5_2_without_a_presence_session_nothing_is_broadcast(lovers):
    lovers.bind("juliet/chamber")
    assert lovers.send("juliet/chamber", "unavailable") == []


def test_4_5_2_a_dead_session_is_said_to_be_unavailable(lovers):
    lovers.connect("juliet/chamber")
    assert lovers.end("juliet/balcony") == [
        "romeo/orchard: unavailable juliet/balcony",
        "juliet/chamber: unavailable juliet/balcony",
    ]


def test_4_5_2_only_once(lovers):
    lovers.send("juliet/balcony", "unavailable")
    assert lovers.end("juliet/balcony") == []
    assert lovers.end("juliet/balcony") == []


@pytest.mark.parametrize("priority", [-128, -1, 127])
def test_4_7_2_3_priorities_from_minus_128_to_127(world, priority):
    world.send("romeo/orchard", "available", priority=priority)
    assert world.sessions["romeo/orchard"].presence.priority == priority


@pytest.mark.parametrize("priority", [-129, 128])
@pytest.mark.parametrize("to", ["", "juliet"])
def test_4_7_2_3_another_priority_changes_nothing(world, priority, to):
    assert world.send("romeo/orchard", "available", to, priority=priority) == [
        "romeo/orchard: presence error bad-request"
    ]
    assert world.sessions["romeo/orchard"].presence.priority == 0


def test_4_6_3_directed_presence_reaches_a_stranger_and_only_it(world):
    assert world.send("romeo/orchard", "available", "juliet", show="chat") == [
        "juliet/balcony: available romeo/orchard chat"
    ]
    assert world.last[0].stanza.to == Jid(bare("juliet"))
    assert world.sessions["romeo/orchard"].presence.show == ""


def test_4_6_3_to_a_full_jid_it_reaches_that_connected_resource(world):
    world.connect("juliet/chamber")
    world.bind("juliet/garden")
    assert world.send("romeo/orchard", "available", "juliet/garden") == [
        "juliet/garden: available romeo/orchard"
    ]


def test_4_6_3_rule_2_later_broadcasts_do_not_go_there(world):
    world.send("romeo/orchard", "available", "juliet")
    assert world.send("romeo/orchard", "available", show="away") == [
        "romeo/orchard: available romeo/orchard away"
    ]


@pytest.mark.parametrize("how", ["unavailable", "end"])
def test_4_6_3_rule_2_the_end_is_told(world, how):
    world.send("romeo/orchard", "available", "juliet")
    ended = (
        world.end("romeo/orchard") if how == "end" else world.send("romeo/orchard", "unavailable")
    )
    assert "juliet/balcony: unavailable romeo/orchard" in ended


def test_4_6_3_rule_2_unless_the_user_has_said_so_itself(world):
    world.send("romeo/orchard", "available", "juliet")
    assert world.send("romeo/orchard", "unavailable", "juliet") == [
        "juliet/balcony: unavailable romeo/orchard"
    ]
    assert world.end("romeo/orchard") == []


def test_4_6_3_rule_1_a_subscriber_is_told_of_the_end_once(watched):
    watched.send("juliet/balcony", "available", "romeo", show="chat")
    assert watched.end("juliet/balcony") == ["romeo/orchard: unavailable juliet/balcony"]


def test_4_6_3_rule_1_a_subscriber_gets_later_broadcasts_after_a_directed_goodbye(watched):
    watched.send("juliet/balcony", "unavailable", "romeo")
    assert "romeo/orchard: available juliet/balcony away" in watched.send(
        "juliet/balcony", "available", show="away"
    )


def test_4_6_3_rule_3_without_a_presence_session_the_end_is_told_too(watched):
    watched.bind("juliet/chamber")
    watched.send("juliet/chamber", "available", "romeo")
    assert watched.end("juliet/chamber") == ["romeo/orchard: unavailable juliet/chamber"]


def test_4_6_1_a_new_subscriber_is_told_of_the_end_once(world):
    world.send("juliet/balcony", "available", "romeo")
    world.subscribe("romeo/orchard", "juliet/balcony")
    assert world.end("juliet/balcony") == ["romeo/orchard: unavailable juliet/balcony"]


def test_4_6_1_cancelling_a_subscription_ends_directed_presence_too(world):
    world.send("juliet/balcony", "available", "romeo/orchard")
    world.subscribe("romeo/orchard", "juliet/balcony")
    cancelled = world.send("juliet/balcony", "unsubscribed", "romeo")
    assert "romeo/orchard: unavailable juliet/balcony" in cancelled
    assert world.end("juliet/balcony") == []


def test_4_6_1_who_has_left_is_owed_nothing(world):
    world.send("romeo/orchard", "available", "juliet/balcony")
    world.send("juliet/balcony", "available", "romeo/orchard")
    world.send("juliet/balcony", "unavailable")
    assert world.end("romeo/orchard") == []


def test_4_6_3_a_target_that_left_is_not_confused_with_its_successor(world):
    world.send("romeo/orchard", "available", "juliet/balcony")
    world.end("juliet/balcony")
    assert world.end("romeo/orchard") == []


def test_8_5_1_directed_presence_to_nobody_is_ignored(world):
    assert world.send("romeo/orchard", "available", "tybalt") == []
    assert world.sessions["romeo/orchard"].directed == {}


def test_8_5_3_2_2_directed_presence_to_no_such_resource_is_ignored(world):
    assert world.send("romeo/orchard", "available", "juliet/garden") == []


def test_8_5_2_2_2_directed_presence_to_who_is_offline_is_not_stored(world):
    assert world.send("romeo/orchard", "available", "benvolio") == []
    world.bind("benvolio/square")
    assert world.send("benvolio/square", "available") == [
        "benvolio/square: available benvolio/square"
    ]


@pytest.mark.parametrize("kind", ["available", "unavailable"])
def test_8_3_directed_presence_to_another_domain(world, kind):
    assert world.send("romeo/orchard", kind, "rosaline@example.net") == [
        "romeo/orchard: presence error remote-server-not-found"
    ]


def test_4_2_2_directed_presence_to_oneself_reaches_the_own_resources(world):
    world.connect("romeo/hall")
    assert world.send("romeo/orchard", "available", "romeo", show="chat") == [
        "romeo/orchard: available romeo/orchard chat",
        "romeo/hall: available romeo/orchard chat",
    ]
    assert world.end("romeo/orchard") == ["romeo/hall: unavailable romeo/orchard"]


@pytest.mark.parametrize("to", ["", "juliet", "juliet/balcony", "rosaline@example.net"])
def test_4_4_2_presence_errors_are_dropped(lovers, to):
    assert lovers.send("romeo/orchard", "error", to) == []
