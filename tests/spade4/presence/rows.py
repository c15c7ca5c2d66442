"""The documented presence API of SPADE 4, row by row: what real agents do on a server.

The rows number the statements of docs/presence_spade4.md. What an agent says is
judged by what its watcher believes.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from slixmpp import JID
from spade.presence import Contact, ContactNotFound, PresenceInfo, PresenceShow, PresenceType

from simulator.journal.records import Sent
from tests.agents.world import World, agent_of, bare
from tests.spade4.presence.rig import Calls

AVAILABLE, UNAVAILABLE = PresenceType.AVAILABLE, PresenceType.UNAVAILABLE
NONE, CHAT, DND = PresenceShow.NONE, PresenceShow.CHAT, PresenceShow.DND
BAD_JIDS = ("", "agent", "@localhost", "a b@localhost", "a@b@c")


async def watched(world: World, **plan: Any) -> tuple[Any, Any]:
    """An agent, and a watcher that sees it, of whose plan `plan` is a part."""
    agent = await world.start("agent")
    watcher = await world.start("watcher", **plan)
    await world.befriend(watcher, agent)
    await world.quiet()
    return agent, watcher


def contact(watcher: Any, agent: Any) -> Contact:
    """What a watcher knows of an agent."""
    return watcher.presence.get_contact(bare(agent))


def believes(watcher: Any, agent: Any) -> bool:
    """Whether a watcher believes an agent available."""
    available: bool = contact(watcher, agent).is_available()
    return available


def shows(watcher: Any, agent: Any, show: PresenceShow) -> bool:
    shown: PresenceShow = contact(watcher, agent).get_presence().show
    return shown is show


def calls_of(agent: Any, *names: str) -> Calls:
    """The calls of handlers, each with its name first."""
    calls = Calls()
    for name in names:
        setattr(agent.presence, name, partial(calls, name))
    return calls


def known(agent: Any, peer: str) -> tuple[str, bool] | None:
    """Subscription and ask in an agent's contact list; None for no contact."""
    found = agent.presence.get_contacts().get(peer)
    return None if found is None else (found.subscription, found.ask == "subscribe")


async def row_01_an_agent_is_available_after_login(world: World) -> None:
    agent = await world.start("agent")
    assert agent.presence.is_available()
    assert isinstance(agent.presence.get_presence(), PresenceInfo)
    assert agent.presence.get_show() is NONE


async def row_02_every_show_crosses(world: World) -> None:
    agent, watcher = await watched(world)
    for show in (CHAT, PresenceShow.AWAY, PresenceShow.EXTENDED_AWAY, DND, NONE):
        agent.presence.set_presence(presence_type=AVAILABLE, show=show)
        assert agent.presence.get_show() is show
        await world.until(partial(shows, watcher, agent, show))


async def row_03_unavailable_has_no_show(world: World) -> None:
    agent, _ = await watched(world)
    agent.presence.set_presence(show=CHAT)
    sent = len(world.sent("agent", "unavailable"))
    with pytest.raises(ValueError, match=r"UNAVAILABLE .*DND"):
        agent.presence.set_presence(presence_type=UNAVAILABLE, show=DND)
    await world.quiet()
    assert agent.presence.get_presence().is_available()
    assert len(world.sent("agent", "unavailable")) == sent


async def row_04_set_unavailable(world: World) -> None:
    agent, watcher = await watched(world)
    calls = calls_of(watcher, "on_unavailable")
    agent.presence.set_unavailable()
    assert not agent.presence.is_available()
    await world.until(lambda: calls)
    await world.quiet()
    assert [jid for _, jid, *_ in calls] == [str(agent.client.boundjid)]
    assert not believes(watcher, agent)
    agent.presence.set_available()
    await world.until(lambda: believes(watcher, agent))


async def row_05_no_show_means_available(world: World) -> None:
    agent, watcher = await watched(world)
    agent.presence.set_presence(presence_type=AVAILABLE, show=NONE, status="no show")
    await world.until(lambda: contact(watcher, agent).get_presence().status == "no show")
    assert believes(watcher, agent)
    assert contact(watcher, agent).get_presence().show is NONE


async def row_06_status_is_a_text(world: World) -> None:
    agent, watcher = await watched(world)
    agent.presence.set_presence(presence_type=AVAILABLE, show=CHAT, status="Working on <it>")
    assert agent.presence.get_status() == "Working on <it>"
    await world.until(lambda: contact(watcher, agent).get_presence().status == "Working on <it>")


async def row_07_priority_has_its_range(world: World) -> None:
    agent, watcher = await watched(world)
    for priority in (-128, -1, 127, 0):
        agent.presence.set_presence(status=f"at {priority}", priority=priority)
        assert agent.presence.get_priority() == priority
        await world.until(partial(_prioritised, watcher, agent, priority))
    for wrong in (-129, 128, True, 1.5):
        with pytest.raises((ValueError, TypeError), match="-128 to 127"):
            agent.presence.set_presence(status="changed", priority=wrong)
    assert agent.presence.get_priority() == 0
    assert agent.presence.get_status() == "at 0"


def _prioritised(watcher: Any, agent: Any, priority: int) -> bool:
    shown: int = contact(watcher, agent).get_presence().priority
    return shown == priority


async def row_08_what_is_omitted_keeps_its_value(world: World) -> None:
    agent, watcher = await watched(world)
    agent.presence.set_presence(AVAILABLE, CHAT, "Lunch", 2)
    agent.presence.set_presence(show=DND)
    agent.presence.set_presence(status="Dinner")
    agent.presence.set_presence(priority=3)
    await world.quiet()
    expected = PresenceInfo(AVAILABLE, DND, "Dinner", 3)
    assert agent.presence.get_presence() == expected
    assert contact(watcher, agent).get_presence() == expected


async def row_09_a_status_that_xml_forbids_changes_nothing(world: World) -> None:
    agent, watcher = await watched(world)
    with pytest.raises(ValueError, match=r"U\+0001"):
        agent.presence.set_presence(AVAILABLE, CHAT, "a\x01")
    await world.quiet()
    assert agent.driver.is_connected
    assert believes(watcher, agent)


async def row_10_handlers_get_what_is_and_what_was(world: World) -> None:
    agent, watcher = await watched(world)
    calls = calls_of(watcher, "on_available")
    agent.presence.set_presence(AVAILABLE, CHAT, "one")
    agent.presence.set_presence(AVAILABLE, DND, "two")
    await world.until(lambda: len(calls) >= 2)
    await world.quiet()
    one, two = (PresenceInfo(AVAILABLE, CHAT, "one"), PresenceInfo(AVAILABLE, DND, "two"))
    me = str(agent.client.boundjid)
    assert [call[1:3] for call in calls] == [(me, one), (me, two)]
    assert calls[1][3] == one
    assert calls[0][3].is_available()


async def row_11_handlers_once_for_each_presence(world: World) -> None:
    agent = await world.start("agent")
    watcher = await world.start("watcher")
    calls = calls_of(watcher, "on_available", "on_unavailable")
    await world.befriend(watcher, agent)
    await world.quiet()
    second = await world.start_again("agent", resource="second")
    await world.quiet()
    first_jid, second_jid = str(agent.client.boundjid), str(second.client.boundjid)
    await second.stop()
    await world.quiet()
    await agent.stop()
    await world.quiet()
    assert [call[:2] for call in calls] == [
        ("on_available", first_jid),
        ("on_available", second_jid),
        ("on_unavailable", second_jid),
        ("on_unavailable", first_jid),
    ]


async def row_12_each_change_is_told(world: World) -> None:
    agent, watcher = await watched(world)
    agent.presence.set_presence(AVAILABLE, CHAT)
    await world.quiet()
    calls = calls_of(watcher, "on_available")
    agent.presence.set_presence(AVAILABLE, CHAT, priority=5)
    await world.quiet()
    assert [info.priority for _, _, info, _ in calls] == [5]


async def row_13_who_approved_is_seen(world: World) -> None:
    agent = await world.start("agent")
    watcher = await world.start("watcher")
    agent.presence.approve_all = True
    watcher.presence.subscribe(bare(agent))
    await world.quiet(1)
    assert watcher.driver.control.sees(bare(agent))
    assert believes(watcher, agent)


async def row_14_who_comes_back_under_another_resource_is_seen(world: World) -> None:
    agent, watcher = await watched(world)
    await agent.stop()
    await world.until(lambda: not believes(watcher, agent))
    second = await world.start_again("agent", resource="second")
    await world.quiet(1)
    assert believes(watcher, second)
    third = await world.start_again("agent", resource="third")
    await world.quiet()
    await second.stop()
    await world.quiet()
    assert believes(watcher, third)


async def row_15_contacts_are_the_roster(world: World) -> None:
    agent, watcher = await watched(world)
    jid, me = bare(agent), bare(watcher)
    assert known(agent, me) == ("from", False)
    entry = watcher.presence.get_contacts()[jid]
    assert (entry.subscription, entry.ask) == ("to", "none")
    stranger = await world.start("stranger")
    stranger.client.send_presence(pto=me)
    await world.until(lambda: world.received("watcher", "available")[-1].peer.endswith("stranger"))
    assert bare(stranger) not in watcher.presence.contacts
    await watcher.driver.control.remove(jid)
    await world.quiet()
    assert watcher.presence.get_contacts() == {}
    with pytest.raises(ContactNotFound):
        watcher.presence.get_contact(jid)


async def row_16_a_contact_has_one_entry_however_it_is_written(world: World) -> None:
    agent, watcher = await watched(world)
    jid = bare(agent)
    watcher.presence.subscribe(jid.upper())
    watcher.presence.subscribe(f"{jid}/desk")
    await world.quiet()
    assert list(watcher.presence.get_contacts()) == list(watcher.presence.contacts) == [jid]
    for name in (jid, jid.upper(), f"{jid}/desk", JID(jid), JID(f"{jid}/desk")):
        assert watcher.presence.get_contact(name) is contact(watcher, agent)
        assert watcher.presence.get_contacts()[name] is contact(watcher, agent)


async def row_17_no_contacts(world: World) -> None:
    agent = await world.start("agent")
    assert agent.presence.get_contacts() == {}


async def row_18_subscribe_and_unsubscribe(world: World) -> None:
    agent = await world.start("agent")
    watcher = await world.start("watcher")
    agent.presence.approve_all = True
    peer = bare(agent)
    watcher.presence.subscribe(peer)
    assert watcher.presence.get_contact(peer).is_subscribed()
    await world.until(lambda: known(watcher, peer) == ("to", False))
    watcher.presence.unsubscribe(peer)
    await world.until(lambda: known(watcher, peer) == ("none", False))


async def row_19_a_bad_jid_is_refused_before_anything_changes(world: World) -> None:
    agent = await world.start("agent")
    for bad in BAD_JIDS:
        for method in (agent.presence.subscribe, agent.presence.approve_subscription):
            with pytest.raises(ValueError, match=repr(bad)):
                method(bad)
    assert agent.presence.get_contacts() == agent.presence.contacts == {}
    assert world.sent("agent", "subscribe") == []


async def row_20_a_request_is_answered_by_the_agent_alone(world: World) -> None:
    agent = await world.start("agent")
    watcher = await world.start("watcher")
    calls = calls_of(agent, "on_subscribe")
    watcher.presence.subscribe(bare(agent))
    await world.until(lambda: calls)
    await world.quiet()
    assert calls == [("on_subscribe", bare(watcher))]
    assert world.sent("agent", "subscribed") == world.sent("agent", "subscribe") == []
    assert known(watcher, bare(agent)) == ("none", True)


async def row_21_subscription_handlers(world: World) -> None:
    agent = await world.start("agent")
    watcher = await world.start("watcher")
    names = ("on_subscribe", "on_unsubscribe", "on_subscribed")
    calls = calls_of(agent, *names), calls_of(watcher, *names)
    agent.presence.approve_all = True
    me, peer = bare(watcher), bare(agent)
    for _ in range(2):
        watcher.presence.subscribe(peer)
        await world.until(lambda: known(watcher, peer) == ("to", False))
        watcher.presence.unsubscribe(peer)
        await world.until(lambda: known(watcher, peer) == ("none", False))
        await world.quiet()
    assert calls == (
        [("on_subscribe", me), ("on_unsubscribe", me)] * 2,
        [("on_subscribed", peer)] * 2,
    )


async def row_22_approve_in_the_handler(world: World) -> None:
    agent = await world.start("agent")
    watcher = await world.start("watcher")
    agent.presence.on_subscribe = agent.presence.approve_subscription
    watcher.presence.subscribe(bare(agent))
    await world.until(lambda: known(watcher, bare(agent)) == ("to", False))
    await world.quiet()
    assert len(world.sent("agent", "subscribed")) == 1
    assert known(agent, bare(watcher)) == ("from", False)


async def row_23_approve_all(world: World) -> None:
    agent = await world.start("agent")
    agent.presence.approve_all = True
    watchers = [await world.start(f"watcher{number}") for number in range(3)]
    for watcher in watchers:
        watcher.presence.subscribe(bare(agent))
    await world.quiet(1)
    assert {known(watcher, bare(agent)) for watcher in watchers} == {("to", False)}
    assert {known(agent, bare(watcher)) for watcher in watchers} == {("from", False)}
    assert len(world.sent("agent", "subscribed")) == 3


async def row_24_a_request_can_be_declined(world: World) -> None:
    agent = await world.start("agent")
    watcher = await world.start("watcher")
    calls = calls_of(watcher, "on_unsubscribed")
    agent.presence.on_subscribe = agent.presence.decline_subscription
    watcher.presence.subscribe(bare(agent))
    await world.until(lambda: calls)
    await world.quiet()
    assert calls == [("on_unsubscribed", bare(agent))]
    assert known(watcher, bare(agent)) in (None, ("none", False))
    assert not world.sent("agent", "subscribed")


async def row_25_a_request_waits_for_its_handler(world: World) -> None:
    watcher = await world.start("watcher")
    harness = await world.prepare("agent")
    watcher.presence.subscribe(world.jid("agent"))
    await world.quiet()
    await harness.start()
    await world.until(lambda: world.received("agent", "subscribe"))
    await world.quiet()
    calls = calls_of(agent_of(harness), "on_subscribe")
    await world.quiet()
    assert calls == [("on_subscribe", bare(watcher))]


async def row_26_a_subscription_that_the_contact_ends(world: World) -> None:
    agent, watcher = await watched(world)
    agent.presence.subscribe(bare(watcher))
    watcher.presence.approve_all = True
    await world.until(lambda: known(watcher, bare(agent)) == ("both", False))
    await world.quiet()
    calls = Calls()
    watcher.presence.on_unsubscribed = lambda jid: calls(jid, known(watcher, jid))
    agent.client.send_presence(pto=bare(watcher), ptype="unsubscribed")
    await world.until(lambda: calls)
    await world.quiet()
    assert calls == [(bare(agent), ("from", False))]
    assert known(watcher, bare(agent)) == ("from", False)
    assert not believes(watcher, agent)


async def row_27_a_handler_that_fails_harms_nobody(world: World) -> None:
    agent, watcher = await watched(world)
    agent.presence.set_presence(AVAILABLE, CHAT)
    await world.quiet()
    calls = Calls()

    def handler(*arguments: Any) -> None:
        calls(*arguments)
        raise RuntimeError("a bug")

    watcher.presence.on_available = handler
    sent = len(world.records)
    for priority in (1, 2):
        agent.presence.set_presence(AVAILABLE, DND, f"at {priority}", priority)
        await world.quiet()
    assert [info.priority for _, info, _ in calls] == [1, 2]
    assert len(watcher.harness.failures) == 2
    assert {one.agent for one in world.records[sent:] if isinstance(one, Sent)} == {
        agent.harness.plan.name
    }


async def row_28_a_coroutine_function_runs(world: World) -> None:
    agent, watcher = await watched(world)
    heard: list[str] = []

    async def handle(jid: str, _info: Any, _last: Any) -> None:
        heard.append(jid)

    watcher.presence.on_available = handle
    agent.presence.set_presence(AVAILABLE, DND)
    await world.until(lambda: heard)


async def row_29_a_stopped_agent_stays_away(world: World) -> None:
    agent = await world.start("agent")
    ping_often(agent)
    await agent.stop()
    before = len(world.records)
    await world.quiet(3)
    assert world.records[before:] == []
    assert not agent.client.is_connected()


def ping_often(agent: Any) -> None:
    """SPADE pings each 55 s and waits 30 s for the answer."""
    agent.client["xep_0199"].disable_keepalive()
    agent.client["xep_0199"].enable_keepalive(0.5, 0.5)


async def row_30_the_presence_is_sent_again_after_a_reconnect(world: World) -> None:
    agent, watcher = await watched(world)
    ping_often(agent)
    agent.presence.set_presence(AVAILABLE, DND, "busy", 4)
    await world.quiet()
    await cut(world, agent)
    await world.until(lambda: not believes(watcher, agent))
    await world.until(lambda: believes(watcher, agent))
    await world.quiet()
    info = PresenceInfo(AVAILABLE, DND, "busy", 4)
    assert contact(watcher, agent).get_presence() == agent.presence.get_presence() == info


async def cut(world: World, agent: Any) -> None:
    """Break an agent's connection and wait until it has noticed."""
    agent.client.abort()
    await world.until(lambda: not agent.client.is_connected())


async def row_31_a_cut_link_is_mended_soon(world: World) -> None:
    agent = await world.start("agent")
    await cut(world, agent)
    await world.until(lambda: agent.driver.is_connected)


async def row_32_after_a_reconnect_contacts_are_the_roster(world: World) -> None:
    agent, watcher = await watched(world)
    ping_often(watcher)
    second = await world.start_again("watcher", resource="second")
    await cut(world, watcher)
    await second.driver.control.remove(bare(agent))
    await world.until(lambda: watcher.driver.is_connected)
    await world.until(lambda: known(watcher, bare(agent)) is None)
    assert bare(agent) not in watcher.presence.contacts


async def row_33_nobody_is_believed_there_without_a_session(world: World) -> None:
    leaves, watcher = await watched(world, recovery="rejoin")
    stays = await world.start("stays")
    await world.befriend(watcher, stays)
    await world.quiet()
    ping_often(watcher)
    calls = calls_of(watcher, "on_unavailable")
    await cut(world, watcher)
    assert not believes(watcher, stays)
    assert {jid for _, jid, *_ in calls} == {str(one.client.boundjid) for one in (leaves, stays)}
    await leaves.stop()
    await world.until(lambda: believes(watcher, stays))
    await world.quiet()
    assert not believes(watcher, leaves)


async def row_34_two_agents_with_one_resource_do_not_fight(world: World) -> None:
    first = await world.start("agent")
    ping_often(first)
    second = await world.start_again("agent")
    ping_often(second)
    await world.quiet(4)
    assert second.driver.is_connected
    assert len(world.sent("agent", "available")) == 2


async def row_35_the_example(world: World) -> None:
    example = "tests.spade4.presence.document_example"
    two = await world.prepare("agent2", agent_class=f"{example}:Agent2")
    knows = (("jid2", world.jid("agent2")),)
    one = await world.prepare("agent1", agent_class=f"{example}:Agent1", attributes=knows)
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        await two.start()
        await one.start()
        await world.until(lambda: agent_of(two).driver.control.sees(world.jid("agent1")))
        await world.quiet(1)
    assert one.failures == two.failures == []
    # The names of this test's agents begin with a label: "w7-agent1".
    lines = re.sub(r"\bw\d+-", "", told.getvalue()).splitlines()
    for (agent, name), (other, peer) in itertools.permutations(((one, "agent1"), (two, "agent2"))):
        assert known(agent_of(agent), bare(agent_of(other))) == ("both", False)
        assert believes(agent_of(agent), agent_of(other))
        assert lines.count(f"[{name}] Agent {peer} asked for subscription") == 1
        arrived = [got for got in world.received(name, "available") if got.peer.endswith(peer)]
        assert lines.count(f"[{name}] Agent {peer} is chat") == len(arrived) > 0
        accepted = lines.index(f"[{name}] Agent {peer} has accepted the subscription")
        assert lines[accepted + 1].startswith(f"[{name}] Contacts List: {{'{peer}@")


ROWS: dict[str, Callable[..., Any]] = {
    name: value for name, value in globals().items() if name.startswith("row_")
}
