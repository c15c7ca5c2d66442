"""Runs workloads in processes of their own, alternating, and says what each took."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Measured = dict[str, Any]
"""What a workload printed: `cpu` and `wall` in seconds, `megabytes`, and what was done."""


@dataclass(frozen=True, slots=True)
class Job:
    """A workload by name, with its arguments, in a module that runs them."""

    workload: str
    arguments: tuple[str, ...] = ()
    module: str = "benchmarks.workloads"

    def run(self) -> Measured:
        """Run it once. Raises subprocess.CalledProcessError when it fails."""
        command = [sys.executable, "-m", self.module, self.workload, *self.arguments]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        measured: Measured = json.loads(done.stdout)
        return measured


def alternate(
    jobs: Iterable[Job], rounds: int, tell: Callable[[str], None]
) -> dict[Job, list[Measured]]:
    """Run every job once a round, so that a change of the machine's load meets all of them.

    Every second round goes backwards. `tell` gets a line about each.
    """
    distinct = list(dict.fromkeys(jobs))
    measured: dict[Job, list[Measured]] = {job: [] for job in distinct}
    for number in range(rounds):
        for job in distinct[:: -1 if number % 2 else 1]:
            one = job.run()
            measured[job].append(one)
            tell(f"{number + 1}/{rounds} {job.workload:16} {one['cpu']:6.2f} s cpu")
    return measured


def median(values: Sequence[float]) -> float:
    """The median."""
    return float(statistics.median(values))
