"""A plan on the run's clock: what is due when, and when the run is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

from simulator.running.faults import FaultInjector
from simulator.running.interruption import Interruption
from simulator.running.population import Population
from simulator.scenario.plan import Plan

POLL = 50_000
"""How often, in microseconds, a run until convergence looks whether it has converged."""


class Convergence(Protocol):
    """What a run until convergence asks of the fold that follows its journal."""

    def converged(self, now: int) -> bool:
        """Whether rosters and availability are what they should be now, in microseconds."""


class Schedule:
    """Passes the plan's steps on, each at its time, until the plan says that it is over.

    `clock` gives microseconds since the run's start.
    """

    def __init__(
        self,
        plan: Plan,
        population: Population,
        injector: FaultInjector,
        convergence: Convergence,
        clock: Callable[[], int],
    ) -> None:
        self._plan = plan
        self._population = population
        self._injector = injector
        self._convergence = convergence
        self._clock = clock
        self._dispatched = False

    async def until_over(self, interruption: Interruption) -> str:
        """Run the plan. Returns why it is over; nothing when somebody interrupted it.

        Raises what kept a fault from being brought about.
        """
        follower = asyncio.ensure_future(self._follow_plan())
        end = asyncio.ensure_future(self._end_of_run())
        others = (interruption.wait(), self._injector.failure())
        tasks = [follower, end, *map(asyncio.ensure_future, others)]
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if done == {follower} and follower.exception() is None:
            done, _ = await asyncio.wait(tasks[1:], return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        for task in tasks:
            if task in done:
                task.result()
        return end.result() if end in done else ""

    async def _follow_plan(self) -> None:
        for at, step in self._steps():
            await self._sleep_until(at)
            step()
        self._dispatched = True

    def _steps(self) -> Iterator[tuple[int, Callable[[], None]]]:
        """What the plan wants, in the order of time; at one instant starts come first."""
        steps: list[tuple[int, int, Callable[[], None]]] = []
        for agent in self._plan.agents:
            steps.append((agent.start, 0, partial(self._population.start, agent.name)))
        for action in self._plan.actions:
            steps.append((action.at, 1, partial(self._population.act, action)))
        for fault in self._plan.faults:
            steps.append((fault.at, 2, partial(self._injector.begin, fault)))
            if fault.end is not None:
                steps.append((fault.end, 3, partial(self._injector.end, fault)))
        for at, _, step in sorted(steps, key=lambda entry: entry[:2]):
            yield at, step

    async def _end_of_run(self) -> str:
        if self._plan.run.until == "duration":
            await self._sleep_until(self._plan.run.limit)
            return "duration"
        return "converged" if await self._until_converged() else "at_most"

    async def _until_converged(self) -> bool:
        """True when it has converged for the settle time, False when `at_most` came first."""
        limit, settle = self._plan.run.limit, self._plan.run.settle
        since: int | None = None
        while (now := self._clock()) < limit:
            settled = self._dispatched and self._injector.idle and self._population.settled
            if not (settled and self._convergence.converged(now)):
                since = None
            elif since is None:
                since = now
            elif now - since >= settle:
                return True
            await self._sleep_until(min(now + POLL, limit))
        return False

    async def _sleep_until(self, at: int) -> None:
        wait = at - self._clock()
        if wait > 0:
            await asyncio.sleep(wait / 1e6)
