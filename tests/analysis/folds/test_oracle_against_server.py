"""The oracle against the server's rules: many agents, actions apart and actions that cross.

What is known to the oracle is what the journal of a run would say: when each action was sent, and
when its stanza was received.
"""

from __future__ import annotations

import heapq
import itertools
from typing import Any, NamedTuple

from hypothesis import event, given, settings
from hypothesis import strategies as st

from simulator.analysis.folds.oracle import Oracle
from simulator.analysis.folds.subscription_pair import ACTIONS
from simulator.analysis.states import Entry
from simulator.journal.records import Received, Roster, Sent
from simulator.rfc6121.account import Delivery
from simulator.rfc6121.server import PresenceServer
from simulator.rfc6121.stanza import Jid, Presence, RosterChange, RosterPush

NAMES = ("a", "b", "c")
SECOND = 1_000_000


class Step(NamedTuple):
    """Agent `actor` does something to the agent `distance` further, `wait` after the last step.

    `up` and `down` are how long it takes to the server, and from it to whoever is told.
    """

    actor: int
    distance: int
    action: str
    wait: int
    up: int
    down: int

    @property
    def agent(self) -> str:
        return NAMES[self.actor]

    @property
    def peer(self) -> str:
        return NAMES[(self.actor + self.distance) % len(NAMES)]


def steps(wait: st.SearchStrategy[int], most: int) -> st.SearchStrategy[list[Step]]:
    latencies = st.integers(0, SECOND // 2)
    step = st.builds(
        Step,
        st.integers(0, 2),
        st.integers(1, 2),
        st.sampled_from(sorted(ACTIONS)),
        wait,
        latencies,
        latencies,
    )
    return st.lists(step, max_size=most)


class World:
    """Three agents on the rules, with links of any latency between; each keeps its order."""

    def __init__(self) -> None:
        self.oracle = Oracle()
        self.server = PresenceServer("d")
        self.sessions = {}
        for name in NAMES:
            self.sessions[name] = self.server.bind(self.server.add_account(name), "r").session
            self.server.roster_get(self.sessions[name], "1")
            self.server.presence(self.sessions[name], Presence("available", Jid("")))
        self._events: list[tuple[int, int, Any]] = []
        self._ties = itertools.count()
        self._links: dict[tuple[str, str], int] = {}

    def play(self, program: list[Step]) -> None:
        """Do everything, in the order of time."""
        now = 0
        for number, step in enumerate(program):
            now += step.wait
            self._at(now, lambda now, step=step, number=number: self._send(now, step, str(number)))
        while self._events:
            at, _, happen = heapq.heappop(self._events)
            happen(at)

    def _at(self, at: int, happen: Any) -> None:
        heapq.heappush(self._events, (at, next(self._ties), happen))

    def _later(self, now: int, link: tuple[str, str], latency: int, happen: Any) -> None:
        """A stanza never overtakes the one before it on its link."""
        at = self._links[link] = max(self._links.get(link, 0), now + latency)
        self._at(at, happen)

    def _send(self, now: int, step: Step, id: str) -> None:
        kind: Any = step.action
        self.oracle.sent(
            Sent(t=now, agent=step.agent, resource="r", type=kind, peer=step.peer, id=id)
        )
        self._later(now, (step.agent, "up"), step.up, lambda at: self._handle(at, step, id))

    def _handle(self, now: int, step: Step, id: str) -> None:
        session, peer = self.sessions[step.agent], f"{step.peer}@d"
        if step.action.startswith("roster"):
            change = RosterChange(peer, remove=step.action == "roster_remove")
            deliveries = self.server.roster_set(session, id, [change])
        else:
            kind: Any = step.action
            deliveries = self.server.presence(session, Presence(kind, session.jid, Jid(peer), id))
        for delivery in deliveries:
            agent = delivery.session.jid.local
            self._later(
                now,
                (agent, "down"),
                step.down,
                lambda at, delivery=delivery: self._arrive(at, delivery),
            )

    def _arrive(self, now: int, delivery: Delivery) -> None:
        agent, stanza = delivery.session.jid.local, delivery.stanza
        if isinstance(stanza, Presence):
            self.oracle.received(
                Received(
                    t=now,
                    agent=agent,
                    resource="r",
                    type=stanza.type,
                    peer=stanza.sender.local,
                    id=stanza.id,
                )
            )
        elif isinstance(stanza, RosterPush):
            item = stanza.item
            peer = item.jid.removesuffix("@d")
            self.oracle.roster(
                Roster(t=now, agent=agent, peer=peer, subscription=item.subscription, ask=item.ask)
            )

    def served(self, agent: str, peer: str) -> Entry | None:
        for item in self.server.roster(f"{agent}@d"):
            if item.jid == f"{peer}@d":
                return Entry(item.subscription, item.ask)
        return None


PAIRS = list(itertools.permutations(NAMES, 2))


@given(steps(st.just(6 * SECOND), most=30))
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
def test_actions_apart_have_the_servers_outcome_and_no_other(program: list[Step]) -> None:
    world = World()
    world.play(program)
    for agent, peer in PAIRS:
        assert world.oracle.allowed(agent, peer) == {world.served(agent, peer)}
        state = world.server.state(f"{agent}@d", f"{peer}@d")
        assert world.oracle.pending_in(agent, peer) == state.pending_in


@given(steps(st.sampled_from([0, 0, 10_000, SECOND // 4, SECOND, 6 * SECOND]), most=14))
@settings(max_examples=600, deadline=None, derandomize=True, database=None)
def test_actions_that_cross_have_an_outcome_that_is_allowed(program: list[Step]) -> None:
    world = World()
    world.play(program)
    for agent, peer in PAIRS:
        allowed = world.oracle.allowed(agent, peer)
        event(f"outcomes: {len(allowed)}")
        assert world.served(agent, peer) in allowed
