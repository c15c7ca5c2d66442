"""Scenarios: read, validated, and worked out to a plan. Knows neither SPADE nor a server."""

from simulator.scenario.build import build_plan
from simulator.scenario.loader import load_scenario, scenario_from
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
from simulator.scenario.schema import Scenario, json_schema

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
