"""How many mutants `simulator find` finds, and how small it makes what it found:

    python -m benchmarks.find [NAME...]

Each mutant (tests/experiments/finding/mutants.py) is looked for in each of the scenarios of
tests/experiments/finding/targets, in this process, for as much processor time as two processors
have in 60 s, all scenarios together. So the table does not depend on what else the machine does.
What fails without the mutant as well does not count, and the first row is without any: nothing may
be found there. A step is a watch, an action or a fault.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from simulator.experiments.finding.documents import count_of, entries, populations
from simulator.experiments.finding.failures import Failure, failure_of
from simulator.experiments.finding.find import Finding, Silent, find
from simulator.experiments.finding.trials import run_document
from tests.experiments.finding.mutants import MUTANTS, Mutant, planted

TARGETS = Path(__file__).parents[1] / "tests" / "experiments" / "finding" / "targets"
ORDER = ("meet", "talk", "trouble", "friends")
ROUNDS = (0.1, 0.9)
"""First a short look at each scenario, then a long one with another seed."""
BUDGET = 2 * 60.0
"""Processor seconds."""
FOUND, SMALL = 0.9, 0.8
MOST_AGENTS, MOST_STEPS = 4, 3


class Meter(Silent):
    """Notes when something is found, in processor seconds."""

    found_at = 0.0

    def found(self, failure: Failure, runs: int) -> None:
        """Note it."""
        self.found_at = time.process_time()


@dataclass(frozen=True)
class Row:
    """What became of a mutant. `cost`: processor seconds until it was found."""

    mutant: Mutant | None
    target: str = ""
    found: Finding | None = None
    cost: float = 0.0

    @property
    def agents(self) -> int:
        """Of the smallest scenario."""
        document = self.found.smallest if self.found else None
        return sum(map(count_of, populations(document).values())) if document else 0

    @property
    def steps(self) -> int:
        """Watches, actions and faults of the smallest scenario."""
        document = (self.found.smallest if self.found else None) or {}
        watches = sum(len(one.get("pairs", "1")) for one in entries(document, "subscriptions"))  # type: ignore[arg-type]
        return watches + sum(len(entries(document, part)) for part in ("timeline", "faults"))

    @property
    def is_small(self) -> bool:
        """Whether it is small enough for the bar."""
        return self.found is not None and self.agents <= MOST_AGENTS and self.steps <= MOST_STEPS

    def __str__(self) -> str:
        name = self.mutant.name if self.mutant else "no mutant"
        part = self.mutant.part if self.mutant else ""
        if self.found is None or self.found.failure is None:
            return f"{name:34} {part:8} not found {self.cost:27.1f} s"
        told = self.found.failure.text
        size = f"{self.agents} agents {self.steps} steps"
        runs = f"{self.found.runs}+{self.found.shrinking_runs} runs"
        return f"{name:34} {part:8} {self.target:8} {runs:>12} {self.cost:6.1f} s  {size}  {told}"


def looked_for(mutant: Mutant | None, budget: float = BUDGET) -> Row:
    """Look for a mutant in one scenario after the other."""
    began = time.process_time()
    for seed, share in enumerate(ROUNDS):
        for target in ORDER:
            with planted(mutant):
                found = find(
                    TARGETS / f"{target}.yaml",
                    False,
                    seconds=share * budget / len(ORDER),
                    seed=seed,
                    workers=0,
                    clock=time.process_time,
                    watcher=(meter := Meter()),
                )
            if found.failure is not None and (mutant is None or not _fails_anyway(found)):
                return Row(mutant, target, found, meter.found_at - began)
    return Row(mutant, cost=time.process_time() - began)


def _fails_anyway(found: Finding) -> bool:
    """Whether what was found is wrong without the mutant, too."""
    assert found.found is not None
    with planted(None):
        return failure_of(run_document(found.found, TARGETS)) is not None


def main(names: Iterable[str]) -> None:
    """Print the table."""
    wanted = set(names)
    if not wanted:
        print(looked_for(None), flush=True)
    of = []
    for mutant in MUTANTS:
        if not wanted or mutant.name in wanted:
            of.append(looked_for(mutant))
            print(of[-1], flush=True)
    found = [row for row in of if row.found is not None]
    small = [row for row in found if row.is_small]
    print(f"{len(found)} of {len(of)} found; {len(small)} of those are small")


if __name__ == "__main__":
    main(sys.argv[1:])
