"""Which presence manager the agents of a population have."""

from __future__ import annotations

from typing import NamedTuple

from simulator.scenario.language.populations import Manager, Population, Recovery
from simulator.scenario.language.schema import Scenario
from simulator.scenario.planning.context import FaultList
from simulator.scenario.planning.user_classes import is_built_in

RECOVERY = "presence_recovery"
"""What a class has that brings the documented manager along, in production too."""


class ManagerChoice(NamedTuple):
    """A population's presence manager, and what it does when its session's state was lost."""

    manager: Manager
    recovery: Recovery


def manager_of(scenario: Scenario, population: Population, own: type | None) -> ManagerChoice:
    """What the scenario says; else what agents of the class `own` have in production."""
    documented = hasattr(own, RECOVERY)
    usual: Manager = "documented" if documented or not _has_own_code(population) else "spade"
    kept: Recovery = getattr(own, RECOVERY, "none")
    manager = population.presence_manager or scenario.presence_manager or usual
    return ManagerChoice(manager, population.recovery or scenario.recovery or kept)


def _has_own_code(population: Population) -> bool:
    return population.agent is not None or not all(
        is_built_in(one.behaviour) for one in population.behaviours
    )


def check_recovery(scenario: Scenario, chosen: dict[str, Manager], faults: FaultList) -> None:
    """Note each ``rejoin`` of a population, or of them all, that has SPADE's own manager."""
    for name, population in scenario.populations.items():
        if population.recovery == "rejoin" and chosen[name] == "spade":
            faults.add(("populations", name, "recovery"), *_NO_RECOVERY)
    if scenario.recovery == "rejoin" and "documented" not in chosen.values():
        faults.add(("recovery",), *_NO_RECOVERY)


_NO_RECOVERY = (
    "SPADE's own presence manager cannot `rejoin`",
    "`presence_manager: documented` beside it, or no `recovery`",
)
