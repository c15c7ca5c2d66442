"""Where agents stand: the same each time, apart from each other, communities together."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import combinations, product
from math import dist

import networkx as nx
import pytest

from simulator.report.replay.places import SCALE, SMALL, places

PRINTED = """
import networkx as nx
from simulator.report.replay.places import places
graph = nx.barabasi_albert_graph({agents}, 3, seed=1)
print(places([f"a-{{n}}" for n in graph], [(f"a-{{a}}", f"a-{{b}}") for a, b in graph.edges]))
"""


@pytest.mark.parametrize("agents", [12, SMALL + 20])
def test_places_do_not_depend_on_the_hashes_of_a_process(agents: int) -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", PRINTED.format(agents=agents)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


@pytest.mark.parametrize("agents", [1, 2, 7, SMALL, SMALL + 1, 400])
def test_every_agent_has_a_place_of_its_own(agents: int) -> None:
    names = [f"a-{number}" for number in range(agents)]
    pairs = [(names[one], names[(one * 7 + 1) % agents]) for one in range(agents)]
    found = places(names, pairs)
    assert set(found) == set(names)
    assert len(set(found.values())) == agents
    assert all(0 <= x <= SCALE and 0 <= y <= SCALE for x, y in found.values())


def test_nobody_has_no_place() -> None:
    assert places([], []) == {}


def test_a_community_is_together_and_apart_from_the_others() -> None:
    graph = nx.connected_caveman_graph(5, 40)
    names = [f"a-{number}" for number in graph]
    found = places(names, [(names[a], names[b]) for a, b in graph.edges])
    caves = [names[start : start + 40] for start in range(0, 200, 40)]
    middles = [
        (sum(found[one][0] for one in cave) / 40, sum(found[one][1] for one in cave) / 40)
        for cave in caves
    ]
    widths = [max(dist(found[a], found[b]) for a, b in product(cave, cave)) for cave in caves]
    for (one, own), (other, theirs) in combinations(zip(middles, widths, strict=True), 2):
        assert dist(one, other) > (own + theirs) / 2 * 0.9
