"""The workloads that the benchmarks time. Each runs in a process of its own:

    python -m benchmarks.workloads NAME [ARGUMENT...]

and prints one JSON object: seconds of the processor (`cpu`) and of the wall clock (`wall`) for
the work without its imports, the peak memory of the process (`megabytes`), and what was done.
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

from benchmarks.plain import run_plain
from benchmarks.scenarios import CHANGES, CROWD, HOUR, NOTHING, THREE
from simulator.analysis.live import LiveMeasurement
from simulator.journal.file import Journal
from simulator.running.interruption import Interruption
from simulator.running.runner import RunOptions, execute
from simulator.running.schedule import Convergence
from simulator.scenario import Plan, build_plan, load_scenario
from simulator.servers.embedded.backend import EmbeddedBackend
from simulator.spade3.observer import ClientWatcher

Done = dict[str, Any]

HOUR_OF_CHURN = Path(__file__).with_name("hour_of_churn.yaml")


class Stopwatch:
    """Measures from its making: `read()` gives seconds of the processor and of the wall."""

    def __init__(self) -> None:
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def read(self) -> Done:
        """Seconds so far."""
        return {"cpu": time.process_time() - self._cpu, "wall": time.perf_counter() - self._wall}


def crowd(agents: str, subscriptions: str) -> Done:
    """Agents that all subscribe at once, under the simulator, as `simulator run` does it."""
    return _simulate(CROWD.format(agents=agents, subscriptions=subscriptions))


def recorded_crowd(agents: str, subscriptions: str) -> Done:
    """The same with observers and a journal on the disk; nobody follows it live."""
    plan = _plan(CROWD.format(agents=agents, subscriptions=subscriptions))
    with tempfile.TemporaryDirectory() as folder, Journal(Path(folder, "journal.jsonl")) as journal:
        return _execute(plan, journal, _Never())


def unrecorded_crowd(agents: str, subscriptions: str) -> Done:
    """The same with no observers and no journal."""
    ClientWatcher.watch = lambda _watcher: None  # type: ignore[assignment, method-assign]
    plan = _plan(CROWD.format(agents=agents, subscriptions=subscriptions))
    with Journal(None) as journal:
        return _execute(plan, journal, _Never())


class _Never:
    """A run of fixed duration does not ask."""

    def converged(self, now: int) -> bool:
        """No."""
        return False


def plain_crowd(agents: str, subscriptions: str) -> Done:
    """The same crowd as plain SPADE agents on the same embedded server, nothing tuned."""
    watch = Stopwatch()
    happy = run_plain(int(agents), int(subscriptions))
    return watch.read() | {"agents": happy}


def idle_hour() -> Done:
    """One virtual hour of 200 connected agents with pings and nothing to do."""
    return _simulate(HOUR.format(timeline=NOTHING))


def busy_hour() -> Done:
    """The same hour with 7,200 status changes."""
    return _simulate(HOUR.format(timeline=CHANGES))


def hour_of_churn(tuning: str) -> Done:
    """A thousand agents that come and go for an hour; `tuning` is "tuned" or "stock"."""
    return _simulate(HOUR_OF_CHURN.read_text(), tuned=tuning == "tuned")


def quiet_runs(seeds: str) -> Done:
    """Runs of three agents for 10 s, one after the other in memory; figures are for one of them.

    Each reads the scenario file, plans it, runs it and judges it. A few come before, to warm up.
    """
    from simulator import api  # noqa: PLC0415

    count = int(seeds)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "scenario.yaml")
        file.write_text(THREE)
        for seed in range(3):
            api.run(file, seed=seed, out=False)
        watch = Stopwatch()
        verdicts = [api.run(file, seed=seed, out=False).verdict.value for seed in range(count)]
        taken = watch.read()
    passed = verdicts.count("pass")
    return {name: value / count for name, value in taken.items()} | {"agents": 3, "passed": passed}


def whole_command(agents: str, subscriptions: str) -> Done:
    """The crowd from the scenario file to summary and picture."""
    from simulator import api  # noqa: PLC0415  (the other workloads do without)
    from simulator.report.plots import plot_convergence, save  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "scenario.yaml")
        file.write_text(CROWD.format(agents=agents, subscriptions=subscriptions))
        watch = Stopwatch()
        run = api.run(file, out=Path(folder, "run"))
        save(plot_convergence(run), run.folder / "convergence.png")
        return watch.read() | {"agents": int(agents), "verdict": run.verdict.value}


def _plan(scenario: str) -> Plan:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "scenario.yaml")
        file.write_text(scenario)
        return build_plan(load_scenario(file))


def _simulate(scenario: str, *, tuned: bool = True) -> Done:
    """Run with a journal on the disk and measured live, to the last record."""
    plan = _plan(scenario)
    live = LiveMeasurement()
    with tempfile.TemporaryDirectory() as folder, Journal(Path(folder, "journal.jsonl")) as journal:
        journal.listen(live.see)
        done = _execute(plan, journal, live, tuned=tuned)
    return done | {"converged": live.converged(live.so_far.end)}


def _execute(plan: Plan, journal: Journal, convergence: Convergence, *, tuned: bool = True) -> Done:
    options = RunOptions(tuned=tuned)
    watch = Stopwatch()
    execute(plan, EmbeddedBackend(), journal, convergence, Interruption(), options)
    return watch.read() | {"agents": len(plan.agents), "records": journal.records}


WORKLOADS: dict[str, Callable[..., Done]] = {
    "crowd": crowd,
    "recorded_crowd": recorded_crowd,
    "unrecorded_crowd": unrecorded_crowd,
    "plain_crowd": plain_crowd,
    "idle_hour": idle_hour,
    "busy_hour": busy_hour,
    "hour_of_churn": hour_of_churn,
    "quiet_runs": quiet_runs,
    "whole_command": whole_command,
}


def main(name: str, *arguments: str) -> None:
    """Run a workload and print what it took."""
    # Without an observer aioxmpp logs SPADE's farewells with a traceback each, which costs time.
    logging.disable()
    done = WORKLOADS[name](*arguments)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(done | {"megabytes": round(peak, 1)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
