"""Short ways to scenarios and plans for the tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from simulator.errors import ScenarioError
from simulator.scenario import Plan, Scenario, build_plan, scenario_from


def scenario_of(text: str, folder: Path | None = None) -> Scenario:
    """A scenario of YAML text that may leave out the name."""
    document: dict[str, Any] = {"name": "Test", **yaml.safe_load(text)}
    return scenario_from(document, folder)


def plan_of(text: str, folder: Path | None = None, seed: int | None = None) -> Plan:
    """The plan of YAML text."""
    return build_plan(scenario_of(text, folder), seed)


def faults_of(text: str, folder: Path | None = None) -> list[str]:
    """Every fault of YAML text as ``where: problem``."""
    with pytest.raises(ScenarioError) as caught:
        plan_of(text, folder)
    return [f"{fault.where}: {fault.problem}" for fault in caught.value.faults]


def watches_of(plan: Plan) -> list[tuple[str, str]]:
    """(watcher, contact) of each watch."""
    return [(watch.watcher, watch.contact) for watch in plan.watches]
