"""A run for the tests of exports that tell what happened when."""

from __future__ import annotations

from pathlib import Path

from simulator.report.run import Run
from tests.runs import run_text

SCENARIO = """
    name: Three in a row
    seed: 1
    populations: {a: {count: 3, on_subscribe: approve}}
    subscriptions: [{graph: {generator: path_graph}, among: a, mutual: true}]
    network: {latency: 20ms}
    faults: [{at: 3s, for: 2s, black_hole: "a[2]"}]
    timeline: [{at: 2s, who: "a[0]", do: set_presence, show: dnd}]
    run: {duration: 8s}
"""


def traced(folder: Path) -> Run:
    return run_text(SCENARIO, folder)
