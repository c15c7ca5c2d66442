"""A scenario spelled out: every watch, action and fault as an entry of its own, with its agents.

What a graph, a sample or a repetition came to in the plan is written down as single entries, so
that a shrinker can leave out each of them. Agents are named by their places: ``member[3]``.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.experiments.finding.documents import Document, copied, entries, populations
from simulator.scenario.language.durations import format_duration
from simulator.scenario.plan import ActionPlan, FaultPlan, Plan

_WHOM = {"partition": "cut_off"}
"""The key under which a fault names agents, where it is not ``who``."""


def spelled_out(plan: Plan) -> Document:
    """The document of a plan's scenario, with nothing left to be worked out but the agents."""
    document = copied(plan.scenario)
    places = {one.name: f"{one.population}[{one.index}]" for one in plan.agents}
    document["subscriptions"] = [
        {
            "pairs": [[places[one.watcher], places[one.contact]]],
            "at": format_duration(one.at),
        }
        for one in plan.watches
    ]
    timeline = entries(document, "timeline")
    document["timeline"] = [
        _action(one, timeline[_number(one.origin)], places)
        for one in plan.actions
        if one.origin.startswith("timeline")
    ]
    faults = entries(document, "faults")
    document["faults"] = [_fault(one, faults[_number(one.origin)], places) for one in plan.faults]
    for part in ("subscriptions", "timeline", "faults"):
        if not document[part]:
            del document[part]
    # A population of one keeps its name, which is also the agent's.
    named = {name: place for name, place in places.items() if not place.startswith(f"{name}[")}
    for population in populations(document).values():
        if "on_subscribe" in population:
            population["on_subscribe"] = _placed(population["on_subscribe"], named)
    for part in ("expect", "observe"):
        if part in document:
            document[part] = _placed(document[part], named)
    return document


def _number(origin: str) -> int:
    """``timeline[3]`` -> 3."""
    return int(origin.partition("[")[2][:-1])


def _action(one: ActionPlan, entry: Document, places: Mapping[str, str]) -> Document:
    found: Document = {"at": format_duration(one.at), "who": places[one.agent], "do": one.do}
    if one.peer:
        found["peer"] = places.get(one.peer, one.peer)
    rest = {key: value for key, value in entry.items() if key not in ("at", "who", "do", "peer")}
    return found | rest


def _fault(one: FaultPlan, entry: Document, places: Mapping[str, str]) -> Document:
    found: Document = {"at": format_duration(one.at)}
    if one.end is not None:
        found["for"] = format_duration(one.end - one.at)
    terms = entry[one.kind]
    whom = [places[agent] for agent in one.agents]
    if not whom:
        return found | {one.kind: terms or {}}
    others = dict(terms) if isinstance(terms, dict) else {}
    for key in ("who", "cut_off", "communities", "sample", "share", "of", "except"):
        others.pop(key, None)
    return found | {one.kind: {_WHOM.get(one.kind, "who"): whom, **others}}


def _placed(value: object, places: Mapping[str, str]) -> object:
    """The same with every agent's name replaced by its place, also in keys."""
    if isinstance(value, dict):
        return {places.get(key, key): _placed(one, places) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_placed(one, places) for one in value]
    return places.get(value, value) if isinstance(value, str) else value
