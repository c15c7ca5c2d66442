"""The run: a plan and a backend in, a journal out. The only place that knows both.

The steps: bring the server up, make the accounts, start each agent at its time, pass the plan's
actions on at theirs, end when the plan says so, read the views of every roster, and close the
journal. Agents are stopped after that: taking the population down is not part of what is
measured.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import simulator
from simulator.agents.base import Generation, Newcomer
from simulator.agents.context import AgentContext
from simulator.agents.installed import installed
from simulator.agents.names import Names
from simulator.errors import JournalError, Livelock, SimulatorError
from simulator.garbage import collect_failures
from simulator.journal.file import Journal
from simulator.journal.records import FORMAT, AnyRecord, Planned, RunEnded, RunStarted, Watch
from simulator.journal.redaction import Redaction
from simulator.running.faults import FaultInjector
from simulator.running.interruption import Interruption
from simulator.running.population import Population
from simulator.running.schedule import Convergence, Schedule
from simulator.running.views import read_views
from simulator.scenario.plan import AgentPlan, Plan, WatchPlan
from simulator.servers.base import Backend, RunContext
from simulator.virtual_time.guarded import GuardedLoop
from simulator.virtual_time.loop import VirtualTimeLoop

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to run. `login_limit`: how many agents connect at a time; None for all at once.

    `generation` makes the agents. `tuned`: it makes its library quicker; benchmarks switch that
    off to compare. `redaction` learns the passwords of the agents, for whoever writes about the run
    elsewhere.
    """

    folder: Path | None = None
    login_limit: int | None = None
    generation: Generation = field(default_factory=installed)
    tuned: bool = True
    redaction: Redaction = field(default_factory=Redaction)


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
    Raises JournalError when the disk refuses the journal: the run ends then, in order.
    """
    run = _Run(plan, backend, journal, convergence, interruption, options)
    quicker = options.generation.tuning() if options.tuned else contextlib.nullcontext()
    try:
        with quicker:
            backend.run(run.main, plan.seed)
    except (SimulatorError, Livelock) as error:
        # Further lines name tasks in words that may differ between Python versions.
        reason = str(error).partition("\n")[0]
        run.end(complete=False, reason=f"{type(error).__name__}: {reason}")
        raise
    run.check_journal()


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
        self._loop: asyncio.AbstractEventLoop | None = None
        self._began = 0.0
        self._ended = False
        self._members: Population | None = None
        self._refused: JournalError | None = None
        # asyncio tells of them a second time when their task is collected.
        self._told: list[BaseException] = []

    def clock(self) -> int:
        """Microseconds since the run's start."""
        if self._loop is None:
            return 0
        return round((self._loop.time() - self._began) * 1e6)

    # --- the steps ---

    async def main(self) -> None:
        """The whole run, inside the backend's loop."""
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._loop.set_exception_handler(self._loop_failed)
        self._interruption.arm()
        # Around everything: whoever is still connecting when the server stops must find nobody.
        with self._patches():
            try:
                accounts = await self._unless_interrupted(self._bring_up())
                # A server takes its time to come up: the run begins when it is there.
                self._began = self._loop.time()
                self._write_beginning()
                if accounts is None:
                    self._finish("")
                else:
                    await self._with_agents(self._population(accounts))
            finally:
                await self._backend.stop()

    @contextlib.contextmanager
    def _patches(self) -> Iterator[None]:
        generation = self._options.generation
        with contextlib.ExitStack() as stack:
            if isinstance(self._loop, VirtualTimeLoop):
                stack.enter_context(generation.virtual_time(self._loop.time))
            route = self._plan.messages.route
            stack.enter_context(generation.patches(self._behaviour_failed, self._meet, route))
            yield

    async def _bring_up(self) -> Mapping[str, str]:
        """Start the server and make the accounts; gives the passwords."""
        context = RunContext(self._plan, self.clock, self.record, self._options.folder)
        await self._backend.start(context)
        passwords = {agent.name: secrets.token_urlsafe(18) for agent in self._plan.agents}
        return await self._backend.create_accounts(passwords)

    async def _unless_interrupted(self, work: Coroutine[object, object, _T]) -> _T | None:
        """The result of `work`, or None when somebody interrupted the run meanwhile."""
        task = asyncio.ensure_future(work)
        interruption = asyncio.ensure_future(self._interruption.wait())
        await asyncio.wait([task, interruption], return_when=asyncio.FIRST_COMPLETED)
        interruption.cancel()
        if task.done():
            return task.result()
        task.cancel()
        await asyncio.wait([task])
        return None

    def _behaviour_failed(self, agent: object, behaviour: object, error: BaseException) -> None:
        if self._members is not None:
            self._members.behaviour_failed(agent, behaviour, error)

    def _meet(self, jid: str, password: str, agent_class: str) -> Newcomer:
        assert self._members is not None
        return self._members.newcomers.meet(jid, password, agent_class)

    def _loop_failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """The loop's exception handler: a task or callback failed and nobody asked."""
        error = context.get("exception")
        if isinstance(error, SystemExit | KeyboardInterrupt):
            if self._interruption.reason or self._members is None:
                raise error  # not an agent's: a second Ctrl-C
            if error in self._told:
                return
            self._told.append(error)
        elif self._options.generation.is_reported_elsewhere(context):
            return
        if self._members is None:
            loop.default_exception_handler(context)
        else:
            self._members.task_failed(str(context.get("message", "")), error)

    def _population(self, passwords: Mapping[str, str]) -> Population:
        options = self._options
        context = AgentContext(
            names=Names(self._backend.domain, self._plan.agents),
            record=self.record,
            clock=self.clock,
            peer=self._backend.peer,
            seed=self._plan.seed,
            writes_actual=not self._backend.sees_sessions,
            pings=self._plan.pings,
            redaction=options.redaction,
            messages=self._plan.messages,
        )
        return Population(
            self._plan,
            passwords,
            context,
            options.generation,
            options.login_limit,
            self._backend.create_accounts,
            lambda: bool(self._interruption.reason),
        )

    async def _with_agents(self, population: Population) -> None:
        assert self._loop is not None
        self._members = population
        self._guard(True)
        injector = FaultInjector(population, self._backend, self.record, self.clock)
        schedule = Schedule(self._plan, population, injector, self._convergence, self.clock)
        try:
            reason = await schedule.until_over(self._interruption)
            collect_failures()
            if reason:
                for harness in population.harnesses:
                    harness.record_values()
                views = read_views(
                    population.harnesses, self.record, self.clock, injector.why_unanswered
                )
                await self._unless_interrupted(views)
            for agent in self._plan.agents:
                self.record(population.outcome(agent))
            for newcomer in population.newcomers:
                self.record(newcomer.outcome())
            for calls in population.handler_calls():
                self.record(calls)
            self._finish("" if self._interruption.reason else reason)
        finally:
            try:
                await injector.stop()
            finally:
                await population.stop_everybody()
                # SPADE's container keeps the loop: let it not keep the run. What fails from here
                # on is after the journal's end.
                self._loop.set_exception_handler(lambda _loop, _context: None)
                self._members = None
                self._guard(False)

    def _guard(self, guarded: bool) -> None:
        if isinstance(self._loop, GuardedLoop):
            self._loop.guarded = guarded

    def _finish(self, reason: str) -> None:
        """End the journal: for a reason of the plan's, or else because of an interruption."""
        self.end(complete=bool(reason), reason=reason or self._interruption.reason)

    # --- the journal ---

    def record(self, record: AnyRecord) -> None:
        """Append to the journal, until the run has ended.

        A disk that refuses a record ends the run. This is called from agents' code, where SPADE
        and aioxmpp would swallow an exception.
        """
        if self._ended:
            return
        try:
            self._journal.append(record)
        except JournalError as error:
            self._ended = True
            self._refused = error
            self._interruption.request("the journal cannot be written")

    def check_journal(self) -> None:
        """Raise the JournalError that ended the run, if one did."""
        if self._refused is not None:
            raise self._refused

    def end(self, *, complete: bool, reason: str) -> None:
        """Write the last record, once."""
        self.record(RunEnded(t=self.clock(), complete=complete, reason=reason))
        self._ended = True

    def _write_beginning(self) -> None:
        plan = self._plan
        self.record(_run_started(plan, self._backend, self._options.generation))
        for agent in plan.agents:
            self.record(_planned(agent))
        for watch in plan.watches:
            self.record(_watch(watch))


def _run_started(plan: Plan, backend: Backend, generation: Generation) -> RunStarted:
    return RunStarted(
        t=0,
        format=FORMAT,
        simulator=simulator.__version__,
        name=plan.name,
        seed=plan.seed,
        backend=backend.name,
        backend_version=backend.version,
        domain=backend.domain,
        versions=dict(generation.versions),
        scenario=plan.scenario,
    )


def _watch(watch: WatchPlan) -> Watch:
    return Watch(
        t=0,
        agent=watch.watcher,
        peer=watch.contact,
        origin=watch.origin,
        at=watch.at,
        may_refuse=watch.may_refuse,
    )


def _planned(agent: AgentPlan) -> Planned:
    return Planned(
        t=0,
        agent=agent.name,
        population=agent.population,
        resource=agent.resource,
        manager=agent.manager,
        domain=agent.domain or "",
    )
