"""Users' classes by import path, ``my_package.agents:Seller``, and what a plan makes of them."""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Mapping
from typing import Any

from simulator.scenario.plan import AgentPlan


@functools.cache
def load_class(path: str) -> Any:
    """The class that ``module:Class`` names. The plan has checked that it exists."""
    module, _, name = path.partition(":")
    return functools.reduce(getattr, name.split("."), importlib.import_module(module))


def make_behaviours(plan: AgentPlan) -> list[Any]:
    """The behaviours that the plan gives an agent. Raises what their classes raise."""
    return [load_class(one.path)(**dict(one.arguments)) for one in plan.behaviours]


def split_arguments(
    own: type, arguments: Mapping[str, object]
) -> tuple[dict[str, object], dict[str, object]]:
    """Split a scenario's arguments: those that the constructor names, and the others.

    The others become attributes, as SPADE users set them between making and starting an agent.
    """
    parameters = inspect.signature(own).parameters
    named = {name: value for name, value in arguments.items() if name in parameters}
    others = {name: value for name, value in arguments.items() if name not in parameters}
    return named, others
