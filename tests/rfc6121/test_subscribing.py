"""Section 3, from client to client."""

from __future__ import annotations

import pytest

from simulator.rfc6121.stanza import Jid, Presence, RosterPush
from tests.rfc6121.world import World, bare


def test_3_1_2_the_request_goes_out_before_the_push(world):
    assert world.send("romeo/orchard", "subscribe", "juliet") == [
        "juliet/balcony: subscribe romeo",
        "romeo/orchard: push juliet none ask",
    ]


def test_3_1_2_the_request_is_stamped_with_bare_jids_and_keeps_its_content(world):
    world.send(
        "romeo/orchard",
        "subscribe",
        "juliet/balcony",
        id="s1",
        status=(("", "please"),),
        payload="<status>please</status>",
        lang="en",
    )
    assert world.last[0].stanza == Presence(
        "subscribe",
        Jid(bare("romeo")),
        Jid(bare("juliet")),
        "s1",
        status=(("", "please"),),
        payload="<status>please</status>",
        lang="en",
    )


def test_3_1_2_pushes_go_to_interested_resources_only(world):
    world.bind("romeo/hall")
    world.send("romeo/hall", "available")
    world.bind("romeo/mantua")
    world.roster_get("romeo/mantua")
    assert world.send("romeo/orchard", "subscribe", "juliet") == [
        "juliet/balcony: subscribe romeo",
        "romeo/orchard: push juliet none ask",
        "romeo/mantua: push juliet none ask",
    ]


def test_2_1_6_every_push_has_an_id_of_its_own_and_the_full_jid(world):
    world.connect("romeo/hall")
    world.send("romeo/orchard", "subscribe", "juliet")
    world.add("romeo/hall", "benvolio")
    pushes = [d for d in world.last if isinstance(d.stanza, RosterPush)]
    assert [push.stanza.to for push in pushes] == [push.session.jid for push in pushes]
    assert [push.stanza.id for push in pushes] == ["push-3", "push-4"]


def test_3_1_2_a_request_to_nobody_comes_back_and_stays_pending(world):
    assert world.send("romeo/orchard", "subscribe", "tybalt") == [
        "romeo/orchard: presence error service-unavailable",
        "romeo/orchard: push tybalt none ask",
    ]
    assert world.last[0].stanza.sender == Jid(bare("tybalt"))
    assert world.state("romeo", "tybalt") == "None + Pending Out"


def test_3_1_2_a_request_to_another_domain_comes_back_and_stays_pending(world):
    rosaline = "rosaline@example.net"
    assert world.send("romeo/orchard", "subscribe", rosaline) == [
        "romeo/orchard: presence error remote-server-not-found",
        f"romeo/orchard: push {rosaline} none ask",
    ]
    assert world.send("romeo/orchard", "unsubscribe", rosaline) == [
        "romeo/orchard: presence error remote-server-not-found",
        f"romeo/orchard: push {rosaline} none",
    ]


@pytest.mark.parametrize("peer", ["tybalt", "rosaline@example.net"])
def test_2_5_a_pending_request_to_nobody_can_be_removed(world, peer):
    world.send("romeo/orchard", "subscribe", peer)
    world.remove("romeo/orchard", peer)
    assert world.roster("romeo") == []


@pytest.mark.parametrize("kind", ["subscribe", "subscribed", "unsubscribe", "unsubscribed"])
def test_3_1_2_without_an_address_it_is_a_bad_request(world, kind):
    assert world.send("romeo/orchard", kind) == ["romeo/orchard: presence error bad-request"]


@pytest.mark.parametrize("kind", ["unsubscribe", "unsubscribed"])
def test_8_5_1_the_rest_towards_nobody_is_silence(world, kind):
    assert world.send("romeo/orchard", kind, "tybalt") == []
    assert world.roster("romeo") == []


@pytest.mark.parametrize("kind", ["subscribe", "subscribed", "unsubscribe", "unsubscribed"])
def test_4_2_2_towards_itself_an_account_has_nothing_to_manage(world, kind):
    assert world.send("romeo/orchard", kind, "romeo") == []
    assert world.roster("romeo") == []


def test_3_1_3_the_request_goes_to_all_available_resources(world):
    world.bind("juliet/chamber")
    world.send("juliet/chamber", "available", priority=-1)
    world.bind("juliet/garden")
    world.roster_get("juliet/garden")
    assert world.send("romeo/orchard", "subscribe", "juliet")[:-1] == [
        "juliet/balcony: subscribe romeo",
        "juliet/chamber: subscribe romeo",
    ]


def test_3_1_3_the_server_never_approves_by_itself(world):
    world.send("romeo/orchard", "subscribe", "juliet")
    assert world.state("juliet", "romeo") == "None + Pending In"
    assert world.state("romeo", "juliet") == "None + Pending Out"


def test_3_1_3_a_request_is_in_no_roster(world):
    world.send("romeo/orchard", "subscribe", "juliet")
    assert world.roster_get("juliet/balcony") == ["juliet/balcony: roster []"]


def test_3_1_3_a_request_to_an_offline_contact_waits_for_its_initial_presence(world):
    world.send("romeo/orchard", "subscribe", "benvolio", id="s1", payload="<x/>")
    request = Presence("subscribe", Jid(bare("romeo")), Jid(bare("benvolio")), "s1", payload="<x/>")
    world.bind("benvolio/square")
    assert world.roster_get("benvolio/square") == ["benvolio/square: roster []"]
    assert world.send("benvolio/square", "available") == [
        "benvolio/square: available benvolio/square",
        "benvolio/square: subscribe romeo",
    ]
    assert world.last[-1].stanza == request


def test_3_1_3_it_comes_with_initial_presence_only(world):
    world.send("romeo/orchard", "subscribe", "juliet")
    assert world.send("juliet/balcony", "available", show="away") == [
        "juliet/balcony: available juliet/balcony away"
    ]


def test_3_1_3_it_comes_again_to_every_new_resource_until_answered(world):
    world.send("romeo/orchard", "subscribe", "juliet")
    world.bind("juliet/chamber")
    assert "juliet/chamber: subscribe romeo" in world.send("juliet/chamber", "available")
    world.send("juliet/chamber", "unavailable")
    assert "juliet/chamber: subscribe romeo" in world.send("juliet/chamber", "available")
    world.send("juliet/balcony", "subscribed", "romeo")
    world.send("juliet/chamber", "unavailable")
    assert "juliet/chamber: subscribe romeo" not in world.send("juliet/chamber", "available")


def test_3_1_3_a_repeated_request_is_stored_once_and_not_shown_again(world):
    world.send("romeo/orchard", "subscribe", "juliet", id="first")
    assert world.send("romeo/orchard", "subscribe", "juliet", id="second") == []
    world.bind("juliet/chamber")
    world.send("juliet/chamber", "available")
    requests = [d.stanza for d in world.last if d.stanza.type == "subscribe"]
    assert [request.id for request in requests] == ["first"]


def test_3_1_3_to_who_sees_already_the_server_answers(watched):
    assert watched.send("romeo/orchard", "subscribe", "juliet") == []
    assert watched.roster("romeo") == ["juliet to"]
    assert watched.roster("juliet") == ["romeo from"]


def test_3_1_5_approval_in_the_order_of_the_rfc(world):
    world.connect("juliet/chamber")
    world.send("romeo/orchard", "subscribe", "juliet")
    assert world.send("juliet/balcony", "subscribed", "romeo") == [
        "romeo/orchard: subscribed juliet",
        "romeo/orchard: push juliet to",
        "juliet/balcony: push romeo from",
        "juliet/chamber: push romeo from",
        "romeo/orchard: available juliet/balcony",
        "romeo/orchard: available juliet/chamber",
    ]


def test_3_1_5_the_present_presence_is_the_full_one(world):
    world.send("juliet/balcony", "available", id="p1", show="dnd", payload="<show>dnd</show>")
    world.subscribe("romeo/orchard", "juliet/balcony")
    assert world.last[-1].stanza == Presence(
        "available",
        world.sessions["juliet/balcony"].jid,
        Jid(bare("romeo")),
        "p1",
        "dnd",
        payload="<show>dnd</show>",
    )


def test_3_1_6_subscribed_goes_to_interested_presence_to_available_resources(world):
    world.bind("romeo/hall")
    world.send("romeo/hall", "available")
    world.bind("romeo/mantua")
    world.roster_get("romeo/mantua")
    world.send("romeo/orchard", "subscribe", "juliet")
    assert world.send("juliet/balcony", "subscribed", "romeo") == [
        "romeo/orchard: subscribed juliet",
        "romeo/mantua: subscribed juliet",
        "romeo/orchard: push juliet to",
        "romeo/mantua: push juliet to",
        "juliet/balcony: push romeo from",
        "romeo/orchard: available juliet/balcony",
        "romeo/hall: available juliet/balcony",
    ]


def test_3_1_5_both_ways_it_is_both(watched):
    watched.send("juliet/balcony", "subscribe", "romeo")
    assert watched.send("romeo/orchard", "subscribed", "juliet") == [
        "juliet/balcony: subscribed romeo",
        "juliet/balcony: push romeo both",
        "romeo/orchard: push juliet both",
        "juliet/balcony: available romeo/orchard",
    ]


def test_3_1_6_approval_reaches_the_roster_of_who_is_offline(world):
    world.send("romeo/orchard", "subscribe", "juliet")
    world.end("romeo/orchard")
    assert world.send("juliet/balcony", "subscribed", "romeo") == [
        "juliet/balcony: push romeo from"
    ]
    assert world.roster("romeo") == ["juliet to"]


def test_3_2_2_a_denial(world):
    world.send("romeo/orchard", "subscribe", "juliet")
    assert world.send("juliet/balcony", "unsubscribed", "romeo") == [
        "romeo/orchard: unsubscribed juliet",
        "romeo/orchard: push juliet none",
    ]
    assert world.roster("juliet") == []
    assert world.state("juliet", "romeo") == "None"


def test_3_2_2_a_denial_does_not_tell_which_resources_there_are(world):
    world.send("romeo/orchard", "subscribe", "juliet")
    world.send("juliet/balcony", "unsubscribed", "romeo")
    assert all(not getattr(d.stanza, "sender", Jid("")).resource for d in world.last)


def test_3_2_2_cancelling_hides_first_then_tells(lovers):
    lovers.connect("juliet/chamber")
    assert lovers.send("juliet/balcony", "unsubscribed", "romeo") == [
        "romeo/orchard: unavailable juliet/balcony",
        "romeo/orchard: unavailable juliet/chamber",
        "romeo/orchard: unsubscribed juliet",
        "romeo/orchard: push juliet from",
        "juliet/balcony: push romeo to",
        "juliet/chamber: push romeo to",
    ]


@pytest.mark.parametrize("kind", ["subscribed", "unsubscribed"])
def test_3_2_3_news_that_nobody_waits_for_are_ignored(world, kind):
    world.send("juliet/balcony", kind, "romeo")
    assert all(d.session.account == bare("juliet") for d in world.last)
    assert world.roster("romeo") == []


def test_3_3_2_unsubscribing(lovers):
    lovers.connect("juliet/chamber")
    assert lovers.send("romeo/orchard", "unsubscribe", "juliet") == [
        "juliet/balcony: unsubscribe romeo",
        "juliet/chamber: unsubscribe romeo",
        "juliet/balcony: push romeo to",
        "juliet/chamber: push romeo to",
        "romeo/orchard: unavailable juliet/balcony",
        "romeo/orchard: unavailable juliet/chamber",
        "romeo/orchard: push juliet from",
    ]


def test_3_3_3_a_request_can_be_withdrawn(world):
    world.send("romeo/orchard", "subscribe", "juliet")
    assert world.send("romeo/orchard", "unsubscribe", "juliet") == [
        "juliet/balcony: unsubscribe romeo",
        "romeo/orchard: push juliet none",
    ]
    world.bind("juliet/chamber")
    assert "juliet/chamber: subscribe romeo" not in world.send("juliet/chamber", "available")


def test_3_3_3_unsubscribe_from_who_sees_nothing_is_ignored(world):
    assert world.send("romeo/orchard", "unsubscribe", "juliet") == []
    assert world.roster("romeo") == world.roster("juliet") == []


def test_3_4_2_a_pre_approved_request_is_answered_by_the_server(world):
    assert world.send("juliet/balcony", "subscribed", "romeo") == [
        "juliet/balcony: push romeo none approved"
    ]
    assert world.send("romeo/orchard", "subscribe", "juliet", id="s1") == [
        "romeo/orchard: push juliet none ask",
        "romeo/orchard: subscribed juliet",
        "romeo/orchard: push juliet to",
        "juliet/balcony: push romeo from approved",
        "romeo/orchard: available juliet/balcony",
    ]
    assert world.last[1].stanza.id == "s1"


def test_3_4_2_in_the_state_to_it_becomes_both(watched):
    assert watched.send("romeo/orchard", "subscribed", "juliet") == [
        "romeo/orchard: push juliet to approved"
    ]
    watched.send("juliet/balcony", "subscribe", "romeo")
    assert watched.roster("romeo") == ["juliet both approved"]
    assert watched.roster("juliet") == ["romeo both"]


def test_3_4_2_the_record_is_kept_until_unsubscribed(world):
    world.send("juliet/balcony", "subscribed", "romeo")
    world.send("romeo/orchard", "subscribe", "juliet")
    world.send("romeo/orchard", "unsubscribe", "juliet")
    assert world.roster("juliet") == ["romeo none approved"]
    assert world.send("juliet/balcony", "unsubscribed", "romeo") == [
        "juliet/balcony: push romeo none"
    ]
    world.send("romeo/orchard", "subscribe", "juliet")
    assert world.state("juliet", "romeo") == "None + Pending In"


def test_3_4_2_a_pre_approval_for_another_domain_stays_at_home(world):
    assert world.send("romeo/orchard", "subscribed", "rosaline@example.net") == [
        "romeo/orchard: push rosaline@example.net none approved"
    ]


def test_3_4_2_pre_approved_while_offline(world):
    world.send("juliet/balcony", "subscribed", "romeo")
    world.end("juliet/balcony")
    assert world.send("romeo/orchard", "subscribe", "juliet") == [
        "romeo/orchard: push juliet none ask",
        "romeo/orchard: subscribed juliet",
        "romeo/orchard: push juliet to",
    ]


def test_2_5_2_removing_a_mutual_contact_ends_both_sides(lovers):
    assert lovers.remove("romeo/orchard", "juliet") == [
        "romeo/orchard: result set",
        "romeo/orchard: push juliet remove",
        "juliet/balcony: unsubscribe romeo",
        "juliet/balcony: push romeo to",
        "romeo/orchard: unavailable juliet/balcony",
        "juliet/balcony: unavailable romeo/orchard",
        "juliet/balcony: unsubscribed romeo",
        "juliet/balcony: push romeo none",
    ]
    assert lovers.roster("romeo") == []
    assert lovers.roster("juliet") == ["romeo none"]


def test_2_5_2_removing_whom_one_sees_unsubscribes(watched):
    assert watched.remove("romeo/orchard", "juliet")[2:] == [
        "juliet/balcony: unsubscribe romeo",
        "juliet/balcony: push romeo none",
        "romeo/orchard: unavailable juliet/balcony",
    ]


def test_2_5_2_removing_who_sees_one_cancels(watched):
    assert watched.remove("juliet/balcony", "romeo")[2:] == [
        "romeo/orchard: unavailable juliet/balcony",
        "romeo/orchard: unsubscribed juliet",
        "romeo/orchard: push juliet none",
    ]


def test_2_5_2_removing_withdraws_an_own_request(world):
    world.send("romeo/orchard", "subscribe", "juliet")
    assert world.remove("romeo/orchard", "juliet")[2:] == ["juliet/balcony: unsubscribe romeo"]
    assert world.state("juliet", "romeo") == "None"


def test_2_5_2_removing_denies_a_waiting_request(world):
    world.add("juliet/balcony", "romeo")
    world.send("romeo/orchard", "subscribe", "juliet")
    assert world.remove("juliet/balcony", "romeo")[2:] == [
        "romeo/orchard: unsubscribed juliet",
        "romeo/orchard: push juliet none",
    ]


def test_2_5_2_removing_a_stranger_tells_nobody(world):
    world.add("romeo/orchard", "rosaline@example.net")
    assert world.remove("romeo/orchard", "rosaline@example.net") == [
        "romeo/orchard: result set",
        "romeo/orchard: push rosaline@example.net remove",
    ]


def test_2_5_2_removing_takes_the_pre_approval_back(world):
    world.send("juliet/balcony", "subscribed", "romeo")
    world.remove("juliet/balcony", "romeo")
    world.send("romeo/orchard", "subscribe", "juliet")
    assert world.state("juliet", "romeo") == "None + Pending In"


def test_3_1_1_a_roster_set_and_a_request_come_in_either_order():
    orders = []
    for first_add in (True, False):
        world = World("romeo", "juliet")
        world.connect("romeo/orchard")
        if first_add:
            world.add("romeo/orchard", "juliet", "Friends", handle="Juliet")
        world.send("romeo/orchard", "subscribe", "juliet")
        if not first_add:
            world.add("romeo/orchard", "juliet", "Friends", handle="Juliet")
        orders.append(world.server.roster(bare("romeo")))
    assert orders[0] == orders[1]
