"""The workloads that the benchmarks time. Each runs in a process of its own:

    python -m benchmarks.workloads NAME [ARGUMENT...]

and prints one JSON object: seconds, peak megabytes, and what was done.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.plain import run_plain
from simulator import pins
from simulator.backends.embedded import EmbeddedBackend
from simulator.embedded import loop as virtual
from simulator.embedded.connector import MemoryConnector
from simulator.embedded.server import EmbeddedServer
from simulator.journal import Journal
from simulator.interruption import Interruption
from simulator.runner import RunOptions, execute
from simulator.scenario import build_plan, load_scenario
from simulator.scenario.durations import Constant

CROWD = """
name: Crowd
seed: 1
populations:
  member:
    count: {agents}
    on_subscribe: approve
subscriptions:
  - graph: {{generator: gnm_random_graph, m: {edges}, seed: 1}}
    among: member
    at: 0s
network: {{latency: 20ms}}
run: {{duration: 10s}}
"""

HOUR = """
name: Hour
seed: 1
populations:
  member:
    count: 200
    on_subscribe: approve
subscriptions:
  - graph: {{generator: watts_strogatz_graph, k: 4, p: 0.1, seed: 1}}
    among: member
    mutual: true
    at: 0s
timeline: {timeline}
network: {{latency: 20ms}}
run: {{duration: 1h}}
"""
CHANGES = (
    "[{at: {every: 100s, starting: 10s, times: 36}, who: member, do: set_presence, show: dnd}]"
)


class Never:
    """A run of fixed duration does not ask."""

    converged = False


def simulated(text: str, *, record: bool = True, tuned: bool = True) -> dict[str, Any]:
    """A scenario through the runner, with or without a journal on disk."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "scenario.yaml")
        file.write_text(text)
        plan = build_plan(load_scenario(file))
        path = Path(folder, "journal.jsonl") if record else None
        began = time.process_time()
        with Journal(path) as journal:
            execute(
                plan, EmbeddedBackend(), journal, Never(), Interruption(), RunOptions(tuned=tuned)
            )
        seconds = time.process_time() - began
        return {"cpu": seconds, "agents": len(plan.agents), "records": journal.records}


def crowd(agents: str, edges: str, record: str = "record") -> dict[str, Any]:
    """Agents that all subscribe at once, under the simulator."""
    return simulated(CROWD.format(agents=agents, edges=edges), record=record == "record")


def idle_hour() -> dict[str, Any]:
    """One virtual hour of 200 connected agents with pings and nothing to do."""
    return simulated(HOUR.format(timeline="[]"))


def busy_hour() -> dict[str, Any]:
    """The same hour with 7,200 status changes."""
    return simulated(HOUR.format(timeline=CHANGES))


def plain_crowd(agents: str, edges: str) -> dict[str, Any]:
    """The same crowd as plain SPADE agents on the same embedded server, nothing tuned."""
    began = time.process_time()
    happy = run_plain(int(agents), int(edges))
    return {"cpu": time.process_time() - began, "agents": happy}


WORKLOADS: dict[str, Callable[..., dict[str, Any]]] = {
    "crowd": crowd,
    "plain_crowd": plain_crowd,
    "idle_hour": idle_hour,
    "busy_hour": busy_hour,
}


def main() -> None:
    """Run the workload that the command line names."""
    result = WORKLOADS[sys.argv[1]](*sys.argv[2:])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**result, "megabytes": round(peak, 1)}))


if __name__ == "__main__":
    pins.check_versions()
    main()
