"""Brings about the faults of a plan, on the agents and on the server, and records them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Literal

from simulator.errors import InputError, SimulatorError
from simulator.journal.records import AnyRecord, Died, FaultChanged
from simulator.scenario.language.faults import FAULT_KINDS
from simulator.scenario.plan import FaultPlan, Plan
from simulator.servers.base import Backend

if TYPE_CHECKING:
    from simulator.running.population import Population

OF_AGENTS = frozenset(("wrong_password",))
"""Kinds that the harness brings about without the server's help, on every backend."""


def check_faults(plan: Plan, backend: Backend) -> None:
    """Raise InputError that names each fault of the plan that the backend cannot bring about."""
    possible = backend.faults | OF_AGENTS
    refused = {fault.origin: fault.kind for fault in plan.faults if fault.kind not in possible}
    if refused:
        listed = ", ".join(f"{origin} {kind}" for origin, kind in refused.items())
        raise InputError(
            f"{backend.name} does not support {listed} (it supports {', '.join(sorted(possible))});"
            " use --backend embedded, which supports every fault"
        )


class FaultInjector:
    """Begins and ends faults at the runner's word, one at a time and in order."""

    def __init__(
        self,
        population: Population,
        backend: Backend,
        record: Callable[[AnyRecord], None],
        clock: Callable[[], int],
    ) -> None:
        self._population = population
        self._backend = backend
        self._record = record
        self._clock = clock
        self._restarts: dict[str, asyncio.TimerHandle] = {}
        self._unanswered: list[FaultPlan] = []
        self._turn = asyncio.Lock()
        self._steps: dict[asyncio.Task[None], None] = {}
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def idle(self) -> bool:
        """Whether everything asked for has been done."""
        return not self._steps and not self._restarts

    def begin(self, fault: FaultPlan) -> None:
        """Begin a fault, after what was asked for before."""
        self._soon(self._begin(fault))

    def end(self, fault: FaultPlan) -> None:
        """End a fault, after what was asked for before."""
        self._soon(self._end(fault))

    def why_unanswered(self, agent: str) -> str:
        """Why the agent gets no answer now: a fault; empty when none is known."""
        for fault in self._unanswered:
            if not fault.agents or agent in fault.agents:
                return f"{fault.kind} ({fault.origin}) lasts"
        return ""

    async def stop(self) -> None:
        """Give up what is still under way. Links are whole again, so that agents can leave."""
        for step in list(self._steps):
            step.cancel()
        for restart in self._restarts.values():
            restart.cancel()
        self._restarts.clear()
        for fault in self._unanswered:
            # The run is over: a server that is gone by now is no failure of it.
            with contextlib.suppress(SimulatorError):
                await self._backend.end_fault(fault)

    async def failure(self) -> None:
        """Wait for ever, or raise what kept a fault from being brought about."""
        await self._failed

    def _soon(self, step: Coroutine[object, object, None]) -> None:
        task = asyncio.ensure_future(step)
        self._steps[task] = None
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        del self._steps[task]
        error = None if task.cancelled() else task.exception()
        if error is not None and not self._failed.done():
            self._failed.set_exception(error)

    async def _begin(self, fault: FaultPlan) -> None:
        async with self._turn:
            self._tell(fault, "begin")
            self._tell_deaths(fault)
            if fault.kind == "wrong_password":
                for agent in fault.agents:
                    self._population[agent].spoil_password()
            elif fault.kind == "crash":
                await self._crash(fault)
            else:
                await self._backend.begin_fault(fault)
                if FAULT_KINDS[fault.kind].unanswered:
                    self._unanswered.append(fault)

    async def _end(self, fault: FaultPlan) -> None:
        async with self._turn:
            if fault.kind == "wrong_password":
                for agent in fault.agents:
                    self._population[agent].mend_password()
            else:
                await self._backend.end_fault(fault)
                if fault in self._unanswered:
                    self._unanswered.remove(fault)
            self._tell(fault, "end")

    async def _crash(self, fault: FaultPlan) -> None:
        # The connection first: what the agent does when it is ended must not get out.
        await self._backend.begin_fault(fault)
        for agent in fault.agents:
            if self._population.crash(agent) and fault.restart_after is not None:
                self._restart_later(agent, fault.restart_after)

    def _restart_later(self, agent: str, after: int) -> None:
        earlier = self._restarts.pop(agent, None)
        if earlier is not None:
            earlier.cancel()
        loop = asyncio.get_running_loop()
        self._restarts[agent] = loop.call_later(after / 1e6, self._restart, agent)

    def _restart(self, agent: str) -> None:
        self._restarts.pop(agent, None)
        self._population.restart(agent)

    def _tell(self, fault: FaultPlan, state: Literal["begin", "end"]) -> None:
        self._record(
            FaultChanged(
                t=self._clock(),
                origin=fault.origin,
                fault=fault.kind,
                state=state,
                agents=fault.agents,
                lose_rosters=fault.rosters == "lost",
            )
        )

    def _tell_deaths(self, fault: FaultPlan) -> None:
        if not FAULT_KINDS[fault.kind].cuts_off:
            return
        for agent in fault.agents:
            if self._population[agent].is_connected:
                died = Died(t=self._clock(), agent=agent, cause=fault.kind, origin=fault.origin)
                self._record(died)
