"""Subscription policies, on SPADE's presence manager and on the documented one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
import spade.presence

from simulator.agents.names import Names
from simulator.agents.policies import SubscriptionPolicy
from simulator.scenario.plan import PolicyRule
from simulator.servers.embedded.backend import EmbeddedBackend
from simulator.spade3.control import ManagerControl
from simulator.spade3.presence.manager import PresenceManager
from tests.agents.world import play_embedded

FRIEND = "friend@localhost"
OTHER = "other@localhost"


@dataclass(frozen=True)
class After:
    """Always the same delay."""

    microseconds: int

    def sample(self, _random: Random) -> int:
        return self.microseconds


@dataclass(frozen=True)
class Uniform:
    """Up to a second."""

    def sample(self, random: Random) -> int:
        return random.randrange(1_000_000)


def control_of(rig):
    return ManagerControl(SimpleNamespace(presence=rig.presence))


class Clocked:
    """A rig whose loop has a clock that tests advance."""

    def __init__(self, rig, rules, seed=1):
        self.rig = rig
        self.now = 0.0
        rig.loop.time = lambda: self.now
        self.policy = SubscriptionPolicy(tuple(rules), Random(seed))
        self.policy.attach(control_of(rig), Names("localhost").name)

    def to(self, seconds):
        """Let virtual time pass until `seconds`."""
        self.now = seconds
        self.rig.loop.run_until_complete(self._turns())

    @staticmethod
    async def _turns():
        for _ in range(5):
            await asyncio.sleep(0)


@pytest.fixture(params=[spade.presence.PresenceManager, PresenceManager], ids=["spade", "ours"])
def make(request, make_rig):
    """Makes a clocked rig with a policy; `login=False` leaves it without a session."""

    def build(*rules, login=True, seed=1):
        rig = make_rig(request.param)
        rig.do = lambda action: rig.loop.run_until_complete(_do(action))
        clocked = Clocked(rig, rules, seed)
        if login:
            rig.login()
        return clocked

    async def _do(action):
        result = action()
        await Clocked._turns()
        return result

    return build


@pytest.mark.parametrize(
    ("decision", "answers"),
    [
        ("approve", [("subscribed", FRIEND)]),
        ("approve_and_subscribe", [("subscribed", FRIEND), ("subscribe", FRIEND)]),
        ("deny", [("unsubscribed", FRIEND)]),
        ("ignore", []),
        ("approve_all", [("subscribed", FRIEND)]),
    ],
)
def test_each_decision(make, decision, answers):
    clocked = make(PolicyRule(decision))
    clocked.rig.arrive(FRIEND, "subscribe")
    assert clocked.rig.sent_types() == answers
    assert clocked.policy.pending == 0


def test_approve_all_is_set_at_once_without_a_handler(make):
    presence = make(PolicyRule("approve_all"), login=False).rig.presence
    assert presence.approve_all is True
    assert presence.on_subscribe.__qualname__ == "PresenceManager.on_subscribe"


def test_limited_approve_all_is_set_by_its_first_asker(make):
    rules = PolicyRule("deny", askers=frozenset({"friend"})), PolicyRule("approve_all")
    clocked = make(*rules)
    clocked.rig.arrive(FRIEND, "subscribe")
    assert clocked.rig.presence.approve_all is False
    clocked.rig.arrive(OTHER, "subscribe")
    clocked.rig.arrive(FRIEND, "subscribe")
    assert clocked.rig.sent_types() == [
        ("unsubscribed", FRIEND),
        ("subscribed", OTHER),
        ("subscribed", FRIEND),
    ]


def test_no_rules_leave_the_manager_alone(make):
    clocked = make()
    calls: list[Any] = []
    clocked.rig.presence.on_subscribe = calls.append
    clocked.policy.detach()
    clocked.rig.arrive(FRIEND, "subscribe")
    assert calls == [FRIEND]


@pytest.mark.parametrize(
    ("entry", "answers"),
    [
        ({"subscription": "none"}, ["subscribed", "subscribe"]),
        ({"subscription": "none", "ask": "subscribe"}, ["subscribed"]),
        ({"subscription": "to"}, ["subscribed"]),
        ({"subscription": "from"}, ["subscribe"]),
        ({"subscription": "both"}, []),
    ],
)
def test_answers_only_what_is_open(make, entry, answers):
    clocked = make(PolicyRule("approve_and_subscribe"))
    clocked.rig.push(FRIEND, **entry)
    clocked.rig.arrive(FRIEND, "subscribe")
    assert [type_ for type_, _ in clocked.rig.sent_types()] == answers


def test_first_rule_that_holds(make):
    clocked = make(
        PolicyRule("deny", askers=frozenset({"friend", "far@example.org"})), PolicyRule("approve")
    )
    for peer in (FRIEND, OTHER, "far@example.org"):
        clocked.rig.arrive(peer, "subscribe")
    assert clocked.rig.sent_types() == [
        ("unsubscribed", FRIEND),
        ("subscribed", OTHER),
        ("unsubscribed", "far@example.org"),
    ]


def test_nobody_matches_nothing_is_answered(make):
    clocked = make(PolicyRule("approve", share=0.0))
    clocked.rig.arrive(FRIEND, "subscribe")
    assert clocked.rig.sent == []


def test_delay(make):
    clocked = make(PolicyRule("approve", delay=After(1_500_000)))
    clocked.rig.arrive(FRIEND, "subscribe")
    assert clocked.policy.pending == 1
    clocked.to(1.4)
    assert clocked.rig.sent == []
    clocked.to(1.5)
    assert clocked.rig.sent_types() == [("subscribed", FRIEND)]
    assert clocked.policy.pending == 0


def test_repeated_request_is_decided_once(make):
    clocked = make(PolicyRule("approve", delay=After(1_000_000)))
    clocked.rig.arrive(FRIEND, "subscribe")
    clocked.to(0.5)
    clocked.rig.arrive(FRIEND, "subscribe")
    assert clocked.policy.pending == 1
    clocked.to(1.0)
    clocked.to(2.0)
    assert clocked.rig.sent_types() == [("subscribed", FRIEND)]


def test_withdrawn_request_is_forgotten(make):
    clocked = make(PolicyRule("approve", delay=After(1_000_000)))
    clocked.rig.arrive(FRIEND, "subscribe")
    clocked.rig.arrive(FRIEND, "unsubscribe")
    assert clocked.policy.pending == 0
    clocked.to(0.5)
    clocked.rig.arrive(FRIEND, "subscribe")
    clocked.to(1.0)
    assert clocked.rig.sent == []
    clocked.to(1.5)
    assert clocked.rig.sent_types() == [("subscribed", FRIEND)]


def test_share_is_drawn_once_for_each_asker_in_any_order(make):
    peers = [f"p{number}@localhost" for number in range(300)]
    decided = []
    for order in (peers, peers[::-1]):
        clocked = make(PolicyRule("approve", share=0.3), PolicyRule("deny"), seed=5)
        for peer in order:
            clocked.rig.arrive(peer, "subscribe")
        for peer in order[:20]:
            clocked.rig.arrive(peer, "subscribe")
        answers = clocked.rig.sent_types()
        assert sorted(answers[300:]) == sorted(
            answer for answer in answers[:300] if answer[1] in order[:20]
        )
        decided.append(sorted(answers[:300]))
    assert decided[0] == decided[1]
    approved = sum(type_ == "subscribed" for type_, _ in decided[0])
    assert 60 <= approved <= 120


def test_delays_do_not_depend_on_the_order_of_arrival(make):
    orders = []
    for peers in ([FRIEND, OTHER], [OTHER, FRIEND]):
        clocked = make(PolicyRule("approve", delay=Uniform()), seed=3)
        for peer in peers:
            clocked.rig.arrive(peer, "subscribe")
        for step in range(101):
            clocked.to(step / 100)
        orders.append(clocked.rig.sent_types())
    assert orders[0] == orders[1]
    assert len(orders[0]) == 2


def test_request_during_login_is_answered_after_it(make):
    clocked = make(PolicyRule("approve_and_subscribe"), login=False)
    clocked.rig.begin_login()
    clocked.rig.arrive(FRIEND, "subscribe")
    clocked.rig.push(FRIEND, "to")
    assert clocked.rig.sent == []
    clocked.rig.login()
    assert clocked.rig.sent_types() == [("subscribed", FRIEND)]
    assert clocked.policy.pending == 0


def test_lost_session_waits_for_the_request_to_come_again(make):
    clocked = make(PolicyRule("approve", delay=After(10_000_000)))
    clocked.rig.arrive(FRIEND, "subscribe")
    clocked.rig.arrive(OTHER, "subscribe")
    clocked.to(4.0)
    clocked.rig.lose_stream()
    assert clocked.policy.pending == 0
    clocked.to(6.0)
    clocked.rig.begin_login()
    clocked.rig.arrive(FRIEND, "subscribe")
    clocked.rig.login()
    clocked.to(9.9)
    assert clocked.rig.sent == []
    clocked.to(10.0)
    clocked.to(30.0)
    assert clocked.rig.sent_types() == [("subscribed", FRIEND)]
    # The other was withdrawn meanwhile; a new request has a delay of its own.
    clocked.rig.arrive(OTHER, "subscribe")
    clocked.to(39.9)
    assert len(clocked.rig.sent) == 1
    clocked.to(40.0)
    assert len(clocked.rig.sent) == 2


def test_overdue_request_is_answered_at_the_next_login(make):
    clocked = make(PolicyRule("deny", delay=After(1_000_000)))
    clocked.rig.arrive(FRIEND, "subscribe")
    clocked.rig.lose_stream()
    clocked.to(5.0)
    clocked.rig.begin_login()
    clocked.rig.arrive(FRIEND, "subscribe")
    clocked.rig.login()
    assert clocked.rig.sent_types() == [("unsubscribed", FRIEND)]


def test_detached_policy_decides_nothing(make):
    clocked = make(PolicyRule("approve", delay=After(1_000_000)))
    clocked.rig.arrive(FRIEND, "subscribe")
    clocked.policy.detach()
    clocked.to(2.0)
    assert clocked.rig.sent == []
    assert clocked.policy.pending == 0


def test_attached_again_after_a_restart_it_keeps_its_draws(make):
    first = make(PolicyRule("approve", share=0.5), PolicyRule("deny"))
    second = make(login=False)
    peers = [f"p{number}@localhost" for number in range(30)]
    for peer in peers:
        first.rig.arrive(peer, "subscribe")
    first.policy.attach(control_of(second.rig), Names("localhost").name)
    second.rig.login()
    for peer in peers:
        second.rig.arrive(peer, "subscribe")
    assert second.rig.sent_types() == first.rig.sent_types()


@pytest.mark.parametrize("manager", ["spade", "documented"])
def test_requests_that_were_pending_at_login_on_a_server(manager):
    async def script(world):
        asker = await world.start("asker")
        asker.presence.approve_all = True
        rules = (PolicyRule("approve_and_subscribe", delay=After(500_000)),)
        harness = await world.prepare("agent", manager=manager, on_subscribe=rules)
        asker.presence.subscribe(world.jid("agent"))
        await world.quiet()
        await harness.start()
        await world.until(lambda: world.received("agent", "subscribe"))
        assert harness.busy
        entry = lambda: asker.presence.get_contacts()[world.jid("agent")]  # noqa: E731
        assert entry()["subscription"] == "none"
        await world.until(lambda: entry()["subscription"] == "both")
        assert not harness.busy
        assert len(world.sent("agent", "subscribe")) == 1

    play_embedded(EmbeddedBackend(), script)


def test_a_limit_holds_for_the_first_askers(make):
    clocked = make(PolicyRule("approve", limit=2), PolicyRule("deny"))
    for peer in (FRIEND, OTHER, FRIEND, "third@localhost"):
        clocked.rig.arrive(peer, "subscribe")
    assert clocked.rig.sent_types() == [
        ("subscribed", FRIEND),
        ("subscribed", OTHER),
        ("subscribed", FRIEND),
        ("unsubscribed", "third@localhost"),
    ]


@pytest.mark.parametrize("assigned", ["before", "after"])
def test_a_users_handler_is_called_beside_the_policy(make, assigned):
    clocked = make()
    calls: list[Any] = []
    policy = SubscriptionPolicy((PolicyRule("approve"),), Random(1))
    if assigned == "before":
        clocked.rig.presence.on_subscribe = calls.append
    policy.attach(control_of(clocked.rig), Names("localhost").name)
    if assigned == "after":
        clocked.rig.presence.on_subscribe = calls.append
    clocked.rig.arrive(FRIEND, "subscribe")
    assert calls == [FRIEND]
    assert clocked.rig.sent_types() == [("subscribed", FRIEND)]


def test_a_detached_policy_hears_nothing_more(make):
    clocked = make(PolicyRule("approve"))
    clocked.policy.detach()
    clocked.rig.arrive(FRIEND, "subscribe")
    assert clocked.rig.sent == []
