"""How what a server did differs from what it should do, in words that do not depend on names.

The words of a step are those of its actor: ``ACTOR`` and ``OTHER``.
"""

from __future__ import annotations

from collections import Counter

from simulator.analysis.oracle.subscription_pair import PairState
from tests.conformance.pairs import NAMES, Step, Told, side_text


def cell(state: PairState, step: Step) -> str:
    """The state as the actor of the step sees it: its own side, and the other's."""
    mine, other = state.sides[step.actor], state.sides[1 - step.actor]
    return f"{side_text(mine)} | {side_text(other)}"


def differences(step: Step, wanted: Told, seen: Told) -> tuple[str, ...]:
    """Everything that differs; empty where the server did what it should."""
    found: list[str] = []
    for role, side in (("actor", step.actor), ("other", 1 - step.actor)):
        item = wanted.rosters[side]
        lines = [_worded(line, step, item) for line in wanted.lines[side]]
        told = [_worded(line, step, item) for line in seen.lines[side]]
        found += [f"{role} {word}" for word in _lines(lines, told)]
        if seen.rosters[side] != item:
            had, should = (_roles(text, step) or "nothing" for text in (seen.rosters[side], item))
            found.append(f"{role} roster: {had}, not {should}")
    return tuple(found)


def _lines(wanted: list[str], seen: list[str]) -> list[str]:
    more, less = Counter(seen) - Counter(wanted), Counter(wanted) - Counter(seen)
    if more or less:
        return [f"misses {line}" for line in less.elements()] + [
            f"gets {line}" for line in more.elements()
        ]
    if wanted != seen:
        return ["order: " + ", ".join(line.split()[0] for line in seen)]
    return []


def _worded(line: str, step: Step, item: str) -> str:
    """A line by roles; a push of the item as it should be is just ``push``."""
    return "push" if line == f"push {item}" else _roles(line, step)


def _roles(text: str, step: Step) -> str:
    actor, other = NAMES[step.actor], NAMES[1 - step.actor]
    return text.replace(actor, "ACTOR").replace(other, "OTHER")
