"""Scenarios: read, validated, and worked out to a plan. Knows neither SPADE nor a server."""

from simulator.scenario.language.schema import Scenario, json_schema
from simulator.scenario.plan import (
    ActionPlan,
    AgentPlan,
    BehaviourPlan,
    Distribution,
    Plan,
    PolicyRule,
    PresenceChange,
    PresencePlan,
    RunPlan,
    WatchPlan,
)
from simulator.scenario.planning.build import build_plan
from simulator.scenario.reading.loader import load_scenario, scenario_from

__all__ = [
    "ActionPlan",
    "AgentPlan",
    "BehaviourPlan",
    "Distribution",
    "Plan",
    "PolicyRule",
    "PresenceChange",
    "PresencePlan",
    "RunPlan",
    "Scenario",
    "WatchPlan",
    "build_plan",
    "json_schema",
    "load_scenario",
    "scenario_from",
]
