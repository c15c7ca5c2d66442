"""Agents that agents make and start while a run goes on. They join it, and are counted apart."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from types import FrameType
from typing import Literal

from simulator.agents.base import Driver, Generation
from simulator.agents.context import AgentContext
from simulator.agents.failures import FAILURES, describe_error, in_brackets, owner_among, place_of
from simulator.agents.harness import AgentHarness
from simulator.errors import ServerUnavailable
from simulator.journal.records import Agent, Outcome, Planned
from simulator.scenario.plan import AgentPlan

AgentState = Literal["starting", "started", "stopping", "stopped", "failed"]
CreateAccounts = Callable[[Mapping[str, str]], Awaitable[Mapping[str, str]]]


class SpawnedAgent(AgentHarness):
    """The `Newcomer` that a run makes of an agent of an agent's: its host, for all its lives.

    `failed`: why its last start failed, or nothing. `starting`: whether it is about to start.
    """

    def __init__(
        self,
        plan: AgentPlan,
        password: str,
        context: AgentContext,
        generation: Generation,
        create_accounts: CreateAccounts,
    ) -> None:
        super().__init__(plan, password, context, generation)
        self.failed = ""
        self.starting = False
        self._create_accounts = create_accounts

    async def join(
        self, driver: Driver, start: Callable[[], Awaitable[None]], *, registers: bool
    ) -> None:
        """Start it as its maker wants; the account is made if it asks for one and has none.

        Raises what its start raises.
        """
        self._driver = driver
        self.failed, self.starting = "", True
        self._tell("starting")
        try:
            if registers:
                name = self.plan.name
                accounts = await self._create_accounts({name: self.password})
                driver.use_password(accounts[name])
            await start()
        except FAILURES as error:
            self.report("start", error)
            text, _ = describe_error(error, self._context.redaction)
            self.failed = text + in_brackets(place_of(error))
            self._tell("failed", self.failed)
            await driver.disconnect()
            raise
        finally:
            self.starting = False
        self._tell("started")

    async def leave(self, stop: Callable[[], Awaitable[None]]) -> None:
        """Stop it as its maker wants. Raises what its stop raises."""
        self._tell("stopping")
        try:
            await stop()
        finally:
            self._tell("stopped")

    def outcome(self) -> Outcome:
        """How it has ended."""
        outcome, reason = self._judge()
        return Outcome(
            t=self._context.clock(), agent=self.plan.name, outcome=outcome, reason=reason
        )

    def _judge(self) -> tuple[Literal["ok", "failed", "unknown"], str]:
        if self.starting:
            return "unknown", "did not finish starting"
        reason = self.failed or next(iter(self.failures), "")
        return ("failed", reason) if reason else ("ok", "")

    def _tell(self, state: AgentState, reason: str = "") -> None:
        self._context.record(
            Agent(t=self._context.clock(), agent=self.plan.name, state=state, reason=reason)
        )


class Newcomers:
    """The agents that were not planned, by name. `planned` are the names of those that were."""

    def __init__(
        self,
        planned: Iterable[str],
        context: AgentContext,
        generation: Generation,
        create_accounts: CreateAccounts,
    ) -> None:
        self._context = context
        self._generation = generation
        self._server_accounts = create_accounts
        self._accounts = set(planned)
        self._agents: dict[str, SpawnedAgent] = {}

    def __iter__(self) -> Iterator[SpawnedAgent]:
        return iter(self._agents.values())

    @property
    def settled(self) -> bool:
        """Whether nobody is starting."""
        return not any(agent.starting for agent in self)

    def meet(self, jid: str, password: str, agent_class: str) -> SpawnedAgent:
        """The host of an agent that is to start, from inside the code that starts it.

        A second agent for the account of one that has joined, and is stopped, is that one again.
        Raises ServerUnavailable for another domain than the run's, and ValueError for an account
        that is in use.
        """
        bare, _, resource = jid.partition("/")
        name = self._context.names.add(bare)
        if not name:
            raise ServerUnavailable(f"{bare}: this run has no server for its domain")
        if name in self._agents and not self._agents[name].is_alive:
            self._agents[name].password = password
            return self._agents[name]
        if name in self._agents or name in self._accounts:
            raise ValueError(f"{bare} is an agent of this run already: use another name")
        maker = _maker(sys._getframe())
        plan = AgentPlan(
            name=name,
            population="",
            index=len(self._agents),
            resource=resource,
            manager="spade" if maker is None else maker.manager,
            agent_class=agent_class,
        )
        self._context.record(
            Planned(
                t=self._context.clock(),
                agent=name,
                population="",
                resource=resource,
                manager=plan.manager,
                spawned_by="unknown" if maker is None else maker.name,
            )
        )
        self._agents[name] = SpawnedAgent(
            plan, password, self._context, self._generation, self._create_accounts
        )
        return self._agents[name]

    async def _create_accounts(self, passwords: Mapping[str, str]) -> Mapping[str, str]:
        """Make the accounts that are not there. One that is there keeps its password."""
        new = {name: word for name, word in passwords.items() if name not in self._accounts}
        self._accounts.update(new)
        return {**passwords, **(await self._server_accounts(new) if new else {})}


def _maker(frame: FrameType | None) -> AgentPlan | None:
    """The plan of the agent whose code is running."""
    frames = []
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    harness = getattr(owner_among(frames), "harness", None)
    return harness.plan if isinstance(harness, AgentHarness) else None
