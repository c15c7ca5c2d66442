"""Two accounts: every joint state that actions can bring about, and what each step must do.

The expectation comes from the project's own rules. `tests/rfc6121` holds them against the
table of Appendix A and against the RFC's text; here they are held against real servers.
"""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from simulator.analysis.oracle.subscription_pair import STRANGERS, PairState, Side, act, pair_state
from simulator.rfc6121.server import PresenceServer
from simulator.rfc6121.stanza import Jid, Presence, RosterChange, RosterPush
from tests.conformance.lines import presence_line, rules_item_line

VERBS = {
    "subscribe": "subscribe",
    "subscribed": "approve",
    "unsubscribe": "unsubscribe",
    "unsubscribed": "deny",
    "remove": "remove",
}
"""What happens -> what an agent is asked to do."""

NAMES = ("romeo", "juliet")


class Step(NamedTuple):
    """One side's action; `actor` is 0 for romeo and 1 for juliet."""

    actor: int
    action: str

    def __str__(self) -> str:
        return f"{NAMES[self.actor]} {self.action}"


STEPS = tuple(Step(actor, action) for actor, action in itertools.product((0, 1), VERBS))


def after(state: PairState, step: Step) -> PairState:
    """The state after a step, by the oracle."""
    return act(state, step.actor, {"remove": "roster_remove"}.get(step.action, step.action))


def swapped(state: PairState) -> PairState:
    """The same state with the roles exchanged."""
    return pair_state(*reversed(state.sides))


def side_text(side: Side) -> str:
    """One side in the words of Appendix A, and whether its roster shows the other."""
    extras = ["approved"] * side.approved + ["unlisted"] * (not side.listed)
    return ", ".join([side.state.label, *extras])


def state_text(state: PairState) -> str:
    """Both sides, romeo's first."""
    return " | ".join(side_text(side) for side in state.sides)


@cache
def ways() -> dict[PairState, tuple[Step, ...]]:
    """Every joint state that actions can bring about, with a cheapest way to it."""
    found: dict[PairState, tuple[Step, ...]] = {}
    waiting: list[tuple[int, int, PairState, tuple[Step, ...]]] = [(0, 0, STRANGERS, ())]
    ties = itertools.count(1)
    while waiting:
        cost, _, state, way = heapq.heappop(waiting)
        if state in found:
            continue
        found[state] = way
        for step in STEPS:
            new = after(state, step)
            entry = (cost + _cost(state, new), next(ties), new, (*way, step))
            heapq.heappush(waiting, entry)
    return found


def _cost(state: PairState, new: PairState) -> int:
    """Pre-approval, which not every server knows, only where there is no other way."""
    return (
        10
        if sum(side.approved for side in new.sides) > sum(side.approved for side in state.sides)
        else 1
    )


@cache
def reachable() -> tuple[PairState, ...]:
    """The reachable joint states; of two that mirror each other, one."""
    kept: dict[PairState, None] = {}
    for state in ways():
        if swapped(state) not in kept:
            kept[state] = None
    return tuple(kept)


@dataclass(frozen=True)
class Case:
    """A way to a state, and two actions out of it."""

    state: PairState
    way: tuple[Step, ...]
    first: Step
    second: Step

    @property
    def steps(self) -> tuple[Step, ...]:
        return (*self.way, self.first, self.second)


def first_steps(state: PairState) -> tuple[Step, ...]:
    """The first actions to try; where both sides are alike, one side is enough."""
    return STEPS[: len(VERBS)] if swapped(state) is state else STEPS


def all_cases() -> list[Case]:
    """Every ordered pair of actions out of every reachable state."""
    return [
        Case(state, ways()[state], first, second)
        for state in reachable()
        for first in first_steps(state)
        for second in STEPS
    ]


class Told(NamedTuple):
    """What a step has told both sides: lines, and each side's roster (empty: no item)."""

    lines: tuple[list[str], list[str]]
    rosters: tuple[str, str]


@cache
def expected(state: PairState, step: Step) -> Told:
    """What a step out of a state must tell both sides."""
    rehearsal = Rehearsal()
    for before in ways()[state]:
        rehearsal.play(before)
    return rehearsal.play(step)


class Rehearsal:
    """The two accounts on the project's own rules, both available and interested."""

    def __init__(self) -> None:
        self._server = PresenceServer("d")
        self._accounts = [self._server.add_account(name) for name in NAMES]
        self._sessions = [self._server.bind(account, "r").session for account in self._accounts]
        for session in self._sessions:
            self._server.roster_get(session, "get")
            self._server.presence(session, Presence("available", session.jid))

    def play(self, step: Step) -> Told:
        """Do a step and tell what comes of it."""
        lines: tuple[list[str], list[str]] = ([], [])
        for session, stanza in self._do(step):
            line = self._line(stanza)
            if line:
                lines[self._sessions.index(session)].append(line)
        return Told(lines, (self._roster(0), self._roster(1)))

    def _do(self, step: Step) -> Any:
        session = self._sessions[step.actor]
        peer = self._accounts[1 - step.actor]
        if step.action == "remove":
            return self._server.roster_set(session, "set", [RosterChange(peer, remove=True)])
        kind: Any = step.action
        return self._server.presence(session, Presence(kind, session.jid, Jid(peer)))

    @staticmethod
    def _line(stanza: Any) -> str:
        if isinstance(stanza, RosterPush):
            return "push " + rules_item_line(stanza.item, _short(stanza.item.jid))
        if isinstance(stanza, Presence):
            return presence_line(stanza.type, _short(str(stanza.sender)))
        return ""  # The answer to the remover's own request.

    def _roster(self, side: int) -> str:
        items = self._server.roster(self._accounts[side])
        return rules_item_line(items[0], NAMES[1 - side]) if items else ""


def _short(jid: str) -> str:
    return jid.replace("@d", "")
