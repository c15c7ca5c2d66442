"""Where the agents of a graph are drawn, and which way the edges between them go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import networkx as nx
import numpy as np

from simulator.analysis.naming import natural_order, natural_tuples

Pair: TypeAlias = tuple[str, str]
Places: TypeAlias = "Mapping[str, np.ndarray]"
"""Agent -> its place, x and y."""

SHAPE = (1.0, 0.8)
"""Width and height of a graph, in parts of its width."""
FEW = 6
"""So many agents are in a circle."""
_STEPS = 120
"""Steps in which circles are pushed apart, and off the edges of others."""
_BENDS = (0.0, *(side * bend for bend in (0.08, 0.16, 0.24, 0.32, 0.4) for side in (1, -1)))
"""How much an edge may bend, as a part of its length; the first one that hits fewest agents."""
_OWN_SIDE = (0.1, 0.2, 0.3, 0.4)
"""The same where the edge back has a way of its own, which bends to the other side."""
_SAMPLES = np.linspace(0.02, 0.98, 25)


@dataclass(frozen=True, slots=True)
class Curve:
    """The way of an edge, as matplotlib's `arc3` draws it."""

    start: np.ndarray
    end: np.ndarray
    bend: float

    def at(self, part: float | np.ndarray) -> np.ndarray:
        """The points so much of the way along it."""
        along = self.end - self.start
        middle = (self.start + self.end) / 2 + self.bend * np.array([along[1], -along[0]])
        t = np.asarray(part)[..., None]
        points: np.ndarray = (1 - t) ** 2 * self.start + 2 * t * (1 - t) * middle + t**2 * self.end
        return points


def place(graph: nx.DiGraph[str], wide: float) -> dict[str, np.ndarray]:
    """A place for each agent, whose circle is so wide."""
    ordered: nx.Graph[str] = nx.Graph()
    ordered.add_nodes_from(natural_order(graph))
    edges = natural_tuples({(min(pair), max(pair)) for pair in graph.edges})
    ordered.add_edges_from(edges)
    if len(ordered) <= FEW:
        circle = nx.circular_layout(ordered)
        return {agent: np.array([0.5, 0.4]) + 0.32 * at for agent, at in circle.items()}
    # Springs push parts that nothing holds together out of sight of each other.
    parts = [natural_order(part)[0] for part in nx.connected_components(ordered)]
    ordered.add_edges_from(pairwise(parts))
    springs = nx.spring_layout(ordered, seed=1, k=2.2 / len(ordered) ** 0.5, iterations=80)
    number = {agent: row for row, agent in enumerate(springs)}
    at = np.array([*springs.values()])
    low, high = at.min(axis=0), at.max(axis=0)
    at = (at - low) / np.maximum(high - low, 1e-9) * SHAPE
    ends = np.array([(number[one], number[other]) for one, other in edges]).reshape(-1, 2)
    return dict(zip(springs, _apart(at, ends, wide * 1.15), strict=True))


def _apart(at: np.ndarray, ends: np.ndarray, wide: float) -> np.ndarray:
    """The same places, moved until circles lie neither on each other nor on edges, if they can."""
    for step in range(_STEPS):
        if step < _STEPS * 3 // 4:
            at = _inside(at + 0.3 * _off_edges(at, ends, wide * 0.75))
        gaps = at[:, None] - at[None]
        far = np.maximum(np.linalg.norm(gaps, axis=2), 1e-9)
        push = np.maximum(wide - far, 0) / far / 2
        at = _inside(at + (gaps * push[:, :, None]).sum(axis=1))
    return at


def _off_edges(at: np.ndarray, ends: np.ndarray, near: float) -> np.ndarray:
    """How far each agent is to go so that no edge of others is nearer than `near`."""
    if not len(ends):
        return np.zeros_like(at)
    start, along = at[ends[:, 0]], at[ends[:, 1]] - at[ends[:, 0]]
    lengths = np.maximum((along**2).sum(axis=1), 1e-9)
    to = at[:, None] - start[None]
    part = np.clip((to * along).sum(axis=2) / lengths, 0, 1)
    off = to - part[:, :, None] * along
    far = np.maximum(np.linalg.norm(off, axis=2), 1e-6)
    push = np.maximum(near - far, 0) / far
    own = (np.arange(len(at))[:, None, None] == ends).any(axis=2)
    push[own] = 0
    moved: np.ndarray = np.clip((off * push[:, :, None]).sum(axis=1), -near, near)
    return moved


def _inside(at: np.ndarray) -> np.ndarray:
    inside: np.ndarray = np.clip(at, 0, SHAPE)
    return inside


def ways_between(places: Places, states: Mapping[Pair, str], wide: float) -> dict[Pair, Curve]:
    """The way of each watch: bent as little as keeps it off the circles of other agents.

    Watches in both directions go one way if their states are the same.
    """
    ways: dict[Pair, Curve] = {}
    for pair in natural_tuples(states):
        back = (pair[1], pair[0])
        if back in ways and states[back] == states[pair]:
            other = ways[back]
            ways[pair] = Curve(other.end, other.start, -other.bend)
            continue
        others = [at for agent, at in places.items() if agent not in pair]
        bends = _OWN_SIDE if back in states and states[back] != states[pair] else _BENDS
        curves = [Curve(places[pair[0]], places[pair[1]], bend) for bend in bends]
        ways[pair] = min(curves, key=lambda curve: _hits(curve, others, wide))
    return ways


def _hits(curve: Curve, others: list[np.ndarray], wide: float) -> float:
    """How deep a curve is in the others' circles, in all; one more if it leaves the picture."""
    points = curve.at(_SAMPLES)
    outside = bool((points < -0.03).any() or (points > np.array(SHAPE) + 0.03).any())
    if not others:
        return outside
    gaps = np.array(others)[:, None] - points[None]
    near = np.linalg.norm(gaps, axis=2).min(axis=1) / (0.6 * wide)
    return outside + float(np.maximum(1 - near, 0).sum())
