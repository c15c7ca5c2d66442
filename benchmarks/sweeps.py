"""What many runs cost: in a bare loop, in a sweep, and on workers. As workloads.py, of many runs:

    python -m benchmarks.sweeps NAME [ARGUMENT...]

Figures are for one run, without starting processes: `cpu` is that of this process and of the
workers. `growth` is the memory of a run's process at the end, over that after the first tenth.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from benchmarks.scenarios import THREE
from benchmarks.workloads import Done, Stopwatch
from simulator import api
from simulator.agents.installed import installed
from simulator.experiments.results import Results
from simulator.experiments.running.engines import Engine, OnDask
from simulator.experiments.sweep import Silent, sweep
from simulator.scenario import build_plan, load_scenario

KARATE = Path(__file__).parents[1] / "scenarios" / "karate_club.yaml"


class Meter(Silent):
    """Measures from the moment at which the workers are there until all runs are over."""

    def __init__(self) -> None:
        self.cpu = self.wall = 0.0
        self._engine: Engine | None = None

    def begin(self, engine: Engine) -> None:
        self._engine = engine
        installed()
        self.cpu, self.wall = -self._processor(), -time.perf_counter()

    def step(self, done: int, total: int, failed: int) -> None:
        if done == total and self._engine is not None:
            self.cpu += self._processor()
            self.wall += time.perf_counter()

    def _processor(self) -> float:
        own = time.process_time()
        if isinstance(self._engine, OnDask):
            own += sum(self._engine.client.run(time.process_time).values())
        return own


def bare_loop(runs: str) -> Done:
    """Runs of three agents for 10 s, one after the other, with verdict and figures."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "scenario.yaml")
        file.write_text(THREE)
        scenario = load_scenario(file)
        api.run(scenario, out=False)  # imports what runs need
        watch = Stopwatch()
        for seed in range(int(runs)):
            run = api.run(build_plan(scenario, seed), out=False, check=False)
            _ = run.verdict, run.figures
        taken = watch.read()
    return {name: value / int(runs) for name, value in taken.items()} | {"agents": 3}


def swept(runs: str, workers: str) -> Done:
    """The same as a sweep."""
    return _measured(yaml.safe_load(THREE), int(runs), int(workers))


def swept_karate(runs: str, workers: str) -> Done:
    """The karate club, many times: does memory stay flat?"""
    return _measured(str(KARATE), int(runs), int(workers))


def _measured(scenario: object, runs: int, workers: int) -> Done:
    meter = Meter()
    document = {"scenario": scenario, "replications": runs, "keep": "none"}
    found = sweep(document, False, workers=workers, watcher=meter)
    passed = (found.runs["verdict"] == "pass").sum()
    costs: Done = {"cpu": meter.cpu / runs, "wall": meter.wall / runs}
    return costs | {"passed": passed, "growth": growth(found)}


def growth(found: Results) -> float:
    """The last tenth of the runs' memory over that of the first tenth after the beginning."""
    memory = found.runs.sort("replication")["memory_mb"]
    tenth = max(1, memory.len() // 10)
    last, first = memory.tail(tenth).mean(), memory.slice(tenth, tenth).mean()
    assert isinstance(last, float)
    assert isinstance(first, float)
    return round(last / first, 3)


WORKLOADS: dict[str, Callable[..., Done]] = {
    "bare_loop": bare_loop,
    "swept": swept,
    "swept_karate": swept_karate,
}


def main(name: str, *arguments: str) -> None:
    """Run a workload and print what it took."""
    logging.disable()
    done: dict[str, Any] = WORKLOADS[name](*arguments)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(done | {"megabytes": round(peak, 1)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
