"""The life of one planned agent: started, stopped, ended without a goodbye, and observed meanwhile.

Each of the agent's further resources is a plain agent of its own with a harness of its own, which
lives and dies with this one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

from simulator.agents.base import Control, Driver, Generation, NoAnswer
from simulator.agents.commands import Commands
from simulator.agents.context import AgentContext
from simulator.agents.failures import describe_error, in_brackets, place_of
from simulator.agents.names import Address
from simulator.agents.observer import Observer
from simulator.agents.policies import SubscriptionPolicy
from simulator.agents.values import Knowledge
from simulator.journal.records import Belief, Failure, Roster
from simulator.scenario.plan import ActionPlan, AgentPlan, Microseconds, ResourcePlan
from simulator.servers.base import Peer


class AgentHarness:
    """One planned agent: starts and stops it, passes actions on, reports failures.

    It is the `Host` of the drivers that `generation` makes, one for each start. `commands`: what
    the plan asks of it. `failures`: what went wrong in its code, one line each. `handler_calls`:
    how often a presence manager called each handler of its own.
    """

    def __init__(
        self, plan: AgentPlan, password: str, context: AgentContext, generation: Generation
    ) -> None:
        self.plan = plan
        self.password = self._true_password = password
        self.failures: list[str] = []
        self.handler_calls: Counter[str] = Counter()
        self.commands = Commands(plan.name, context, self.report, generation.request_failures)
        context.redaction.add(password)
        self._knowledge = Knowledge(plan.name, context)
        self._spoiled = 0
        self._context = context
        self._generation = generation
        # One for the agent's whole life: who is approved does not change with a restart.
        self._policy = SubscriptionPolicy(plan.on_subscribe, Random(self.seed_of("")))
        self._driver: Driver | None = None
        self._observer: Observer | None = None
        self._generators: dict[str, Random] = {}
        self._extra = {
            extra.name: AgentHarness(_session_only(plan, extra), password, context, generation)
            for extra in plan.extra_resources
        }
        for session in self._extra.values():
            session.failures = self.failures
            session.handler_calls = self.handler_calls

    # --- life ---

    async def start(self) -> None:
        """Make the agent and start it. Raises what its class, setup() or the server raises."""
        self.commands.expect_start()
        self._driver = driver = self._generation.make(self)
        await driver.start()
        self.commands.begin(driver.control)
        for session in self._extra.values():
            await session.start()

    async def stop(self) -> None:
        """Stop the agent as SPADE does."""
        for session in self._extra.values():
            if session.is_alive:
                await session.stop()
        self.commands.end()
        if self._driver is not None:
            await self._driver.stop()

    def crash(self) -> None:
        """End the agent as a dead process ends: nothing is said, written or recorded any more.

        Its connection is the backend's to cut.
        """
        for session in self._extra.values():
            session.crash()
        if self._observer is not None:
            self._observer.detach()
        self._cut_off()
        if self._driver is not None:
            self._driver.crash()

    async def disconnect(self) -> None:
        """End an agent that never got as far as running, so that it leaves no session behind."""
        for session in self._extra.values():
            await session.disconnect()
        self._cut_off()
        if self._driver is not None:
            await self._driver.disconnect()

    def _cut_off(self) -> None:
        self.commands.cut_off()
        self._policy.detach()

    def spoil_password(self) -> None:
        """From now on the agent logs in with a wrong password, until it is mended as often."""
        for session in self._extra.values():
            session.spoil_password()
        self._spoiled += 1
        self._use_password("not " + self._true_password)

    def mend_password(self) -> None:
        """Undo one `spoil_password`."""
        for session in self._extra.values():
            session.mend_password()
        self._spoiled -= 1
        if not self._spoiled:
            self._use_password(self._true_password)

    def _use_password(self, password: str) -> None:
        self.password = password
        if self._driver is not None:
            self._driver.use_password(password)

    @property
    def agent(self) -> object:
        """The generation's own agent, once it is made."""
        return None if self._driver is None else self._driver.agent

    @property
    def is_alive(self) -> bool:
        """Whether the agent runs, as its generation says."""
        return self._driver is not None and self._driver.is_alive

    @property
    def is_connected(self) -> bool:
        """Whether the agent has an established stream."""
        return self._driver is not None and self._driver.is_connected

    @property
    def busy(self) -> bool:
        """Whether actions wait to be done, requests for their answer, or a behaviour has plans."""
        return (
            self.commands.pending
            or any(session.busy for session in self._extra.values())
            or self._policy.pending > 0
            or (self.commands.open and self._driver is not None and self._driver.holds_run_open)
        )

    # --- what its driver and its behaviours ask ---

    @property
    def jid(self) -> str:
        """The JID to connect with: full when the plan names a resource."""
        bare = self._context.names.jid(self.plan.name)
        return f"{bare}/{self.plan.resource}" if self.plan.resource else bare

    @property
    def pings(self) -> bool:
        """Whether a silent server is pinged."""
        return self._context.pings

    @property
    def now(self) -> Microseconds:
        """Microseconds since the run began."""
        return self._context.clock()

    def seed_of(self, purpose: str) -> str:
        """What the agent's random numbers for a purpose are derived from."""
        seed = f"{self._context.seed}/agent/{self.plan.name}"
        return f"{seed}/{purpose}" if purpose else seed

    def generator(self, purpose: str) -> Random:
        """The agent's own generator for a purpose. It goes on after a restart of the agent."""
        if purpose not in self._generators:
            self._generators[purpose] = Random(self.seed_of(purpose))
        return self._generators[purpose]

    def connecting(self) -> tuple[Peer, Observer]:
        """The client is made and not connected: how it connects, and who observes it."""
        context = self._context
        peer = context.peer(self.plan.name, self.plan.resource)
        acceptance = peer.acceptance if context.writes_actual else None
        self._observer = Observer(self.plan.name, context, acceptance)
        return peer, self._observer

    def attach(self, control: Control) -> None:
        """Hear requests: the client is observed and not connected yet."""
        self._policy.attach(control, self._context.names.name)

    def name(self, jid: Address | str) -> str:
        """A JID as the journal names it."""
        return self._context.names.name(jid)

    def report(self, where: str, error: BaseException) -> None:
        """Record an exception in the agent's code."""
        text, traceback = describe_error(error, self._context.redaction)
        place = place_of(error)
        self.failures.append(f"{text} in {where}{in_brackets(place)}")
        self._context.record(
            Failure(
                t=self._context.clock(),
                agent=self.plan.name,
                where=where,
                error=text,
                traceback=traceback,
                place=place,
            )
        )

    def kept(self, name: str, value: object) -> None:
        """The agent put something into its knowledge base."""
        self._knowledge.changed(name, value)

    def record_values(self) -> None:
        """Record what the agent keeps now: what changed unnoticed, and the attributes to observe.

        A list in the knowledge base may have grown since it was put there.
        """
        if self._driver is not None and self._driver.is_alive:
            for name, value in self._driver.knowledge.items():
                self._knowledge.changed(name, value)
        self._knowledge.attributes(self.agent, self.plan.observe)

    def handler_called(self, handler: str) -> None:
        """The presence manager calls a handler of the agent's own."""
        self.handler_calls[handler] += 1

    # --- actions ---

    def ask(self, action: ActionPlan) -> None:
        """Pass an action on to the session that it is for."""
        session = self._extra[action.resource] if action.resource else self
        session.commands.ask(action)

    def give_up(self, reason: str) -> None:
        """The agent will not start: what it was asked to do is skipped."""
        for session in self._extra.values():
            session.give_up(reason)
        self.commands.give_up(reason)

    # --- views ---

    async def served_roster(self, patience: float) -> list[Roster] | str:
        """What the server says the roster is, or why it says nothing within so many seconds."""
        if self._driver is None or not self._driver.is_connected:
            return "the agent is not connected"
        try:
            roster = await self._driver.served_roster(patience)
        except NoAnswer as reason:
            return str(reason)
        except Exception as error:  # an agent without an answer must not cost the others theirs
            return f"no answer: {type(error).__name__}: {error}"
        return sorted(roster, key=lambda record: record.peer)

    def beliefs(self) -> list[Belief] | str:
        """What the presence manager says the contacts are, or why it says nothing."""
        if self._driver is None or not self._driver.is_alive:
            return "the agent does not run"
        try:
            beliefs = self._driver.beliefs()
        except Exception as error:  # SPADE's or a user's manager may raise anything
            return f"get_contacts() raised {type(error).__name__}: {error}"
        return sorted(beliefs, key=lambda belief: belief.peer)


def _session_only(plan: AgentPlan, extra: ResourcePlan) -> AgentPlan:
    """The plan of one more session of an agent: plain, and nobody but the agent answers."""
    return replace(
        plan,
        resource=extra.name,
        presence=extra.presence,
        agent_class=None,
        arguments=(),
        attributes=(),
        behaviours=(),
        on_subscribe=(),
        observe=(),
        extra_resources=(),
    )
