"""How long all metrics of a journal of a million records take, and how much memory.

    python -m benchmarks.metrics [RECORDS]

The journal is made first, by the sans-IO server without agents: 1,000 agents who watch ten
others each, subscribe, and change their show; it is not part of the time. The bar: at most 10 s
and 2,000 MB. Times are of the processor, so that a busy machine counts less.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from simulator.analysis.run import Run, open_run
from tests.analysis.synthetic import MS, S, small_world, write

AGENTS = 1_000
RECORDS = 1_000_000
PER_CHANGE = 14
"""Records of one change: action, sent, actual, and a receipt at each watcher and itself."""
AT_MOST_SECONDS = 10.0
AT_MOST_MEGABYTES = 2_000.0

STEPS: dict[str, Callable[[Run], object]] = {
    "load the journal": lambda run: run.records,
    "measure, in one pass": lambda run: run.measurement,
    "summary and verdict": lambda run: run.summary,
    "frame: availability": lambda run: run.availability(),
    "frame: sights": lambda run: run.sights(),
    "frame: convergence": lambda run: run.convergence(),
    "frame: phases": lambda run: run.phases(),
    "frame: propagation": lambda run: run.propagation(),
    "frame: staleness": lambda run: run.staleness(),
    "frame: faults": lambda run: run.faults(),
    "frame: fault_effects": lambda run: run.fault_effects(),
    "frame: deaths": lambda run: run.deaths(),
    "frame: detection": lambda run: run.detection(),
    "frame: rosters": lambda run: run.rosters(),
    "frame: belief_divergence": lambda run: run.belief_divergence(),
}


def make(folder: Path, records: int) -> None:
    """Write a journal of about so many records."""
    changes = max(0, records - 110 * AGENTS) // PER_CHANGE
    world = small_world(AGENTS, changes=changes, deaths=20)
    write(world.run(60 * S + changes * 100 * MS), folder)


def measure(folder: Path) -> Iterator[tuple[str, float]]:
    """Each step and its seconds."""
    run = open_run(folder)
    for name, step in STEPS.items():
        began = time.process_time()
        step(run)
        yield name, time.process_time() - began


def report(folder: Path) -> int:
    """Measure, print, and say whether the bar is met."""
    whole = 0.0
    for name, seconds in measure(folder):
        whole += seconds
        print(f"{name:28} {seconds:7.2f} s")
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    good = whole <= AT_MOST_SECONDS and megabytes <= AT_MOST_MEGABYTES
    print(f"{'all':28} {whole:7.2f} s   bar {AT_MOST_SECONDS:g} s")
    print(f"{'peak memory':28} {megabytes:7.0f} MB  bar {AT_MOST_MEGABYTES:g} MB")
    print("met" if good else "NOT met")
    return 0 if good else 1


def main(arguments: list[str]) -> int:
    """Make a journal and measure it in a process of its own; or measure an existing folder."""
    if len(arguments) == 2 and arguments[0] == "--folder":
        return report(Path(arguments[1]))
    records = int(arguments[0]) if arguments else RECORDS
    with tempfile.TemporaryDirectory() as name:
        make(Path(name), records)
        with open(Path(name) / "journal.jsonl", "rb") as lines:
            print(f"{sum(1 for _ in lines):,} records, {AGENTS:,} agents")
        command = [sys.executable, "-m", "benchmarks.metrics", "--folder", name]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
