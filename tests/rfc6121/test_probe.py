"""4.3 and 4.6.6: what a client learns that probes."""

from __future__ import annotations

import pytest

from simulator.rfc6121.stanza import Jid, Presence
from tests.rfc6121.world import bare


def probe(world, to, name="romeo/orchard"):
    return world.send(name, "probe", to, id="probe1")


def test_4_3_2_rule_4_a_subscriber_gets_every_available_resource_in_full(watched):
    watched.connect("juliet/chamber")
    watched.send("juliet/chamber", "available", id="p1", show="dnd", payload="<x/>")
    assert probe(watched, "juliet") == [
        "romeo/orchard: available juliet/balcony",
        "romeo/orchard: available juliet/chamber dnd",
    ]
    # 4.3.2.1: the id of the presence, not of the probe.
    assert [d.stanza.id for d in watched.last] == ["", "p1"]
    assert watched.last[1].stanza.payload == "<x/>"


def test_4_3_2_rule_3_of_who_is_not_there_it_gets_one_word(watched):
    watched.send("juliet/balcony", "unavailable")
    probe(watched, "juliet")
    assert [d.stanza for d in watched.last] == [
        Presence(
            "unavailable", Jid(bare("juliet")), watched.sessions["romeo/orchard"].jid, "probe1"
        )
    ]


def test_4_3_2_a_full_jid_is_answered_with_mere_presence_of_that_resource(watched):
    watched.connect("juliet/chamber")
    watched.send("juliet/chamber", "available", show="dnd", payload="<x/>", priority=4)
    assert probe(watched, "juliet/chamber") == ["romeo/orchard: available juliet/chamber"]
    answer = watched.last[0].stanza
    assert (answer.payload, answer.priority) == ("", 0)


def test_4_3_2_a_full_jid_that_is_not_there(watched):
    assert probe(watched, "juliet/garden") == ["romeo/orchard: unavailable juliet/garden"]


@pytest.mark.parametrize("to", ["juliet", "juliet/balcony", "juliet/garden"])
def test_4_3_2_rule_1_a_stranger_learns_nothing(world, to):
    assert probe(world, to) == []


@pytest.mark.parametrize("to", ["juliet", "juliet/balcony"])
def test_4_3_2_rule_1_the_watched_learns_nothing_of_the_watcher(watched, to):
    assert probe(watched, to.replace("juliet", "romeo"), "juliet/balcony") == []


def test_4_3_2_rule_1_a_probe_does_not_spoil_a_waiting_request(world):
    world.send("romeo/orchard", "subscribe", "juliet")
    assert probe(world, "juliet") == []
    assert world.state("romeo", "juliet") == "None + Pending Out"
    assert world.state("juliet", "romeo") == "None + Pending In"


def test_4_3_2_rule_1_a_probe_does_not_cancel_a_pre_approval(world):
    world.send("juliet/balcony", "subscribed", "romeo")
    assert probe(world, "juliet") == []
    assert world.roster("juliet") == ["romeo none approved"]


@pytest.mark.parametrize("to", ["tybalt", "rosaline@example.net", "example.net", ""])
def test_4_3_a_probe_is_never_answered_with_an_error(world, to):
    assert probe(world, to) == []


def test_4_2_2_an_account_may_ask_for_itself(world):
    world.connect("romeo/hall")
    assert probe(world, "romeo") == [
        "romeo/orchard: available romeo/orchard",
        "romeo/orchard: available romeo/hall",
    ]


@pytest.mark.parametrize("target", ["romeo", "romeo/orchard"])
def test_4_6_6_who_got_directed_presence_may_ask_for_that_resource(world, target):
    world.connect("juliet/chamber")
    world.send("juliet/balcony", "available", target, show="dnd", payload="<x/>")
    assert probe(world, "juliet/balcony") == ["romeo/orchard: available juliet/balcony"]
    assert world.last[0].stanza.payload == ""
    assert probe(world, "juliet/chamber") == []
    assert probe(world, "juliet") == []


def test_4_6_6_directed_to_one_resource_is_for_that_resource(world):
    world.connect("romeo/hall")
    world.send("juliet/balcony", "available", "romeo/hall")
    assert probe(world, "juliet/balcony") == []


def test_4_6_6_no_longer_after_a_directed_goodbye(world):
    world.send("juliet/balcony", "available", "romeo")
    world.send("juliet/balcony", "unavailable", "romeo")
    assert probe(world, "juliet/balcony") == []


def test_4_6_6_directed_presence_without_a_presence_session(world):
    world.bind("juliet/chamber")
    world.send("juliet/chamber", "available", "romeo")
    assert probe(world, "juliet/chamber") == ["romeo/orchard: available juliet/chamber"]
