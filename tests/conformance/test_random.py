"""Longer random lives of three agents, with the oracle beside the server.

The oracle gets the same records as in a run. What is known to make a server's rosters differ is
left out of its program; everything that is in must go as the oracle says.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from aioxmpp import PresenceShow
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from simulator.analysis.oracle.oracle import Oracle
from simulator.analysis.oracle.subscription_pair import STRANGERS, PairState
from simulator.journal.records import Answer, AnyRecord, Received, Sent, Session
from tests.conformance import deviations
from tests.conformance.lines import item_line
from tests.conformance.pairs import VERBS, Step, after
from tests.conformance.servers import Server
from tests.conformance.stage import Player, Stage

NAMES = ("benvolio", "juliet", "romeo")

PAIRS = tuple(itertools.permutations(NAMES, 2))
DEEDS: tuple[tuple[str, ...], ...] = (
    *(("manage", actor, peer, action) for actor, peer in PAIRS for action in VERBS),
    *(("befriend", watcher, contact) for watcher, contact in PAIRS),
    *(("show", actor, show) for actor in NAMES for show in ("away", "dnd")),
    *(("come_or_go", actor) for actor in NAMES),
    *(("come_or_go", actor) for actor in NAMES),
)


class Life(RuleBasedStateMachine):
    """Three agents who come and go, change their show and manage their subscriptions."""

    server: Server
    do: Callable[[Any], Any]

    def __init__(self) -> None:
        super().__init__()
        self.oracle = Oracle()
        self.known = deviations.of(self.server.name)
        self.steps = 0
        self.pairs: dict[tuple[str, str], PairState] = {}
        self.players: dict[str, Player] = {}
        self.shows: dict[str, str] = {}
        self.seen: dict[str, dict[str, str]] = {}
        self.program: list[str] = []
        self.stage = Stage(self.server.backend, self._record, lambda: self.steps)
        for name in NAMES:
            self._login(name)
        self.befriend("romeo", "juliet")
        self.befriend("benvolio", "juliet")
        self.come_or_go("romeo")
        self.come_or_go("romeo")

    def _record(self, record: AnyRecord) -> None:
        takers = {
            Sent: self.oracle.sent,
            Received: self.oracle.received,
            Answer: self.oracle.answer,
            Session: self.oracle.session,
        }
        take: Any = takers.get(type(record))
        if take is not None:
            take(record)

    # --- what they do ---

    def _login(self, name: str) -> None:
        self.seen[name] = {}
        self.shows[name] = ""
        self.players[name] = self.do(self.stage.agent(name))

    @rule(deed=st.sampled_from(DEEDS))
    def live(self, deed: tuple[str, ...]) -> None:
        """One rule for all, so that each life has something of everything."""
        what, *whom = deed
        getattr(self, what)(*whom)

    def manage(self, actor: str, peer: str, action: str) -> None:
        if actor not in self.players:
            return
        pair = (min(actor, peer), max(actor, peer))
        state, step = self.pairs.get(pair, STRANGERS), Step(pair.index(actor), action)
        if not self._goes_by_the_rules(state, step, peer):
            return
        self.program.append(f"{actor} {action} {peer}")
        self.pairs[pair] = after(state, step)
        self.do(self.players[actor].do(VERBS[action], peer))

    def befriend(self, watcher: str, contact: str) -> None:
        """Chance alone seldom makes an approval follow a request."""
        self.manage(watcher, contact, "subscribe")
        self.do(self.stage.quiet(*self.players.values()))
        self.steps += 1
        self.manage(contact, watcher, "subscribed")

    def _goes_by_the_rules(self, state: PairState, step: Step, peer: str) -> bool:
        told = self.known.tells(state, step)
        same = self.known.then(state, step) is after(state, step)
        # Prosody grants a pre-approval of somebody away by halves.
        pre_approved = state.sides[1 - step.actor].approved and step.action == "subscribe"
        away = self.known.hides_approved and pre_approved and peer not in self.players
        return same and not away and not any("roster" in line for line in told)

    def show(self, actor: str, show: str) -> None:
        if actor in self.players:
            self.program.append(f"{actor} shows {show}")
            self.shows[actor] = show
            self.players[actor].presence.set_available(show=PresenceShow(show))

    def come_or_go(self, actor: str) -> None:
        player = self.players.pop(actor, None)
        if player is None:
            self.program.append(f"{actor} comes")
            self._login(actor)
        else:
            self.program.append(f"{actor} goes")
            self.do(player.stop())

    # --- what must hold ---

    @invariant()
    def everything_is_as_the_oracle_says(self) -> None:
        before = {(w, c) for w in NAMES for c in NAMES if self._may_see(w, c)}
        self.do(self.stage.quiet(*self.players.values()))
        self.steps += 1
        for name in self.players:
            self.oracle.handled(self.stage.local(name), 0)
        for name, player in self.players.items():
            assert self.do(player.roster()) == self._expected(name), self.program
            self._listen(name, player, before)
        for watcher in self.players:
            for contact in NAMES:
                if watcher != contact and self._may_see(watcher, contact):
                    there = self.shows[contact] if contact in self.players else None
                    assert self.seen[watcher].get(contact) == there, self.program

    def _expected(self, name: str) -> list[str]:
        lines = []
        for peer in NAMES:
            local = self.stage.local
            [entry] = self.oracle.allowed(local(name), local(peer))
            if entry is not None:
                pair = (min(name, peer), max(name, peer))
                side = self.pairs[pair].sides[pair.index(name)]
                approved = side.approved and not self.known.hides_approved
                line = item_line(peer, entry.subscription, ask=entry.ask, approved=approved)
                lines.append(line)
        return sorted(lines)

    def _may_see(self, watcher: str, contact: str) -> bool:
        local = self.stage.local
        allowed = self.oracle.allowed(local(watcher), local(contact))
        return any(entry is not None and entry.subscription in ("to", "both") for entry in allowed)

    def _listen(self, name: str, player: Player, before: set[tuple[str, str]]) -> None:
        """Note what it sees; somebody's presence is for those who may, or might, see."""
        for line in player.log.take():
            kind, who, *rest = line.split()
            contact = who.partition("/")[0]
            if contact == name:
                continue
            if kind == "available":
                may = (name, contact) in before or self._may_see(name, contact)
                assert may, (self.program, line)
                self.seen[name][contact] = rest[0] if rest else ""
            elif kind == "unavailable":
                self.seen[name].pop(contact, None)

    def teardown(self) -> None:
        self.do(self.stage.close())


def test_random_lives(server: Server) -> None:
    with server.loop() as do:
        life = type("LifeOnServer", (Life,), {"server": server, "do": staticmethod(do)})
        run_state_machine_as_test(
            life,
            settings=settings(
                max_examples=10,
                stateful_step_count=20,
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
