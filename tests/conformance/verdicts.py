"""Judges what a server told in a pair case, with its known deviations taken into account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from simulator.analysis.oracle.subscription_pair import STRANGERS, PairState
from tests.conformance.deviations import Server
from tests.conformance.differences import cell, differences
from tests.conformance.pairs import Step, Told, expected


@dataclass
class Verdict:
    """`problems`: what no deviation explains. `compared`: how many steps could be judged."""

    problems: list[str] = field(default_factory=list)
    compared: int = 0
    cells: list[str] = field(default_factory=list)


def judge(known: Server, steps: Sequence[Step], told: Sequence[Told]) -> Verdict:
    """Go through a case, step by step, for as long as the server's state is known."""
    verdict = Verdict()
    state: PairState | None = STRANGERS
    for step, seen in zip(steps, told, strict=True):
        assert state is not None
        problem = _problem(known, state, step, seen)
        if problem:
            verdict.problems.append(problem)
        verdict.compared += 1
        verdict.cells.append(f"{step.action} in {cell(state, step)}")
        state = known.then(state, step)
        if state is None or problem:
            break
    return verdict


def _problem(known: Server, state: PairState, step: Step, seen: Told) -> str:
    wanted = expected(state, step)
    if known.hides_approved:
        wanted = _without_approval(wanted)
    found, foreseen = Counter(differences(step, wanted, seen)), known.tells(state, step)
    if found == foreseen:
        return ""
    new = sorted((found - foreseen).elements())
    gone = sorted((foreseen - found).elements())
    return (
        f"{step.action} in {cell(state, step)}:"
        + (f" unforeseen: {'; '.join(new)}." if new else "")
        + (f" foreseen, and not there: {'; '.join(gone)}." if gone else "")
    )


def _without_approval(told: Told) -> Told:
    first, second = ([line.replace(" approved", "") for line in lines] for lines in told.lines)
    rosters = [item.replace(" approved", "") for item in told.rosters]
    return Told((first, second), (rosters[0], rosters[1]))
