"""The known deviations of the real servers, from `deviations.yaml`.

Each has a name, the section of RFC 6121 and the reason. `steps` says where the matrix of pairs
differs, cell by cell; `cases` says which scripted cases differ, and how.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from simulator.analysis.oracle.subscription_pair import PairState, Side, pair_state, side
from simulator.rfc6121.subscription import SubscriptionState
from tests.conformance.pairs import Step, after, ways

FILE = Path(__file__).with_name("deviations.yaml")
OUT_OF_STEP = "out of step"
UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Known:
    """One row of a deviation: in these states, this action tells these things besides.

    `then`: what the server holds afterwards, where that is not what the rules say: `unchanged`,
    a state, what one side keeps (``actor approved``), or `out of step`: a state that the rules
    never reach, where the rest of a case says nothing.
    """

    name: str
    action: str
    states: tuple[str, ...]
    tells: tuple[str, ...] = ()
    then: str = ""

    def fits(self, state: PairState, step: Step) -> str:
        """The pattern that fits, or nothing."""
        if step.action != self.action:
            return ""
        mine, other = state.sides[step.actor], state.sides[1 - step.actor]
        for pattern in self.states:
            first, second = pattern.split(" | ")
            if _side_fits(first, mine) and _side_fits(second, other):
                return pattern
        return ""


def _side_fits(pattern: str, found: Side) -> bool:
    label, *extras = pattern.split(", ")
    return (
        label == found.state.label
        and ("unlisted" in extras) == (not found.listed)
        and ("approved" not in extras or found.approved)
        and ("not approved" not in extras or not found.approved)
    )


@dataclass
class Server:
    """What is known of one server. `hides_approved`: its rosters never show a pre-approval."""

    known: list[Known] = field(default_factory=list)
    hides_approved: bool = False
    met: set[tuple[str, str, str]] = field(default_factory=set)

    def tells(self, state: PairState, step: Step) -> Counter[str]:
        """What a step tells besides what it should."""
        told: Counter[str] = Counter()
        for known in self._fitting(state, step):
            told.update(known.tells)
        return told

    def then(self, state: PairState, step: Step) -> PairState | None:
        """The state after a step on this server; None when it is out of step."""
        new: PairState | None = after(state, step)
        for known in self._fitting(state, step):
            if known.then and new is not None:
                new = _changed(new, state, step, known.then)
        return new if new is None or new in ways() else None

    def unmet(self) -> list[tuple[str, str, str]]:
        """Rows of deviations that nothing met any more: name, action, state."""
        rows = [
            (known.name, known.action, pattern) for known in self.known for pattern in known.states
        ]
        return [row for row in rows if row not in self.met]

    def _fitting(self, state: PairState, step: Step) -> list[Known]:
        fitting = []
        for known in self.known:
            pattern = known.fits(state, step)
            if pattern:
                self.met.add((known.name, known.action, pattern))
                fitting.append(known)
        return fitting


def _changed(new: PairState, old: PairState, step: Step, then: str) -> PairState | None:
    if then == OUT_OF_STEP:
        return None
    if then == UNCHANGED:
        return old
    if " | " in then:
        sides = [_side(text) for text in then.split(" | ")]
        return pair_state(*(reversed(sides) if step.actor else sides))
    role, extra = then.split(" ", 1)
    index = step.actor if role == "actor" else 1 - step.actor
    sides = list(new.sides)
    was = sides[index]
    sides[index] = {
        "approved": side(was.state, was.listed, True),
        "unlisted": side(was.state, False, was.approved),
    }[extra]
    return pair_state(*sides)


def _side(text: str) -> Side:
    label, *extras = text.split(", ")
    state = next(state for state in SubscriptionState if state.label == label)
    return side(state, "unlisted" not in extras, "approved" in extras)


@cache
def _document() -> dict[str, list[dict[str, Any]]]:
    document: dict[str, list[dict[str, Any]]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return document


def entries(server: str) -> list[dict[str, Any]]:
    """The deviations of a server as they stand in the file."""
    return _document().get(server, [])


def of(server: str) -> Server:
    """What is known of a server about pairs."""
    made = Server()
    for entry in entries(server):
        made.hides_approved |= bool(entry.get("hides_approved"))
        for row in entry.get("steps", []):
            actions = [row["do"]] if isinstance(row["do"], str) else row["do"]
            made.known += [
                Known(
                    entry["name"],
                    action,
                    tuple(row["in"]),
                    tuple(row.get("tells", ())),
                    row.get("then", ""),
                )
                for action in actions
            ]
    return made


def of_case(server: str, case: str) -> dict[str, Any]:
    """What is known of a scripted case: moment -> client -> lines with ``+`` or ``-``."""
    found: dict[str, Any] = {}
    for entry in entries(server):
        for moment, known in entry.get("cases", {}).get(case, {}).items():
            if isinstance(known, str):
                found[moment] = known
                continue
            clients = found.setdefault(moment, {})
            for client, changes in known.items():
                clients[client] = clients.get(client, []) + changes
    return found
