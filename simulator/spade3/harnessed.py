"""The agent that runs: an instance of a class made from the user's, which is not changed.

`HarnessedAgent` stands in front of that class. It lets the harness in before the client connects,
because what arrives at login would be missed otherwise.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any

import aiosasl
import spade.agent
from aioxmpp import PresenceState
from spade.agent import AuthenticationFailure

from simulator.agents.user_classes import load_class
from simulator.scenario.plan import PresencePlan
from simulator.spade3.actions import show_first_presence

if TYPE_CHECKING:
    from simulator.spade3.harness import AgentHarness


class HarnessedAgent(spade.agent.Agent):
    """Put in front of an agent's own class. `harness` is set before the agent starts."""

    harness: AgentHarness

    def submit(self, coro: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """As SPADE's; the task is remembered, so that a crash can end it."""
        task: asyncio.Task[Any] = super().submit(coro)
        self.harness.remember(task)
        return task

    async def _async_connect(self) -> None:
        self.harness.before_connecting(self)
        first = self.harness.plan.presence
        if first is None:
            await super()._async_connect()
        else:
            await self._connect_with(first)

    async def _connect_with(self, first: PresencePlan) -> None:
        # SPADE connects with a bare available presence, which forgets status and priority.
        show_first_presence(self.presence, first)
        self.conn_coro = self.client.connected(presence=PresenceState(available=False))
        try:
            self.stream = await self.conn_coro.__aenter__()
        except aiosasl.AuthenticationFailure as error:
            raise AuthenticationFailure(str(error)) from error


def make_agent(harness: AgentHarness, jid: str, password: str) -> Any:
    """The agent of the harness's plan, not started, with the plan's behaviours.

    Raises what its class or a behaviour's raises.
    """
    plan = harness.plan
    own = spade.agent.Agent if plan.agent_class is None else load_class(plan.agent_class)
    in_constructor, attributes = split_arguments(own, dict(plan.arguments))
    agent = harnessed(own)(jid, password, **in_constructor)
    for name, value in attributes.items():
        setattr(agent, name, value)
    agent.harness = harness
    for behaviour in plan.behaviours:
        agent.add_behaviour(load_class(behaviour.path)(**dict(behaviour.arguments)))
    return agent


@functools.lru_cache(64)
def harnessed(own: type) -> type:
    """A class that is `own` with `HarnessedAgent` in front, under the same name."""
    return type(own.__name__, (HarnessedAgent, own), {"__module__": own.__module__})


def split_arguments(
    own: type, arguments: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split a scenario's arguments: those that the constructor names, and the others.

    The others become attributes, as SPADE users set them between making and starting an agent.
    """
    parameters = inspect.signature(own).parameters
    named = {name: value for name, value in arguments.items() if name in parameters}
    others = {name: value for name, value in arguments.items() if name not in parameters}
    return named, others
