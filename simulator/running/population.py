"""All agents of a run: started, stopped and told what to do as the plan says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from simulator.agents.base import Generation
from simulator.agents.context import AgentContext
from simulator.agents.failures import (
    FAILURES,
    describe_error,
    explain,
    in_brackets,
    is_users,
    owner_of,
    place_of,
)
from simulator.agents.harness import AgentHarness
from simulator.journal.records import Agent, Failure, HandlerCalls, Note, Outcome
from simulator.running.spawning import AgentState, CreateAccounts, Newcomers
from simulator.scenario.plan import ActionPlan, AgentPlan, Plan
from simulator.virtual_time.waits import waiting_place

STOP_TIMEOUT = 30.0
"""Seconds that the agents may take to stop at the end."""


class Population:
    """The agents of a run, by name. Steps of their lives go to the journal.

    `login_limit`: how many agents may connect at a time; None for all at once. `create_accounts`:
    the server's. `newcomers`: those that agents make. `is_interrupted`:
    whether somebody outside wants the run to end, so that a KeyboardInterrupt is not an agent's.
    """

    def __init__(
        self,
        plan: Plan,
        passwords: Mapping[str, str],
        context: AgentContext,
        generation: Generation,
        login_limit: int | None,
        create_accounts: CreateAccounts,
        is_interrupted: Callable[[], bool] = lambda: False,
    ) -> None:
        self._is_interrupted = is_interrupted
        self._record = context.record
        self._clock = context.clock
        self._redaction = context.redaction
        self._password_refusals = generation.password_refusals
        self._harnesses = {
            agent.name: AgentHarness(agent, passwords[agent.name], context, generation)
            for agent in plan.agents
        }
        names = [agent.name for agent in plan.agents]
        self.newcomers = Newcomers(names, context, generation, create_accounts)
        self._failed: dict[str, str] = {}
        self._starting: dict[str, asyncio.Task[None]] = {}
        self._called_off: set[str] = set()
        self._stopping: dict[asyncio.Task[None], None] = {}
        self._logins = asyncio.Semaphore(login_limit or max(1, len(plan.agents)))

    @property
    def harnesses(self) -> list[AgentHarness]:
        """One for each agent, in the order of the plan, and of those that joined."""
        return [*self._harnesses.values(), *self.newcomers]

    def __getitem__(self, name: str) -> AgentHarness:
        """A planned agent."""
        return self._harnesses[name]

    @property
    def settled(self) -> bool:
        """Whether nobody is starting, stopping, or still busy with what was asked."""
        return (
            all(task.done() for task in self._starting.values())
            and not self._stopping
            and self.newcomers.settled
            and not any(harness.busy for harness in self._harnesses.values())
        )

    # --- what faults ask ---

    def crash(self, name: str) -> bool:
        """End an agent without a goodbye, also while it starts. False when it did neither."""
        harness = self._harnesses[name]
        starting = self._is_starting(name)
        if not harness.is_alive and not starting:
            return False
        if starting:
            self._call_off(name)
        harness.crash()
        return True

    def restart(self, name: str) -> None:
        """Start an agent again that crashed, unless somebody did so meanwhile."""
        if not self._harnesses[name].is_alive and not self._is_starting(name):
            self._start_soon(name)

    # --- what the plan asks ---

    def start(self, name: str) -> None:
        """Start an agent for the first time, unless a planned action did so before."""
        if name not in self._starting:
            self._start_soon(name)

    def act(self, action: ActionPlan) -> None:
        """Do a planned action, or record why it is not possible."""
        harness = self._harnesses[action.agent]
        if action.do == "start":
            self._restart(action, harness)
        elif action.do == "stop":
            self._stop_soon(action, harness)
        else:
            harness.ask(action)

    def _start_soon(self, name: str) -> None:
        self._called_off.discard(name)
        self._starting[name] = asyncio.ensure_future(self._start(name))

    async def _start(self, name: str) -> None:
        async with self._logins:
            self._tell(name, "starting")
            self._failed.pop(name, None)
            try:
                await self._harnesses[name].start()
            except asyncio.CancelledError as error:
                if name in self._called_off:
                    raise
                await self._start_failed(name, error)
            except FAILURES as error:  # whatever ends one agent's start ends that agent only
                if isinstance(error, KeyboardInterrupt) and self._is_interrupted():
                    raise
                await self._start_failed(name, error)
            else:
                self._tell(name, "started")

    def _call_off(self, name: str) -> None:
        self._called_off.add(name)
        self._starting[name].cancel()

    async def _start_failed(self, name: str, met: BaseException) -> None:
        # A server that cannot be used is named, where SPADE and aioxmpp say something else.
        error = explain(met, self._password_refusals) or met
        harness = self._harnesses[name]
        harness.report("start", error)
        harness.give_up("the agent did not start")
        reason, _ = describe_error(error, self._redaction)
        reason += in_brackets(place_of(error))
        self._failed[name] = reason
        self._tell(name, "failed", reason)
        await harness.disconnect()

    def _restart(self, action: ActionPlan, harness: AgentHarness) -> None:
        if harness.is_alive or self._is_starting(action.agent):
            harness.commands.record(action, skipped="the agent runs already")
            return
        harness.commands.record(action)
        self._start_soon(action.agent)

    def _is_starting(self, name: str) -> bool:
        task = self._starting.get(name)
        return task is not None and not task.done()

    def _stop_soon(self, action: ActionPlan, harness: AgentHarness) -> None:
        if not harness.is_alive and not self._is_starting(action.agent):
            harness.commands.record(action, skipped="the agent does not run")
            return
        task = asyncio.ensure_future(self._stop(action, harness))
        self._stopping[task] = None
        task.add_done_callback(self._stopping.pop)

    async def _stop(self, action: ActionPlan, harness: AgentHarness) -> None:
        await asyncio.wait([self._starting[action.agent]])
        if not harness.is_alive:
            harness.commands.record(action, skipped="the agent does not run")
            return
        harness.commands.record(action)
        self._tell(action.agent, "stopping")
        try:
            await harness.stop()
        except FAILURES as error:  # a user's agent may override stop()
            harness.report("stop", error)
        self._tell(action.agent, "stopped")

    async def stop_everybody(self) -> None:
        """Take the population down; nobody keeps a connection, whatever became of it."""
        for name in self._starting:
            self._call_off(name)
        for task in self._stopping:
            task.cancel()
        ends = [
            asyncio.ensure_future(harness.stop() if harness.is_alive else harness.disconnect())
            for harness in self.harnesses
        ]
        _, late = await asyncio.wait(ends, timeout=STOP_TIMEOUT)
        for task in late:
            task.cancel()

    # --- records ---

    def _tell(self, name: str, state: AgentState, reason: str = "") -> None:
        self._record(Agent(t=self._clock(), agent=name, state=state, reason=reason))

    def outcome(self, agent: AgentPlan) -> Outcome:
        """How an agent has ended."""
        outcome, reason = self._judge(agent.name)
        return Outcome(t=self._clock(), agent=agent.name, outcome=outcome, reason=reason)

    def _judge(self, name: str) -> tuple[Literal["ok", "failed", "unknown"], str]:
        if name in self._failed:
            return "failed", self._failed[name]
        task = self._starting.get(name)
        if task is None:
            return "unknown", "never started"
        if not task.done():
            return "unknown", f"did not finish starting: {waiting_place(task, is_users)}"
        failures = self._harnesses[name].failures
        return ("failed", failures[0]) if failures else ("ok", "")

    def handler_calls(self) -> Iterator[HandlerCalls]:
        """How often the agents' own handlers were called."""
        t = self._clock()
        for harness in self.harnesses:
            for handler, calls in sorted(harness.handler_calls.items()):
                yield HandlerCalls(t=t, agent=harness.plan.name, handler=handler, calls=calls)

    def behaviour_failed(self, agent: object, behaviour: object, error: BaseException) -> None:
        """An exception ended a behaviour, of one of our agents or of one that they made."""
        self._report(agent, f"behaviour {type(behaviour).__name__}", error)

    def task_failed(self, message: str, error: BaseException | None) -> None:
        """A task or callback failed and nobody asked."""
        if error is None:
            # asyncio's message alone: the rest of the context names objects by their address.
            self._record(Note(t=self._clock(), text=message))
            return
        self._report(owner_of(error), "a task or callback that nobody waits for", error)

    def _report(self, agent: object, where: str, error: BaseException) -> None:
        harness = getattr(agent, "harness", None)
        if harness is not None:
            harness.report(where, error)
        else:
            self._record_failure(str(getattr(agent, "jid", "")), where, error)

    def _record_failure(self, agent: str, where: str, error: BaseException) -> None:
        text, traceback = describe_error(error, self._redaction)
        self._record(
            Failure(
                t=self._clock(),
                agent=agent,
                where=where,
                error=text,
                traceback=traceback,
                place=place_of(error),
            )
        )
