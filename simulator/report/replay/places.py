"""Where agents stand in the graph of the replay page: the same in every run of one scenario.

A small graph is laid out by springs, as in the picture of it. In a larger one, each community is a
disc of agents, and discs with watches between them are near each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from math import pi, sqrt
from typing import TypeAlias

import networkx as nx
import numpy as np

from simulator.analysis.naming import natural_order
from simulator.report.plots.layout import place

SMALL = 80
"""Up to so many agents are laid out by springs."""
SCALE = 10_000
"""Places are integers between 0 and this."""
_TURN = pi * (3 - sqrt(5))
"""Between two seeds of a sunflower, in radians."""
_GAP = 1.25
"""How much larger than a community its disc is."""

Place: TypeAlias = tuple[int, int]
Graph: TypeAlias = "nx.Graph[int]"


def places(agents: Sequence[str], watches: Iterable[tuple[str, str]]) -> dict[str, Place]:
    """The place of each agent."""
    pairs = [(one, other) for one, other in watches if one != other]
    if len(agents) <= SMALL:
        drawn: nx.DiGraph[str] = nx.DiGraph()
        drawn.add_nodes_from(agents)
        drawn.add_edges_from(pairs)
        if not agents:
            return {}
        found = place(drawn, 0.09 if len(agents) <= 20 else 0.05)
        return _scaled(agents, np.array([found[agent] for agent in agents]))
    ordered = natural_order(agents)
    number = {agent: row for row, agent in enumerate(ordered)}
    graph: Graph = nx.Graph()
    graph.add_nodes_from(range(len(ordered)))
    graph.add_edges_from(sorted({_sorted(number[a], number[b]) for a, b in pairs}))
    return _scaled(ordered, _by_communities(graph))


def _scaled(agents: Sequence[str], at: np.ndarray) -> dict[str, Place]:
    low, high = at.min(axis=0), at.max(axis=0)
    size = max(float((high - low).max()), 1e-9)
    middle = (low + high) / 2
    scaled = np.rint(((at - middle) / size + 0.5) * SCALE).astype(int)
    return {agent: (int(x), int(y)) for agent, (x, y) in zip(agents, scaled, strict=True)}


def _by_communities(graph: Graph) -> np.ndarray:
    """A disc for each community, the most watched agents in its middle."""
    found = nx.community.louvain_communities(graph, seed=1)
    communities = sorted((sorted(one) for one in found), key=lambda one: (-len(one), one))
    of = {agent: row for row, members in enumerate(communities) for agent in members}
    between = Counter(_sorted(of[a], of[b]) for a, b in graph.edges if of[a] != of[b])
    radii = np.array([_GAP * sqrt(len(members)) for members in communities])
    centres = _apart(_near(between, radii), radii)
    at = np.zeros((len(graph), 2))
    for row, members in enumerate(communities):
        by_degree = sorted(members, key=lambda agent: (-graph.degree(agent), agent))
        seeds = np.arange(len(members))
        turns = np.sqrt(seeds + 0.5)[:, None]
        at[by_degree] = centres[row] + turns * np.column_stack(
            (np.cos(seeds * _TURN), np.sin(seeds * _TURN))
        )
    return at


def _sorted(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _near(between: Counter[tuple[int, int]], radii: np.ndarray) -> np.ndarray:
    """Places of the discs, with those near each other that have watches between them."""
    discs: Graph = nx.Graph()
    discs.add_nodes_from(range(len(radii)))
    discs.add_weighted_edges_from((one, other, n) for (one, other), n in sorted(between.items()))
    springs = nx.spring_layout(discs, seed=1, iterations=60)
    return np.array([springs[row] for row in range(len(radii))]) * sqrt((radii**2).sum())


def _apart(at: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """The same places, pushed apart until no discs overlap, and drawn to the middle."""
    least = radii[:, None] + radii[None]
    for _ in range(200):
        at = at * 0.99
        gaps = at[:, None] - at[None]
        far = np.maximum(np.linalg.norm(gaps, axis=2), 1e-6)
        push = np.maximum(least - far, 0) / far / 2
        np.fill_diagonal(push, 0)
        at = at + (gaps * push[:, :, None]).sum(axis=1)
    return at
