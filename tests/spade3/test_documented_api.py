"""The documented presence API, row by row, by real agents on real servers.

The rows number the statements of SPADE's presence document. What an agent says is judged by
what its watcher receives.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import aioxmpp
import pytest
from aioxmpp import JID, PresenceShow, PresenceState, PresenceType
from aioxmpp.structs import LanguageTag

from simulator.scenario.plan import PresencePlan
from simulator.servers.embedded.backend import EmbeddedBackend
from simulator.servers.local.prosody import ProsodyBackend
from tests.agents.world import Script, World, agent_of, play, play_embedded
from tests.servers.helpers import context_of, make_local

Run = Callable[[Script], None]


@pytest.fixture(scope="module", params=["embedded", "prosody"])
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    """Runs a script on a server."""
    if request.param == "embedded":
        yield lambda script: play_embedded(EmbeddedBackend(), script)
        return
    backend = make_local(ProsodyBackend)
    asyncio.run(backend.start(context_of()))
    yield lambda script: asyncio.run(play(backend, script))
    asyncio.run(backend.stop())


async def watched(world: World) -> tuple[Any, Any, list[Any]]:
    """An agent, a watcher of it, and the stanzas that the watcher's `on_available` gets."""
    agent = await world.start("agent")
    watcher = await world.start("watcher")
    await world.befriend(watcher, agent)
    await world.quiet()
    seen: list[Any] = []
    watcher.presence.on_available = lambda _jid, stanza: seen.append(stanza)
    return agent, watcher, seen


def contact(watcher: Any, agent: Any) -> dict[str, Any]:
    entry: dict[str, Any] = watcher.presence.get_contacts()[agent.jid]
    return entry


def subscription(watcher: Any, agent: Any) -> str | None:
    found: str | None = watcher.presence.get_contacts().get(agent.jid, {}).get("subscription")
    return found


def sees(watcher: Any, agent: Any) -> bool:
    return subscription(watcher, agent) == "to"


def shown(stanzas: list[Any], show: PresenceShow) -> bool:
    return bool(stanzas) and stanzas[-1].show is show


def prioritised(stanzas: list[Any], priority: int) -> bool:
    return bool(stanzas) and stanzas[-1].priority == priority


def called_with(calls: list[Any], show: PresenceShow) -> bool:
    return bool(calls) and calls[-1][1].show is show


def test_row_01_state(run: Run) -> None:
    async def script(world: World) -> None:
        agent = await world.start("agent")
        assert isinstance(agent.presence.state, PresenceState)
        assert agent.presence.state.available is True
        agent.presence.set_presence(state=PresenceState(True, PresenceShow.XA))
        assert agent.presence.state == PresenceState(True, PresenceShow.XA)

    run(script)


def test_row_02_every_show_crosses(run: Run) -> None:
    async def script(world: World) -> None:
        agent, watcher, seen = await watched(world)
        shows = [*PresenceShow]
        shows.sort(key=lambda show: show is PresenceShow.NONE)  # the agent is NONE at first
        for show in shows:
            agent.presence.set_available(show=show)
            await world.until(partial(shown, seen, show))
            assert contact(watcher, agent)["presence"].show is show
        assert [stanza.show for stanza in seen] == shows
        assert len(shows) == 5

    run(script)


def test_row_03_set_available(run: Run) -> None:
    async def script(world: World) -> None:
        agent, _, seen = await watched(world)
        agent.presence.set_available(availability=True, show=PresenceShow.CHAT)
        await world.until(lambda: seen and seen[-1].show is PresenceShow.CHAT)
        agent.presence.set_available(availability=True, show=PresenceShow.AWAY)
        agent.presence.set_available()
        await world.until(lambda: len(seen) == 3)
        assert seen[-1].show is PresenceShow.NONE

    run(script)


def test_row_04_unavailable_has_no_show(run: Run) -> None:
    async def script(world: World) -> None:
        agent, _, seen = await watched(world)
        for show in PresenceShow:
            if show is not PresenceShow.NONE:
                with pytest.raises(ValueError, match=rf"availability=False .*{show.name}"):
                    agent.presence.set_available(availability=False, show=show)
        await world.quiet()
        assert agent.presence.is_available()
        assert seen == []

    run(script)


@pytest.mark.parametrize("how", ["set_unavailable", "set_available", "set_presence"])
def test_row_05_set_unavailable(run: Run, how: str) -> None:
    ways = {
        "set_unavailable": lambda presence: presence.set_unavailable(),
        "set_available": lambda presence: presence.set_available(availability=False),
        "set_presence": lambda presence: presence.set_presence(PresenceState(False)),
    }

    async def script(world: World) -> None:
        agent, watcher, seen = await watched(world)
        gone: list[str] = []
        watcher.presence.on_unavailable = lambda jid, _stanza: gone.append(jid)
        ways[how](agent.presence)
        await world.until(lambda: gone)
        assert gone == [str(agent.jid)]
        assert contact(watcher, agent)["presence"].type_ == PresenceType.UNAVAILABLE
        agent.presence.set_available()
        await world.until(lambda: seen)
        await world.quiet()
        assert agent.presence.is_available()

    run(script)


def test_row_05_back_before_the_session_has_ended(run: Run) -> None:
    async def script(world: World) -> None:
        agent, watcher, seen = await watched(world)
        gone: list[str] = []
        watcher.presence.on_unavailable = lambda jid, _stanza: gone.append(jid)
        agent.presence.set_unavailable()
        agent.presence.set_available(show=PresenceShow.CHAT)
        # Whether the watcher hears of the interval depends on the server; the end counts.
        await world.until(lambda: len(world.sent("agent", "available")) == 2)
        await world.until(lambda: seen and seen[-1].show is PresenceShow.CHAT)
        await world.quiet()
        assert contact(watcher, agent)["presence"].show is PresenceShow.CHAT
        assert agent.client.established

    run(script)


def test_row_06_is_available_and_show(run: Run) -> None:
    async def script(world: World) -> None:
        agent = await world.start("agent")
        agent.presence.set_available(show=PresenceShow.DND)
        assert agent.presence.is_available() is True
        assert agent.presence.state.show is PresenceShow.DND
        agent.presence.set_unavailable()
        assert agent.presence.is_available() is False
        assert agent.presence.state.show is PresenceShow.NONE

    run(script)


def test_row_07_no_show_means_available(run: Run) -> None:
    async def script(world: World) -> None:
        agent, watcher, seen = await watched(world)
        agent.presence.set_presence(state=PresenceState(True), status="no show")
        await world.until(lambda: seen)
        assert seen[-1].show is PresenceShow.NONE
        state = PresenceState.from_stanza(contact(watcher, agent)["presence"])
        assert state == PresenceState(True, PresenceShow.NONE)

    run(script)


def test_row_08_status_text(run: Run) -> None:
    async def script(world: World) -> None:
        agent, _, seen = await watched(world)
        agent.presence.set_presence(status="Working...")
        assert agent.presence.status == {None: "Working..."}
        await world.until(lambda: seen)
        assert seen[-1].status.any() == "Working..."

    run(script)


def test_row_09_status_in_languages(run: Run) -> None:
    spoken = {None: "Working...", "es": "Trabajando...", "fr": "Travailler..."}

    async def script(world: World) -> None:
        agent, _, seen = await watched(world)
        agent.presence.set_presence(status=spoken)
        assert agent.presence.status == spoken
        await world.until(lambda: seen)
        texts = seen[-1].status
        assert texts[LanguageTag.fromstr("es")] == "Trabajando..."
        assert texts[LanguageTag.fromstr("fr")] == "Travailler..."
        assert "Working..." in texts.values()
        agent.presence.set_available(show=PresenceShow.CHAT)
        await world.until(lambda: len(seen) == 2)
        assert seen[-1].status == texts

    run(script)


def test_row_10_priority(run: Run) -> None:
    async def script(world: World) -> None:
        agent, _, seen = await watched(world)
        for priority in (-128, -1, 0, 127):
            agent.presence.set_presence(priority=priority)
            assert agent.presence.priority == priority
            await world.until(partial(prioritised, seen, priority))
        for wrong in (-129, 128, True, 1.5):
            with pytest.raises((ValueError, TypeError), match="-128 to 127"):
                agent.presence.set_presence(status="changed", priority=wrong)
        await world.quiet()
        assert agent.presence.priority == 127
        assert agent.presence.status == {}
        assert len(seen) == 4

    run(script)


def test_row_10_priority_of_the_first_presence(run: Run) -> None:
    async def script(world: World) -> None:
        watcher = await world.start("watcher")
        first = PresencePlan(show="chat", status=((None, "Hi"), ("es", "Hola")), priority=5)
        harness = await world.prepare("agent", presence=first)
        watcher.presence.subscribe(world.jid("agent"))
        seen: list[Any] = []
        watcher.presence.on_available = lambda _jid, stanza: seen.append(stanza)
        await world.quiet()
        await harness.start()
        # The request was delivered at login, before anybody could assign a handler.
        await world.until(lambda: world.received("agent", "subscribe"))
        agent_of(harness).presence.approve_all = True
        await world.until(lambda: seen)
        assert (seen[-1].show, seen[-1].priority) == (PresenceShow.CHAT, 5)
        assert seen[-1].status[LanguageTag.fromstr("es")] == "Hola"

    run(script)


def test_row_11_set_presence(run: Run) -> None:
    async def script(world: World) -> None:
        agent, _, seen = await watched(world)
        agent.presence.set_presence(
            state=PresenceState(True, PresenceShow.CHAT), status="Lunch", priority=2
        )
        agent.presence.set_presence(state=PresenceState(True, PresenceShow.DND))
        agent.presence.set_presence(status="Dinner")
        agent.presence.set_presence(priority=3)
        await world.until(lambda: len(seen) == 4)
        parts = [(stanza.show, stanza.status.any(), stanza.priority) for stanza in seen]
        assert parts == [
            (PresenceShow.CHAT, "Lunch", 2),
            (PresenceShow.DND, "Lunch", 2),
            (PresenceShow.DND, "Dinner", 2),
            (PresenceShow.DND, "Dinner", 3),
        ]

    run(script)


def test_row_12_handlers_once_for_each_presence(run: Run) -> None:
    async def script(world: World) -> None:
        agent = await world.start("agent")
        watcher = await world.start("watcher")
        calls: list[tuple[str, str]] = []
        watcher.presence.on_available = lambda jid, _stanza: calls.append(("available", jid))
        watcher.presence.on_unavailable = lambda jid, _stanza: calls.append(("unavailable", jid))
        await world.befriend(watcher, agent)
        second = await world.start_again("agent", resource="second")
        await world.until(lambda: ("available", str(second.jid)) in calls)
        await second.stop()
        await agent.stop()
        await world.until(lambda: ("unavailable", str(agent.jid)) in calls)
        await world.quiet()
        assert calls == [
            ("available", str(agent.jid)),
            ("available", str(second.jid)),
            ("unavailable", str(second.jid)),
            ("unavailable", str(agent.jid)),
        ]
        arrived = [
            record
            for record in world.received("watcher", "available")
            if record.peer.endswith("-agent")
        ]
        assert len(arrived) == 2

    run(script)


def test_row_13_changes_reach_on_available(run: Run) -> None:
    async def script(world: World) -> None:
        agent, _, seen = await watched(world)
        agent.presence.set_available(show=PresenceShow.AWAY)
        agent.presence.set_presence(status="Lunch")
        await world.until(lambda: len(seen) == 2)
        # The default language is None, or what the server's stream header says (RFC 6120, 4.7.4).
        assert [(stanza.show, [*stanza.status.values()]) for stanza in seen] == [
            (PresenceShow.AWAY, []),
            (PresenceShow.AWAY, ["Lunch"]),
        ]
        assert world.received("watcher", "available")[-1].status == (("", "Lunch"),)

    run(script)


def test_row_14_contacts_are_the_roster_with_the_newest_presence(run: Run) -> None:
    async def script(world: World) -> None:
        agent = await world.start("agent")
        watcher = await world.start("watcher")
        jid = agent.jid.bare()
        contacts = watcher.presence.get_contacts
        watcher.presence.subscribe(str(jid))
        await world.until(lambda: jid in contacts())
        assert contacts()[jid]["ask"] == "subscribe"
        assert contacts()[jid]["subscription"] == "none"
        agent.presence.approve(str(watcher.jid))
        # aioxmpp applies a roster push in a task of its own, a moment after the stanza behind it.
        await world.until(lambda: "presence" in contacts()[jid] and "ask" not in contacts()[jid])
        entry = contacts()[str(jid)]
        assert entry is not contacts()[jid]
        assert entry["subscription"] == "to"
        assert entry["presence"].type_ == PresenceType.AVAILABLE
        await watcher.presence.roster.set_entry(jid, name="My Friend", add_to_groups={"b", "a"})
        await world.until(lambda: "name" in contacts()[jid])
        assert contacts()[jid]["name"] == "My Friend"
        assert contacts()[jid]["groups"] == ["a", "b"]
        stranger = await world.start("stranger")
        directed = aioxmpp.Presence(to=watcher.jid.bare())
        await stranger.client.send(directed)
        await world.until(lambda: len(world.received("watcher", "available")) >= 3)
        assert list(contacts()) == [jid]
        await watcher.presence.roster.remove_entry(jid)
        await world.until(lambda: contacts() == {})

    run(script)


def test_row_14_presence_ends_with_the_subscription(run: Run) -> None:
    async def script(world: World) -> None:
        agent, watcher, _ = await watched(world)
        agent.presence.subscribe(str(watcher.jid))
        watcher.presence.approve_all = True
        await world.until(lambda: subscription(watcher, agent) == "both")
        watcher.presence.unsubscribe(str(agent.jid))
        await world.until(lambda: subscription(watcher, agent) == "from")
        await world.quiet()
        presence = contact(watcher, agent).get("presence")
        assert presence is None or presence.type_ == PresenceType.UNAVAILABLE

    run(script)


def test_row_15_no_contacts(run: Run) -> None:
    async def script(world: World) -> None:
        agent = await world.start("agent")
        assert agent.presence.get_contacts() == {}

    run(script)


@pytest.mark.parametrize("form", [str, JID.fromstr], ids=["str", "JID"])
def test_row_16_subscribe_and_unsubscribe(run: Run, form: Callable[[str], Any]) -> None:
    async def script(world: World) -> None:
        agent = await world.start("agent")
        watcher = await world.start("watcher")
        agent.presence.approve_all = True
        watcher.presence.subscribe(form(world.jid("agent")))
        await world.until(
            lambda: watcher.presence.get_contacts().get(agent.jid, {}).get("presence")
        )
        watcher.presence.unsubscribe(form(world.jid("agent")))
        await world.until(lambda: subscription(watcher, agent) == "none")
        for bad in ("", "agent", "@localhost", "a b@localhost", "a@b@c"):
            for method in (watcher.presence.subscribe, watcher.presence.unsubscribe):
                with pytest.raises(ValueError, match=repr(bad)):
                    method(bad)

    run(script)


@pytest.mark.parametrize("approve_all", [False, True])
def test_row_17_subscription_handlers(run: Run, approve_all: bool) -> None:
    async def script(world: World) -> None:
        agent = await world.start("agent")
        watcher = await world.start("watcher")
        calls: list[tuple[str, str]] = []

        def note(kind: str, jid: str) -> bool:
            calls.append((kind, jid))
            if kind == "on_subscribe" and not approve_all:
                agent.presence.approve(jid)
            return True

        for owner in (agent, watcher):
            for kind in ("on_subscribe", "on_unsubscribe", "on_subscribed", "on_unsubscribed"):
                setattr(owner.presence, kind, partial(note, kind))
        agent.presence.approve_all = approve_all
        me, peer = str(watcher.jid.bare()), str(agent.jid.bare())
        expected: list[tuple[str, str]] = []
        for _ in range(2):
            watcher.presence.subscribe(peer)
            await world.until(lambda: subscription(watcher, agent) == "to")
            watcher.presence.unsubscribe(peer)
            await world.until(lambda: subscription(watcher, agent) == "none")
            await world.quiet()
            expected += [("on_subscribe", me), ("on_subscribed", peer), ("on_unsubscribe", me)]
        assert [call for call in calls if call[0] != "on_unsubscribed"] == expected

    run(script)


def test_row_17_unsubscribed_by_the_contact(run: Run) -> None:
    async def script(world: World) -> None:
        agent, watcher, _ = await watched(world)
        calls: list[str] = []
        watcher.presence.on_unsubscribed = calls.append
        gone: list[str] = []
        watcher.presence.on_unavailable = lambda jid, _stanza: gone.append(jid)
        agent.client.enqueue(
            aioxmpp.Presence(type_=PresenceType.UNSUBSCRIBED, to=watcher.jid.bare())
        )
        await world.until(lambda: calls and gone)
        await world.quiet()
        assert calls == [str(agent.jid.bare())]
        assert len(gone) == 1
        assert subscription(watcher, agent) == "none"

    run(script)


def test_row_17_a_failing_handler_is_reported_and_stays(run: Run) -> None:
    async def script(world: World) -> None:
        agent, watcher, _ = await watched(world)
        calls: list[Any] = []

        def handler(*arguments: Any) -> None:
            calls.append(arguments)
            raise RuntimeError("a bug")

        watcher.presence.on_available = handler
        for show in (PresenceShow.AWAY, PresenceShow.DND):
            agent.presence.set_available(show=show)
            await world.until(partial(called_with, calls, show))
        assert len(calls) == 2
        for failure in watcher.harness.failures:
            assert failure.startswith(
                "RuntimeError: a bug in on_available (test_documented_api.py:"
            )
        assert len(watcher.harness.failures) == 2
        assert contact(watcher, agent)["presence"].show is PresenceShow.DND

    run(script)


def test_row_18_approve_in_the_handler(run: Run) -> None:
    async def script(world: World) -> None:
        agent = await world.start("agent")
        watcher = await world.start("watcher")
        agent.presence.on_subscribe = agent.presence.approve
        watcher.presence.subscribe(str(agent.jid))
        await world.until(lambda: subscription(watcher, agent) == "to")
        await world.until(lambda: "presence" in contact(watcher, agent))

    run(script)


def test_row_19_approve_all(run: Run) -> None:
    async def script(world: World) -> None:
        agent = await world.start("agent")
        agent.presence.approve_all = True
        watchers = [await world.start(f"watcher{number}") for number in range(3)]
        for watcher in watchers:
            watcher.presence.subscribe(str(agent.jid))
        for watcher in watchers:
            await world.until(partial(sees, watcher, agent))
        entries = agent.presence.get_contacts()
        assert {entries[watcher.jid]["subscription"] for watcher in watchers} == {"from"}

    run(script)


@pytest.mark.parametrize("flag", [True, False], ids=["approve_all", "on_subscribe"])
def test_row_19_requests_that_were_pending_at_login(run: Run, flag: bool) -> None:
    async def script(world: World) -> None:
        watcher = await world.start("watcher")
        harness = await world.prepare("agent")
        watcher.presence.subscribe(world.jid("agent"))
        await world.quiet()
        await harness.start()
        presence = agent_of(harness).presence
        await world.until(lambda: world.received("agent", "subscribe"))
        await world.quiet()
        assert world.sent("agent", "subscribed") == []
        if flag:
            presence.approve_all = True
        else:
            presence.on_subscribe = presence.approve
        await world.until(
            lambda: watcher.presence.get_contacts()[world.jid("agent")]["subscription"] == "to"
        )
        assert len(world.sent("agent", "subscribed")) == 1

    run(script)


def test_row_20_the_example(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    async def script(world: World) -> None:
        example = "tests.spade3.document_example"
        two = await world.prepare("agent2", agent_class=f"{example}:Agent2")
        knows = (("jid2", world.jid("agent2")),)
        one = await world.prepare("agent1", agent_class=f"{example}:Agent1", attributes=knows)
        await two.start()
        await one.start()

        def both() -> bool:
            entries = [
                agent_of(harness).presence.get_contacts().get(world.jid(peer), {})
                for harness, peer in ((one, "agent2"), (two, "agent1"))
            ]
            return all(
                entry.get("subscription") == "both" and "presence" in entry for entry in entries
            )

        await world.until(both)
        await world.quiet()
        assert one.failures == two.failures == []

    run(script)
    # The names of this test's agents begin with a label: "w7-agent1".
    lines = re.sub(r"\bw\d+-", "", capsys.readouterr().out).splitlines()
    for name, peer in (("agent1", "agent2"), ("agent2", "agent1")):
        assert lines.count(f"Agent {name} running") == 1
        assert f"[{name}] Agent {peer} is available." in lines
        asked = f"[{name}] Agent {peer} asked for subscription."
        assert lines.count(asked) == 1
        accepted = lines.index(f"[{name}] Agent {peer} has accepted the subscription.")
        assert lines[accepted + 1].startswith(f"[{name}] Contacts List: {{JID(localpart='{peer}'")


def test_rejoin_repairs_the_view_after_a_broken_connection(run: Run) -> None:
    async def script(world: World) -> None:
        leaves, watcher, _ = await watched(world)
        stays = await world.start("stays")
        await world.befriend(watcher, stays)
        watcher.presence.recovery = "rejoin"
        calls: list[tuple[str, str]] = []
        watcher.presence.on_available = lambda jid, _stanza: calls.append(("available", jid))
        watcher.presence.on_unavailable = lambda jid, _stanza: calls.append(("unavailable", jid))
        lost = watcher.client.on_stream_destroyed.future()
        watcher.client.stream._xmlstream.connection_lost(ConnectionResetError())
        await lost
        assert sorted(calls) == [("unavailable", str(agent.jid)) for agent in (leaves, stays)]
        await leaves.stop()
        await world.until(lambda: ("available", str(stays.jid)) in calls)
        await world.quiet()
        assert contact(watcher, leaves)["presence"].type_ == PresenceType.UNAVAILABLE
        assert contact(watcher, stays)["presence"].type_ == PresenceType.AVAILABLE
        assert len(calls) == 3

    run(script)
