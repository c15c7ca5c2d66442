"""From a scenario to a plan: every name, graph, sample and time worked out, every fault found."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.errors import Fault, InputError, ScenarioError
from simulator.scenario.language.durations import as_distribution
from simulator.scenario.language.schema import ForDuration, Scenario
from simulator.scenario.plan import ActionPlan, AgentPlan, Microseconds, Plan, RunPlan
from simulator.scenario.planning.agents import agent_names, planned_agents
from simulator.scenario.planning.context import FaultList, Planning
from simulator.scenario.planning.expectations import check_expectations, check_search
from simulator.scenario.planning.faults import planned_faults
from simulator.scenario.planning.kept_names import check_kept_names
from simulator.scenario.planning.timeline import planned_timeline
from simulator.scenario.planning.user_classes import module_folders
from simulator.scenario.planning.watches import planned_watches
from simulator.scenario.source import DocumentPath


def build_plan(scenario: Scenario, seed: int | None = None) -> Plan:
    """Work a scenario out; `seed` replaces the scenario's.

    The same scenario and seed give the same plan, always. Raises ScenarioError with all faults.
    """
    seed = scenario.seed if seed is None else seed
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**63:
        raise InputError(f"seed {seed!r}: expected a whole number from 0 to 2^63 - 1")
    plan, faults = _worked_out(scenario, seed)
    if faults:
        raise ScenarioError(faults)
    return plan


def find_faults(scenario: Scenario) -> list[Fault]:
    """Every fault that only working a scenario out can find."""
    return _worked_out(scenario, scenario.seed)[1]


def _worked_out(scenario: Scenario, seed: int) -> tuple[Plan, list[Fault]]:
    faults = FaultList(scenario.source)
    index = agent_names(scenario, faults)
    run, last = run_plan(scenario)
    planning = Planning(scenario, seed, index, faults, last)
    agents = planned_agents(planning)
    watches, asking = planned_watches(planning, {agent.name: agent for agent in agents})
    actions = [*asking, *planned_timeline(planning, agents)]
    going_wrong = planned_faults(planning, watches)
    check_expectations(planning)
    check_kept_names(planning)
    check_search(planning)
    _check_times(planning, actions, agents)
    plan = Plan(
        name=scenario.name,
        seed=seed,
        scenario={**scenario.document, "seed": seed},
        agents=agents,
        watches=watches,
        actions=tuple(sorted(actions, key=lambda action: action.at)),
        run=run,
        latency=as_distribution(scenario.network.latency),
        pings=scenario.pings,
        faults=going_wrong,
        messages=scenario.messages.plan(),
        files=scenario.source.folder.resolve(),
        imports=module_folders(_class_paths(agents)),
        places=_places(scenario),
    )
    return plan, faults.faults


_ENTRIES = ("subscriptions", "timeline", "faults", "expect")
"""The lists of a scenario."""


def _places(scenario: Scenario) -> dict[str, str]:
    """Where each entry stands, by its name: ``faults[0]``, ``populations.worker``."""
    paths: dict[str, DocumentPath] = {
        f"{part}[{number}]": (part, number)
        for part in _ENTRIES
        for number in range(len(getattr(scenario, part)))
    }
    paths |= {f"populations.{name}": ("populations", name) for name in scenario.populations}
    found = {name: scenario.source.place(path, key=True) for name, path in paths.items()}
    return {name: f"{place.file}:{place.line}" for name, place in found.items() if place.line}


def _class_paths(agents: Iterable[AgentPlan]) -> set[str]:
    own = {agent.agent_class for agent in agents if agent.agent_class is not None}
    return own | {behaviour.path for agent in agents for behaviour in agent.behaviours}


def run_plan(scenario: Scenario) -> tuple[RunPlan, Microseconds]:
    """When the run ends, and up to when the scenario may plan something."""
    run = scenario.run
    if isinstance(run, ForDuration):
        return RunPlan("duration", run.limit, run.settle), run.duration
    return RunPlan("converged", run.limit, run.settle), run.at_most


def _check_times(
    planning: Planning, actions: Iterable[ActionPlan], agents: Iterable[AgentPlan]
) -> None:
    late = {action.origin: action.at for action in actions if action.at > planning.end}
    for origin, at in late.items():
        part, _, place = origin.partition("[")
        with planning.faults.noting((part, int(place[:-1]))):
            planning.check_time(at, "at")
    starts = {agent.population: agent.start for agent in agents if agent.start > planning.end}
    for population, at in starts.items():
        with planning.faults.noting(("populations", population)):
            planning.check_time(at, "start")
