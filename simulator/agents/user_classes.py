"""Users' classes by import path, ``my_package.agents:Seller``, and what a plan makes of them."""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from simulator.scenario.plan import AgentPlan

_T = TypeVar("_T")


@functools.cache
def load_class(path: str) -> Any:
    """The class that ``module:Class`` names. The plan has checked that it exists."""
    module, _, name = path.partition(":")
    return functools.reduce(getattr, name.split("."), importlib.import_module(module))


def make_behaviours(plan: AgentPlan) -> list[Any]:
    """The behaviours that the plan gives an agent. Raises what their classes raise."""
    return [load_class(one.path)(**dict(one.arguments)) for one in plan.behaviours]


def make_agent(own: Callable[..., _T], jid: str, password: str, plan: AgentPlan) -> _T:
    """An agent of this class, with the plan's arguments and attributes. Raises what it raises.

    JID and password come first, as SPADE's own class has them, and by name where the constructor
    has both names.
    """
    given = {"jid": jid, "password": password}
    parameters = inspect.signature(own).parameters
    by_name = all(
        name in parameters and parameters[name].kind is not inspect.Parameter.POSITIONAL_ONLY
        for name in given
    )
    arguments = dict(plan.arguments)
    agent = own(**given, **arguments) if by_name else own(*given.values(), **arguments)
    for name, value in plan.attributes:
        setattr(agent, name, value)
    return agent


def place_of_method(own: type, name: str) -> str:
    """The class's method by the name that people write, with its file and line."""
    found = next((vars(one)[name] for one in own.__mro__ if name in vars(one)), None)
    code = getattr(found, "__code__", None)
    called = getattr(found, "__qualname__", f"{own.__name__}.{name}")
    return f"{called}()" + (
        f" ({Path(code.co_filename).name}:{code.co_firstlineno})" if code else ""
    )
