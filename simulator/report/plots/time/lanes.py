"""Lanes of the timeline: one for each agent, more where it had several resources at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from simulator.analysis.run import Run
from simulator.analysis.states import Steps

Span: TypeAlias = tuple[int, int]

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
    planned, end = run.measurement.info.planned, run.measurement.end
    lanes = {}
    for agent, states in run.measurement.states.agents.items():
        spans = {name: _extent(shows, end) for name, shows in states.shows.items()}
        extents = {name: span for name, span in spans.items() if span is not None}
        if agent in planned:
            lanes[agent] = _named(agent, _packed(extents, planned[agent].resource))
        elif extents:
            lanes[agent] = _named(agent, _packed(extents, ""))
    return lanes


def _extent(shows: Steps[str | None], end: int) -> Span | None:
    """From when until when a resource was available, the gaps included."""
    spans = [(begin, over) for show, begin, over in shows.spans(end) if show is not None]
    return (spans[0][0], spans[-1][1]) if spans else None


def choose(lanes: Mapping[str, list[Lane]], weights: Mapping[str, float]) -> list[Lane]:
    """All lanes if they are few, else those of the agents with the largest weights.

    Agents without a weight are then left out, if there are any with one.
    """
    agents = list(lanes)
    if sum(map(len, lanes.values())) > LANES:
        agents = [agent for agent in lanes if weights.get(agent)] or agents
    room, chosen = LANES, set()
    for agent in sorted(agents, key=lambda agent: -weights.get(agent, 0.0)):
        room -= len(lanes[agent])
        if room < 0:
            break
        chosen.add(agent)
    return [lane for agent, some in lanes.items() if agent in chosen for lane in some]


def _packed(extents: Mapping[str, Span], own: str) -> list[list[str]]:
    """Resources by lane: each is in the first one that is free from its begin on."""
    lanes: list[list[str]] = []
    ends: list[int] = []
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
