"""What stands in front of an agent's own class, which is not changed, while it is in a run.

It lets the run in before the client connects, because what arrives at login would be missed
otherwise. Each generation has a class for it, whose methods call these functions.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from simulator.agents.base import Host
from simulator.agents.user_classes import load_class, make_agent, make_behaviours, place_of_method

_T = TypeVar("_T")


@functools.lru_cache(64)
def harnessed(front: type, own: type) -> type:
    """A class that is `own` with `front` in front, under the same name."""
    # No slots of its own, so that the class of an agent that is there already can be changed.
    members = {"__module__": own.__module__, "__slots__": (), "_own_class": own}
    return type(own.__name__, (front, own), members)


def own_class(agent: object) -> type:
    """The class of an agent as its author wrote it."""
    own: type = getattr(type(agent), "_own_class", type(agent))
    return own


def put_in_front(front: type, agent: Any) -> None:
    """Put `front` in front of the class of an agent that somebody else has made."""
    if not isinstance(agent, front):
        own: type = type(agent)
        agent.__class__ = harnessed(front, own)


def make_driver(host: Host, front: type, stock: type, driver: Callable[[Host, Any], _T]) -> _T:
    """An agent as the host's plan says, with its behaviours; gives its driver.

    `stock` is SPADE's own class, `front` what is put in front, `driver` makes the driver. Raises
    what the classes raise.
    """
    plan = host.plan
    own = stock if plan.agent_class is None else load_class(plan.agent_class)
    agent = make_agent(harnessed(front, own), host.jid, host.password, plan)
    if not hasattr(agent, "_alive"):
        place = place_of_method(own, "__init__")
        raise TypeError(f"{place} does not call super().__init__(jid, password)")
    made = driver(host, agent)
    for behaviour in make_behaviours(plan):
        agent.add_behaviour(behaviour)
    return made


# --- what a class in front does ---


def remembered(agent: Any, task: asyncio.Task[_T]) -> asyncio.Task[_T]:
    """A task that the agent has made, which a crash can end then."""
    agent.driver.remember(task)
    return task


def tell_kept(agent: Any, name: str, value: object) -> None:
    """Record what the agent puts into its knowledge base."""
    driver = getattr(agent, "driver", None)
    if driver is not None:  # a constructor may use it already
        driver.kept(name, value)


async def finish_setup(agent: Any, done: Any) -> None:
    """Await what `setup()` gave. Raises TypeError, with the place, if it was no coroutine."""
    if not inspect.isawaitable(done):
        place = place_of_method(own_class(agent), "setup")
        raise TypeError(f"{place} is not a coroutine: write `async def setup(self)`")
    await done
