"""What the drivers of both generations of SPADE have in common."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Generic, Protocol, TypeVar

from simulator.agents.base import Host
from simulator.agents.observer import Observer

_T = TypeVar("_T")


class Behaviour(Protocol):
    """`spade.behaviour.CyclicBehaviour`."""

    def kill(self, exit_code: object = None) -> None: ...


class Agent(Protocol):
    """`spade.agent.Agent`, as far as it is the same in each generation."""

    password: str
    _values: Mapping[str, object]
    _alive: asyncio.Event

    @property
    def behaviours(self) -> Sequence[Behaviour]: ...
    async def start(self, auto_register: bool = True) -> None: ...
    async def stop(self) -> None: ...
    def is_alive(self) -> bool: ...


AgentType = TypeVar("AgentType", bound=Agent)


class SpadeDriver(Generic[AgentType]):
    """One life of a SPADE agent, whose class is a `harnessed` one. Made before it starts.

    `observer` is there once the agent connects.
    """

    def __init__(self, host: Host, agent: AgentType) -> None:
        self._host = host
        self._tasks: dict[asyncio.Task[object], None] = {}
        self.observer: Observer | None = None
        self._is_dead = False
        self.agent = agent
        agent.harness = host  # type: ignore[attr-defined]
        agent.driver = self  # type: ignore[attr-defined]
        for name, value in self.knowledge.items():
            self.kept(name, value)

    def kept(self, name: str, value: object) -> None:
        """The agent put something into SPADE's knowledge base."""
        if not self._is_dead:
            self._host.kept(str(name), value)

    @property
    def knowledge(self) -> Mapping[str, object]:
        """What it keeps in SPADE's knowledge base, by name."""
        return self.agent._values

    def remember(self, task: asyncio.Task[_T]) -> None:
        """Keep a task of the agent's until it is done."""
        self._tasks[task] = None
        task.add_done_callback(self._tasks.pop)

    async def start(self) -> None:
        """Connect and run; accounts are made by the run."""
        await self.agent.start(auto_register=False)

    async def stop(self) -> None:
        """End as SPADE ends an agent."""
        await self.agent.stop()

    def end_behaviours(self) -> None:
        """End what the agent does, without a word."""
        for behaviour in list(self.agent.behaviours):
            behaviour.kill()
        for task in list(self._tasks):
            task.cancel()

    @property
    def is_alive(self) -> bool:
        """Whether it runs, as SPADE says."""
        return self.agent.is_alive()

    @property
    def holds_run_open(self) -> bool:
        """Whether one of its behaviours has something to do that has an end."""
        return any(getattr(one, "holds_run_open", False) for one in self.agent.behaviours)
