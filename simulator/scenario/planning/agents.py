"""From populations to planned agents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from simulator.scenario.graphs.capacity import too_large
from simulator.scenario.language.populations import Population, fill_pattern
from simulator.scenario.language.schema import Scenario
from simulator.scenario.language.selectors import RESERVED, AgentIndex, Selector, UnknownAgentError
from simulator.scenario.language.times import moments_of
from simulator.scenario.plan import (
    AgentPlan,
    BehaviourPlan,
    Microseconds,
    PolicyRule,
    PresencePlan,
    ResourcePlan,
)
from simulator.scenario.planning.constructors import attribute_faults, constructor_faults
from simulator.scenario.planning.context import FaultList, Planning
from simulator.scenario.planning.jids import localpart_problem, resource_problem
from simulator.scenario.planning.managers import check_recovery, manager_of
from simulator.scenario.planning.user_classes import (
    AGENT,
    BEHAVIOUR,
    check_arguments,
    load_checked,
    make_importable,
)
from simulator.scenario.source import DocumentPath, PartError


def agent_names(scenario: Scenario, faults: FaultList) -> AgentIndex:
    """Every agent's name by population; a few stand for more than the machine holds."""
    count = sum(population.count for population in scenario.populations.values())
    populations, unknown = scenario.populations, faults.source.unknown
    reason = too_large(count)
    if reason:
        largest = max(populations, key=lambda name: populations[name].count)
        faults.add(("populations", largest, "count"), *reason)
        large = {name for name, one in populations.items() if one.count > _FEW}
        unknown.names |= large
        populations = {
            name: one.model_copy(update={"count": _FEW}) if name in large else one
            for name, one in populations.items()
        }
    _check_names(populations, faults)
    return AgentIndex.from_pairs((name, population) for population, name in _names(populations))


_FEW = 2
"""Agents that stand for too many."""


def _names(populations: dict[str, Population]) -> Iterator[tuple[str, str]]:
    for name, population in populations.items():
        pattern = name_pattern(name, population)
        for index in range(population.count):
            yield name, fill_pattern(pattern, name, index)


def name_pattern(name: str, population: Population) -> str:
    """The pattern that the population's agents are named by."""
    if population.name is not None:
        return population.name
    return name if population.count == 1 else f"{name}-{{index}}"


def _check_names(populations: dict[str, Population], faults: FaultList) -> None:
    owners: dict[str, str] = {}
    checked: set[str] = set()
    for population, name in _names(populations):
        path: DocumentPath = ("populations", population, "name")
        if population not in checked:
            checked.add(population)
            _check_address(path, name, faults)
        if name in owners:
            whose = f"`{owners[name]}`" if owners[name] != population else "the same population"
            faults.add(path, f"agent `{name}` is already in {whose}", "a pattern with `{index}`")
            faults.source.unknown.names |= {owners[name], population}
            faults.source.unknown.has_unknown_names = True
        elif name in RESERVED or (name in populations and name != population):
            faults.add(path, f"`{name}` would be ambiguous", "another name")
        owners.setdefault(name, population)


def _check_address(path: DocumentPath, name: str, faults: FaultList) -> None:
    problem = localpart_problem(name)
    if problem:
        faults.add(path, f"agent name: {problem[0]}", problem[1], key=path[-1] != "name")


def planned_agents(planning: Planning) -> tuple[AgentPlan, ...]:
    """The agents of a scenario, in the order of its populations."""
    make_importable((planning.scenario.source.folder, Path.cwd()))
    observed = _observed(planning)
    scenario = planning.scenario
    populations = {
        name: _Members(planning, name, population)
        for name, population in scenario.populations.items()
    }
    chosen = {name: members.chosen.manager for name, members in populations.items()}
    check_recovery(scenario, chosen, planning.faults)
    return tuple(
        replace(agent, observe=tuple(observed[agent.name])) if agent.name in observed else agent
        for members in populations.values()
        for agent in members.agents()
    )


def _observed(planning: Planning) -> dict[str, dict[str, None]]:
    """The names of the attributes that are observed, by agent, in the order of the file."""
    found: dict[str, dict[str, None]] = {}
    for who, names in planning.scenario.observe.items():
        try:
            agents = planning.index.named(who)
        except UnknownAgentError as error:
            planning.faults.add(("observe", who), error.problem, error.expected, key=True)
            continue
        for agent in agents:
            found.setdefault(agent, {}).update(dict.fromkeys(names))
    return found


class _Members:
    """The agents of one population."""

    def __init__(self, planning: Planning, name: str, population: Population) -> None:
        self._name = name
        self._population = population
        self._planning = planning
        self._faults = planning.faults
        self._path: DocumentPath = ("populations", name)
        self._own_class = self._checked_classes()
        self._check_resource()
        self.chosen = manager_of(planning.scenario, population, self._own_class)

    def agents(self) -> Iterator[AgentPlan]:
        """The agents, in order."""
        rules = self._rules()
        members = self._planning.index.populations[self._name]
        for place, (agent, start) in enumerate(zip(members, self._starts(members), strict=False)):
            yield self._agent(place, agent, start, rules)

    def _agent(
        self, place: int, agent: str, start: Microseconds, rules: tuple[PolicyRule, ...]
    ) -> AgentPlan:
        population = self._population
        return AgentPlan(
            name=agent,
            population=self._name,
            index=place,
            resource=fill_pattern(self._resources[0], self._name, place),
            start=start,
            manager=self.chosen.manager,
            recovery=self.chosen.recovery,
            agent_class=population.agent,
            arguments=tuple(population.arguments.items()),
            attributes=tuple(population.attributes.items()),
            behaviours=self._behaviours(),
            presence=self._presence(),
            on_subscribe=rules,
            extra_resources=self._extra_resources(place),
        )

    @property
    def _resources(self) -> tuple[str, ...]:
        """The patterns of the agents' resources, the main one first; empty: the server's choice."""
        population = self._population
        if population.resources is None:
            return (population.resource or "",)
        return tuple(resource.name for resource in population.resources)

    def _extra_resources(self, place: int) -> tuple[ResourcePlan, ...]:
        extra = (self._population.resources or ())[1:]
        return tuple(
            ResourcePlan(fill_pattern(one.name, self._name, place), one.plan()) for one in extra
        )

    def _behaviours(self) -> tuple[BehaviourPlan, ...]:
        return tuple(
            BehaviourPlan(one.behaviour, tuple(one.arguments.items()))
            for one in self._population.behaviours
        )

    def _presence(self) -> PresencePlan | None:
        first = (self._population.resources or (self._population.presence,))[0]
        if first is not None:
            return first.plan()
        return PresencePlan() if self._population.agent is None else None

    def _starts(self, members: tuple[str, ...]) -> Iterable[Microseconds]:
        seeds = (f"{self._planning.seed}/start/{agent}" for agent in members)
        return moments_of(self._population.start, seeds)

    def _rules(self) -> tuple[PolicyRule, ...]:
        rules = self._population.on_subscribe or ()
        return tuple(
            rule.plan(partial(self._askers, place, rule.decision))
            for place, rule in enumerate(rules)
        )

    def _askers(self, place: int, decision: str, selector: Selector) -> frozenset[str]:
        random = self._planning.random(f"askers/{self._name}/{place}")
        with self._faults.noting((*self._path, "on_subscribe", place, decision, "from")):
            return frozenset(self._planning.index.select(selector, random))
        return frozenset()

    # --- checks ---

    def _check_resource(self) -> None:
        key = "resource" if self._population.resources is None else "resources"
        for pattern in filter(None, self._resources):
            problem = resource_problem(fill_pattern(pattern, self._name, 0))
            if problem:
                self._faults.add((*self._path, key), *problem)

    def _checked_classes(self) -> type | None:
        """The agents' own class, if it has one that can be used."""
        population = self._population
        behaviours = [
            self._checked(("behaviours", place), one.behaviour, BEHAVIOUR)
            for place, one in enumerate(population.behaviours)
        ]
        for place, (found, one) in enumerate(zip(behaviours, population.behaviours, strict=True)):
            if found is not None:
                with self._faults.noting((*self._path, "behaviours", place)):
                    check_arguments(found, one.arguments)
        if population.agent is None:
            self._refuse_without_class()
            return None
        found = self._checked(("agent",), population.agent, AGENT)
        if found is not None:
            self._note("arguments", constructor_faults(found, population.arguments))
            known = [found, *filter(None, behaviours)]
            self._note("attributes", attribute_faults(known, population.attributes))
        return found

    def _checked(self, path: DocumentPath, written: str, base: tuple[str, str]) -> type | None:
        with self._faults.noting((*self._path, *path)):
            return load_checked(written, base)
        return None

    def _note(self, word: str, faults: Iterable[PartError]) -> None:
        for fault in faults:
            path = (*self._path, word, fault.key) if fault.key else (*self._path, word)
            self._faults.add(path, fault.problem, fault.expected, key=True)

    def _refuse_without_class(self) -> None:
        for word in ("arguments", "attributes"):
            if getattr(self._population, word):
                problem = f"`{word}` without an `agent` class"
                self._faults.add((*self._path, word), problem, "`agent`", key=True)
