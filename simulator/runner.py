"""The run: a plan and a backend in, a journal out. The only place that knows both.

The steps: bring the server up, make the accounts, start each agent at its time, pass the plan's
actions on at theirs, end when the plan says so, read the three views of every roster, and close
the journal. Agents are stopped after that: taking the population down is not part of what is
measured.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import spade.presence

import simulator
from simulator import pins
from simulator.agents.harness import AgentHarness, Surroundings
from simulator.agents.names import Names
from simulator.agents.presence import PresenceManager
from simulator.agents.views import read_views
from simulator.backends.base import Backend, RunContext
from simulator.errors import Livelock, SimulatorError
from simulator.events import (
    FORMAT,
    Action,
    Agent,
    AnyRecord,
    Failure,
    Note,
    Outcome,
    Planned,
    RunEnded,
    RunStarted,
    Watch,
)
from simulator.journal import Journal
from simulator.scenario.plan import ActionPlan, AgentPlan, Plan

POLL = 50_000
"""How often, in microseconds, a run until convergence looks whether it has converged."""
STOP_TIMEOUT = 30.0
"""Seconds that an agent may take to stop."""


class Convergence(Protocol):
    """What a run until convergence asks of the fold that follows its journal."""

    @property
    def converged(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to run. `login_limit`: how many agents connect at a time; None for all at once."""

    folder: Path | None = None
    login_limit: int | None = None
    tuned: bool = True


class Interruption:
    """A request, from a signal or another thread, to end the run now and keep what there is."""

    def __init__(self) -> None:
        self.reason = ""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._event: asyncio.Event | None = None

    def arm(self) -> None:
        """Tie the request to the running loop. A request made before takes effect at once."""
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()
        if self.reason:
            self._event.set()

    def request(self, reason: str) -> None:
        """Ask for the end of the run. Safe from signal handlers and other threads."""
        self.reason = self.reason or reason
        if self._loop is not None and self._event is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self) -> None:
        """Wait for the request."""
        assert self._event is not None
        await self._event.wait()


def execute(
    plan: Plan,
    backend: Backend,
    journal: Journal,
    convergence: Convergence,
    interruption: Interruption,
    options: RunOptions,
) -> None:
    """Run `plan` on `backend` and write `journal`, to its last record.

    Raises BackendError when the server cannot be used, and RunFailed or Livelock when the run
    cannot go on; the journal is complete as far as the run came, and says that it is not whole.
    """
    run = _Run(plan, backend, journal, convergence, interruption, options)
    quicker = pins.tuning() if options.tuned else contextlib.nullcontext()
    try:
        with quicker:
            backend.run(run.main, plan.seed)
    except (SimulatorError, Livelock) as error:
        run.end(complete=False, reason=f"{type(error).__name__}: {error}")
        raise


class _Run:
    """One run in progress."""

    def __init__(
        self,
        plan: Plan,
        backend: Backend,
        journal: Journal,
        convergence: Convergence,
        interruption: Interruption,
        options: RunOptions,
    ) -> None:
        self._plan = plan
        self._backend = backend
        self._journal = journal
        self._convergence = convergence
        self._interruption = interruption
        self._options = options
        self._names = Names(backend.domain)
        self._harnesses: dict[str, AgentHarness] = {}
        self._failed: dict[str, str] = {}
        self._starting: dict[str, asyncio.Task[None]] = {}
        self._stopping: set[asyncio.Task[None]] = set()
        self._logins = asyncio.Semaphore(options.login_limit or max(1, len(plan.agents)))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._began = 0.0
        self._dispatched = False
        self._ended = False

    def clock(self) -> int:
        """Microseconds since the run's start."""
        if self._loop is None:
            return 0
        return round((self._loop.time() - self._began) * 1e6)

    # --- the steps ---

    async def main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._interruption.arm()
        self._loop.set_exception_handler(self._unhandled)
        context = RunContext(self._plan, self.clock, self.record, self._options.folder)
        try:
            await self._backend.start(context)
            # A server takes its time to come up: the run begins when it is there.
            self._began = self._loop.time()
            self._write_beginning()
            await self._with_agents()
        finally:
            await self._backend.stop()

    async def _with_agents(self) -> None:
        plan = self._plan
        passwords = {agent.name: secrets.token_urlsafe(18) for agent in plan.agents}
        await self._backend.create_accounts(passwords)
        surroundings = Surroundings(
            names=self._names,
            record=self.record,
            clock=self.clock,
            peer=self._backend.peer,
            seed=plan.seed,
            writes_actual=not self._backend.sees_sessions,
            pings=plan.pings,
        )
        self._harnesses = {
            agent.name: AgentHarness(agent, passwords[agent.name], surroundings)
            for agent in plan.agents
        }
        with pins.seams(make_manager, self._behaviour_failed):
            try:
                interrupted = await self._until_over()
                if not interrupted:
                    await read_views(self._harnesses.values(), self.record, self.clock)
                self._finish(interrupted)
            finally:
                await self._stop_everybody()

    def _finish(self, interrupted: bool) -> None:
        for agent in self._plan.agents:
            self.record(self._outcome(agent))
        reason = self._interruption.reason if interrupted else self._plan.run.until
        self.end(complete=not interrupted, reason=reason)

    def record(self, record: AnyRecord) -> None:
        """Append to the journal, until the run has ended."""
        if not self._ended:
            self._journal.append(record)

    def end(self, *, complete: bool, reason: str) -> None:
        """Write the last record, once."""
        if not self._ended:
            self._journal.append(RunEnded(t=self.clock(), complete=complete, reason=reason))
            self._ended = True

    def _write_beginning(self) -> None:
        plan, backend, append = self._plan, self._backend, self.record
        append(
            RunStarted(
                t=0,
                format=FORMAT,
                simulator=simulator.__version__,
                name=plan.name,
                seed=plan.seed,
                backend=backend.name,
                backend_version=backend.version,
                domain=backend.domain,
                versions=dict(pins.WRITTEN_FOR),
                scenario=plan.scenario,
            )
        )
        for agent in plan.agents:
            append(
                Planned(
                    t=0,
                    agent=agent.name,
                    population=agent.population,
                    resource=agent.resource,
                    manager=agent.manager,
                )
            )
        for watch in plan.watches:
            append(Watch(t=0, agent=watch.watcher, peer=watch.contact, origin=watch.origin))

    # --- until it is over ---

    async def _until_over(self) -> bool:
        """Run the plan. True when somebody interrupted it."""
        tasks = [
            asyncio.ensure_future(self._interruption.wait()),
            asyncio.ensure_future(self._follow_plan()),
            asyncio.ensure_future(self._end_of_run()),
        ]
        interruption, follower, end = tasks
        await asyncio.wait([interruption, end], return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task.done():
                task.result()
            task.cancel()
        return not end.done() or end.cancelled()

    async def _follow_plan(self) -> None:
        for at, step in self._steps():
            await self._sleep_until(at)
            step()
        self._dispatched = True

    def _steps(self) -> Iterator[tuple[int, Callable[[], None]]]:
        """Starts and actions in the order of time; at one instant starts come first."""
        starts = [(agent.start, 0, self._starter(agent)) for agent in self._plan.agents]
        actions = [(action.at, 1, self._actor(action)) for action in self._plan.actions]
        for at, _, step in sorted(starts + actions, key=lambda entry: entry[:2]):
            yield at, step

    def _starter(self, agent: AgentPlan) -> Callable[[], None]:
        return lambda: self._start(agent.name)

    def _actor(self, action: ActionPlan) -> Callable[[], None]:
        return lambda: self._act(action)

    async def _end_of_run(self) -> None:
        if self._plan.run.until == "duration":
            await self._sleep_until(self._plan.run.limit)
            return
        converged_at: int | None = None
        while self.clock() < self._plan.run.limit:
            if not (self._settled() and self._convergence.converged):
                converged_at = None
            elif converged_at is None:
                converged_at = self.clock()
            elif self.clock() - converged_at >= self._plan.run.settle:
                return
            await self._sleep_until(min(self.clock() + POLL, self._plan.run.limit))

    def _settled(self) -> bool:
        """Whether everything planned was issued and nobody is still busy with it."""
        return (
            self._dispatched
            and all(task.done() for task in self._starting.values())
            and not self._stopping
            and not any(harness.busy for harness in self._harnesses.values())
        )

    async def _sleep_until(self, at: int) -> None:
        wait = at - self.clock()
        if wait > 0:
            await asyncio.sleep(wait / 1e6)

    # --- starting, acting, stopping ---

    def _start(self, name: str) -> None:
        self._starting[name] = asyncio.ensure_future(self._start_agent(name))

    async def _start_agent(self, name: str) -> None:
        async with self._logins:
            self._agent_state(name, "starting")
            self._failed.pop(name, None)
            try:
                await self._harnesses[name].start()
            except Exception as error:  # whatever ends one agent's start ends that agent only
                self._start_failed(name, error)
            else:
                self._agent_state(name, "started")

    def _start_failed(self, name: str, error: Exception) -> None:
        self._harnesses[name].report("start", error)
        reason = f"{type(error).__name__}: {error}"
        self._harnesses[name].give_up("the agent did not start")
        self._failed[name] = reason
        self._agent_state(name, "failed", reason)

    def _act(self, action: ActionPlan) -> None:
        harness = self._harnesses[action.agent]
        if action.do == "start":
            self._restart(action, harness)
        elif action.do == "stop":
            self._stop(action, harness)
        else:
            harness.ask(action)

    def _restart(self, action: ActionPlan, harness: AgentHarness) -> None:
        if harness.is_alive() or not self._is_started(action.agent):
            harness.skip(action, "the agent runs already")
            return
        self._record_action(action)
        self._start(action.agent)

    def _is_started(self, name: str) -> bool:
        task = self._starting.get(name)
        return task is None or task.done()

    def _stop(self, action: ActionPlan, harness: AgentHarness) -> None:
        if not harness.is_alive() and self._is_started(action.agent):
            harness.skip(action, "the agent does not run")
            return
        task = asyncio.ensure_future(self._stop_agent(action, harness))
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)

    async def _stop_agent(self, action: ActionPlan, harness: AgentHarness) -> None:
        await asyncio.wait([self._starting[action.agent]])
        self._record_action(action)
        self._agent_state(action.agent, "stopping")
        try:
            await harness.stop()
        except Exception as error:
            harness.report("stop", error)
        self._agent_state(action.agent, "stopped")

    def _record_action(self, action: ActionPlan) -> None:
        self.record(
            Action(t=self.clock(), agent=action.agent, do=action.do, origin=action.origin)
        )

    def _agent_state(self, name: str, state: Any, reason: str = "") -> None:
        self.record(Agent(t=self.clock(), agent=name, state=state, reason=reason))

    async def _stop_everybody(self) -> None:
        """Take the population down. The journal has ended: this is not part of the run."""
        for task in (*self._starting.values(), *self._stopping):
            task.cancel()
        alive = [harness for harness in self._harnesses.values() if harness.is_alive()]
        stops = [asyncio.ensure_future(harness.stop()) for harness in alive]
        if stops:
            await asyncio.wait(stops, timeout=STOP_TIMEOUT)

    # --- what went wrong ---

    def _outcome(self, agent: AgentPlan) -> Outcome:
        outcome, reason = self._judge(agent.name)
        return Outcome(t=self.clock(), agent=agent.name, outcome=outcome, reason=reason)

    def _judge(self, name: str) -> tuple[Any, str]:
        if name in self._failed:
            return "failed", self._failed[name]
        task = self._starting.get(name)
        if task is None:
            return "unknown", "never started"
        if not task.done():
            return "unknown", "did not finish starting"
        failures = self._harnesses[name].failures
        return ("failed", failures[0]) if failures else ("ok", "")

    def _behaviour_failed(self, behaviour: Any, error: BaseException) -> None:
        harness = getattr(behaviour.agent, "harness", None)
        where = f"behaviour {type(behaviour).__name__}"
        if harness is not None:
            harness.report(where, error)
        else:
            self.record(
                Failure(t=self.clock(), agent=str(behaviour.agent.jid), where=where, error=str(error))
            )

    def _unhandled(self, _loop: Any, context: dict[str, Any]) -> None:
        error = context.get("exception")
        text = context.get("message", "") + (f": {type(error).__name__}: {error}" if error else "")
        self.record(Note(t=self.clock(), text=text))


_spade_manager = spade.presence.PresenceManager


def make_manager(agent: Any) -> Any:
    """The presence manager that the plan wants for this agent.

    Agents that a user's code makes by itself get SPADE's.
    """
    harness = getattr(agent, "harness", None)
    if harness is None or harness.plan.manager == "spade":
        return _spade_manager(agent)
    return PresenceManager(agent)

