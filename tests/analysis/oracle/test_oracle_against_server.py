"""The oracle against the server's rules: many agents, actions apart and actions that cross.

What is known to the oracle is what the journal of a run would say: when each action was sent, when
its stanza was received and its request answered, which streams broke, and when the run began to
read the rosters.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from hypothesis import event, given, settings
from hypothesis import strategies as st

from simulator.analysis.oracle.oracle import Oracle
from simulator.analysis.oracle.subscription_pair import ACTIONS
from simulator.analysis.states import Entry
from simulator.journal.records import Answer, Planned, Received, Sent, Session
from simulator.rfc6121.account import Delivery
from simulator.rfc6121.account import Session as ServerSession
from simulator.rfc6121.server import PresenceServer
from simulator.rfc6121.stanza import (
    IqResult,
    Jid,
    Presence,
    RosterChange,
    RosterResult,
    StanzaError,
)

NAMES = ("a", "b", "c")
DESK, PHONE = "desk", "phone"
SECOND = 1_000_000

QUICK = st.integers(0, SECOND // 2)
SLOW = st.one_of(st.just(0), st.integers(0, 5 * SECOND))
AT_THE_DESK = st.just(DESK)
RESOURCES = st.sampled_from([DESK, DESK, PHONE])
NEVER = st.just(False)
RARELY = st.integers(0, 5).map(lambda drawn: drawn == 0)
WAITS = st.sampled_from([0, 0, 10_000, SECOND // 4, SECOND, 6 * SECOND])


class Step(NamedTuple):
    """Agent `actor` does something to the agent `distance` further, `wait` after the last step.

    `up` and `down` are how long it takes to the server, and from it to whoever is told. `breaks`:
    the stream breaks afterwards, with what is under way, and the agent logs in again.
    """

    actor: int
    distance: int
    action: str
    wait: int
    up: int
    down: int
    resource: str = DESK
    breaks: bool = False

    @property
    def agent(self) -> str:
        return NAMES[self.actor]

    @property
    def peer(self) -> str:
        return NAMES[(self.actor + self.distance) % len(NAMES)]


def steps(
    wait: st.SearchStrategy[int],
    most: int,
    latencies: st.SearchStrategy[int] = QUICK,
    resource: st.SearchStrategy[str] = AT_THE_DESK,
    breaks: st.SearchStrategy[bool] = NEVER,
) -> st.SearchStrategy[list[Step]]:
    step = st.builds(
        Step,
        st.integers(0, 2),
        st.integers(1, 2),
        st.sampled_from(sorted(ACTIONS)),
        wait,
        latencies,
        latencies,
        resource,
        breaks,
    )
    return st.lists(step, max_size=most)


class World:
    """Three agents on the rules, with links of any latency between; each keeps its order."""

    def __init__(self) -> None:
        self.oracle = Oracle()
        self.server = PresenceServer("d")
        self.sessions: dict[tuple[str, str], ServerSession] = {}
        self.read: dict[str, dict[str, Entry]] = {}
        self._events: list[tuple[int, int, Callable[[int], None]]] = []
        self._ties = itertools.count()
        self._links: dict[tuple[str, str, str], int] = {}
        self._lives: dict[tuple[str, str], int] = {}
        for name in NAMES:
            self.oracle.planned(Planned(t=0, agent=name, population="p", resource=DESK))
            self.server.add_account(name)
            for resource in (DESK, PHONE):
                self._log_in(0, name, resource)

    def play(self, program: list[Step]) -> None:
        """Do everything, in the order of time."""
        now = 0
        for number, step in enumerate(program):
            now += step.wait
            self._at(now, partial(self._send, step, str(number)))
        self.settle()

    def act(self, now: int, step: Step, id: str) -> None:
        """Do something, and wait until it is done and known to be."""
        self._send(step, id, now)
        self.settle()
        self.oracle.handled(step.agent, now)

    def settle(self) -> None:
        """Let everything arrive."""
        while self._events:
            at, _, happen = heapq.heappop(self._events)
            happen(at)

    def play_and_read(self, program: list[Step], end: int, latencies: list[int]) -> None:
        """Do everything; meanwhile, at `end`, each agent asks for its roster."""
        self._at(end, lambda now: self._ask_for_rosters(now, latencies))
        self.play(program)
        for name in NAMES:
            self.oracle.listed(name, end)

    def _ask_for_rosters(self, now: int, latencies: list[int]) -> None:
        self.oracle.end(now)
        for name, latency in zip(NAMES, latencies, strict=True):
            self._later(now, (name, DESK, "up"), latency, partial(self._list, name))

    def _list(self, name: str, now: int) -> None:
        self._deliver(now, 0, self.server.roster_get(self.sessions[name, DESK], "get"))

    def _log_in(self, now: int, name: str, resource: str) -> None:
        self._lives[name, resource] = self._lives.get((name, resource), 0) + 1
        session = self.server.bind(f"{name}@d", resource).session
        self.sessions[name, resource] = session
        self._record(Session(t=now, agent=name, resource=resource, state="established"))
        self.server.roster_get(session, "1")
        waiting = self.server.presence(session, Presence("available", Jid("")))
        self._deliver(now, 0, waiting)

    def _at(self, at: int, happen: Callable[[int], None]) -> None:
        heapq.heappush(self._events, (at, next(self._ties), happen))

    def _later(
        self, now: int, link: tuple[str, str, str], latency: int, happen: Callable[[int], None]
    ) -> None:
        """A stanza never overtakes the one before it on its link, and is lost where it breaks."""
        at = self._links[link] = max(self._links.get(link, 0), now + latency)
        life = self._lives[link[:2]]
        self._at(at, lambda at: happen(at) if self._lives[link[:2]] == life else None)

    def _send(self, step: Step, id: str, now: int) -> None:
        kind: Any = step.action
        agent, resource = step.agent, step.resource
        self._record(Sent(t=now, agent=agent, resource=resource, type=kind, peer=step.peer, id=id))
        self._later(now, (agent, resource, "up"), step.up, lambda at: self._handle(at, step, id))
        if step.breaks:
            self._at(now + step.down, lambda at: self._break(at, agent, resource))

    def _break(self, now: int, agent: str, resource: str) -> None:
        self._lives[agent, resource] += 1
        self._record(Session(t=now, agent=agent, resource=resource, state="destroyed"))
        self._at(now + SECOND, lambda at: self._log_in(at, agent, resource))

    def _handle(self, now: int, step: Step, id: str) -> None:
        session, peer = self.sessions[step.agent, step.resource], f"{step.peer}@d"
        if step.action.startswith("roster"):
            change = RosterChange(peer, remove=step.action == "roster_remove")
            deliveries = self.server.roster_set(session, id, [change])
        else:
            kind: Any = step.action
            deliveries = self.server.presence(session, Presence(kind, session.jid, Jid(peer), id))
        self._deliver(now, step.down, deliveries)

    def _deliver(self, now: int, latency: int, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            jid = delivery.session.jid
            self._later(
                now,
                (jid.local, jid.resource, "down"),
                latency,
                partial(self._arrive, delivery),
            )

    def _arrive(self, delivery: Delivery, now: int) -> None:
        jid, stanza = delivery.session.jid, delivery.stanza
        agent, resource = jid.local, jid.resource
        match stanza:
            case Presence(type=kind, sender=sender, id=id):
                self._record(
                    Received(
                        t=now, agent=agent, resource=resource, type=kind, peer=sender.local, id=id
                    )
                )
            case IqResult(id=id) | StanzaError(id=id, kind="iq"):
                self._record(Answer(t=now, agent=agent, resource=resource, id=id))
            case RosterResult(items=items):
                self.read[agent] = {
                    item.jid.removesuffix("@d"): Entry(item.subscription, item.ask)
                    for item in items
                }

    def _record(self, record: Sent | Received | Session | Answer) -> None:
        match record:
            case Sent():
                self.oracle.sent(record)
            case Received():
                self.oracle.received(record)
            case Session():
                self.oracle.session(record)
            case Answer():
                self.oracle.answer(record)

    def served(self, agent: str, peer: str) -> Entry | None:
        for item in self.server.roster(f"{agent}@d"):
            if item.jid == f"{peer}@d":
                return Entry(item.subscription, item.ask)
        return None


PAIRS = list(itertools.permutations(NAMES, 2))


@given(steps(st.just(SECOND), most=30))
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
def test_actions_apart_have_the_servers_outcome_and_no_other(program: list[Step]) -> None:
    world = World()
    for number, step in enumerate(program):
        world.act(number * SECOND, step, str(number))
    for agent, peer in PAIRS:
        assert world.oracle.allowed(agent, peer) == {world.served(agent, peer)}
        state = world.server.state(f"{agent}@d", f"{peer}@d")
        assert world.oracle.pending_in(agent, peer) == state.pending_in


@given(steps(WAITS, 14, SLOW, RESOURCES))
@settings(max_examples=600, deadline=None, derandomize=True, database=None)
def test_actions_that_cross_have_an_outcome_that_is_allowed(program: list[Step]) -> None:
    world = World()
    world.play(program)
    for agent, peer in PAIRS:
        allowed = world.oracle.allowed(agent, peer)
        event(f"outcomes: {len(allowed)}")
        assert world.served(agent, peer) in allowed


@given(steps(WAITS, 14, SLOW, RESOURCES, RARELY))
@settings(max_examples=600, deadline=None, derandomize=True, database=None)
def test_what_breaks_with_a_stream_may_be_lost_or_not(program: list[Step]) -> None:
    world = World()
    world.play(program)
    for agent, peer in PAIRS:
        assert world.served(agent, peer) in world.oracle.allowed(agent, peer)


@given(
    steps(WAITS, 12, SLOW, RESOURCES),
    st.integers(0, 12 * SECOND),
    st.lists(SLOW, min_size=3, max_size=3),
)
@settings(max_examples=600, deadline=None, derandomize=True, database=None)
def test_rosters_that_are_read_while_actions_are_under_way_are_allowed(
    program: list[Step], end: int, latencies: list[int]
) -> None:
    world = World()
    world.play_and_read(program, end, latencies)
    for agent, peer in PAIRS:
        assert world.read[agent].get(peer) in world.oracle.allowed(agent, peer)
