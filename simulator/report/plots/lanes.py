"""Lanes of the timeline: one for each agent, more where it had several resources at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from simulator.analysis.run import Run

Span: TypeAlias = tuple[float, float]

LANES = 40
"""A picture has at most so many."""
_SHORT = 16
"""A longer name of a resource was made by a server, and says nothing."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane of an agent, and the resources that are drawn in it, none at the same time."""

    agent: str
    resources: tuple[str, ...]
    label: str


def lanes_of(run: Run) -> dict[str, list[Lane]]:
    """The lanes of every planned agent, in the order of the plan; one has one at least."""
    extents: dict[str, dict[str, Span]] = {agent: {} for agent in run.measurement.info.planned}
    spans = run.availability().select("agent", "resource", "begin_s", "end_s").rows()
    for agent, resource, begin, end in sorted(spans):
        held = extents.setdefault(agent, {})
        first, last = held.get(resource, (begin, end))
        held[resource] = min(first, begin), max(last, end)
    own = {name: planned.resource for name, planned in run.measurement.info.planned.items()}
    return {
        agent: _named(agent, _packed(held, own.get(agent, ""))) for agent, held in extents.items()
    }


def choose(lanes: Mapping[str, list[Lane]], weights: Mapping[str, float]) -> list[Lane]:
    """All lanes if they are few, else those of the agents with the largest weights."""
    room, chosen = LANES, set()
    for agent in sorted(lanes, key=lambda agent: -weights.get(agent, 0.0)):
        room -= len(lanes[agent])
        if room < 0:
            break
        chosen.add(agent)
    return [lane for agent, some in lanes.items() if agent in chosen for lane in some]


def _packed(extents: Mapping[str, Span], own: str) -> list[list[str]]:
    """Resources by lane: each is in the first one that is free from its begin on."""
    lanes: list[list[str]] = []
    ends: list[float] = []
    for resource in sorted(extents, key=lambda name: (extents[name][0], name != own, name)):
        begin, end = extents[resource]
        free = next((number for number, last in enumerate(ends) if last <= begin), len(lanes))
        if free == len(lanes):
            lanes.append([])
            ends.append(end)
        lanes[free].append(resource)
        ends[free] = end
    return lanes or [[]]


def _named(agent: str, packed: Sequence[list[str]]) -> list[Lane]:
    if len(packed) == 1:
        return [Lane(agent, tuple(packed[0]), agent)]
    lanes = []
    for number, resources in enumerate(packed, start=1):
        telling = len(resources) == 1 and len(resources[0]) <= _SHORT
        name = f"/{resources[0]}" if telling else f", session {number}"
        lanes.append(Lane(agent, tuple(resources), agent + name))
    return lanes
