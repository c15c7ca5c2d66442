"""A SPADE agent under the harness: ours or a user's own class, observed and told what to do.

A user's class is not changed. The agent that runs is an instance of a class made from it, with
`HarnessedAgent` in front, which knows the server and lets the observer in before it connects.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import aiosasl
import aioxmpp
import spade.agent
import spade.behaviour
from aioxmpp import PresenceState
from spade.agent import AuthenticationFailure

from simulator.agents.actions import ACTIONS, show_first_presence
from simulator.agents.failures import describe_error
from simulator.agents.imports import load_class
from simulator.agents.names import Names
from simulator.agents.observer import Observer
from simulator.agents.policies import SubscriptionPolicy
from simulator.backends.base import Peer
from simulator.events import Action, AnyRecord, Failure
from simulator.redaction import Redaction
from simulator.scenario.plan import ActionPlan, AgentPlan, PresencePlan, ResourcePlan


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a run lends to each of its agents."""

    names: Names
    record: Callable[[AnyRecord], None]
    clock: Callable[[], int]
    peer: Callable[[str, str], Peer]
    seed: int
    writes_actual: bool
    pings: bool
    redaction: Redaction = field(default_factory=Redaction)


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


class PlanBehaviour(spade.behaviour.CyclicBehaviour):
    """Does what the plan asks, in order, through the agent's presence manager."""

    def __init__(self, harness: AgentHarness) -> None:
        super().__init__()
        self._harness = harness
        self._waiting: asyncio.Queue[ActionPlan] = asyncio.Queue()
        self._acting = False

    def match(self, _message: Any) -> bool:
        """Messages are for the agent's own behaviours."""
        return False

    def put(self, action: ActionPlan) -> None:
        """Ask for an action; it is done once the agent runs."""
        self._waiting.put_nowait(action)

    @property
    def idle(self) -> bool:
        """Whether everything asked for has been done."""
        return self._waiting.empty() and not self._acting

    async def run(self) -> None:
        action = await self._waiting.get()
        self._acting = True
        await self._harness.perform(action)
        self._acting = False


class AgentHarness:
    """One planned agent: makes it, starts and stops it, passes actions on, reports failures."""

    def __init__(self, plan: AgentPlan, password: str, surroundings: Surroundings) -> None:
        self.plan = plan
        self.failures: list[str] = []
        self._password = self._true_password = password
        surroundings.redaction.add(password)
        self._spoiled = 0
        self._surroundings = surroundings
        # One for the agent's whole life: who is approved does not change with a restart.
        self._policy = SubscriptionPolicy(
            plan.on_subscribe, Random(f"{surroundings.seed}/agent/{plan.name}")
        )
        self._behaviour: PlanBehaviour | None = None
        self._early: list[ActionPlan] = []
        self._observer: Observer | None = None
        self._tasks: dict[asyncio.Task[Any], None] = {}
        self._generators: dict[str, Random] = {}
        self._stopped = False
        self._extra = {
            extra.name: AgentHarness(_session_only(plan, extra), password, surroundings)
            for extra in plan.extra_resources
        }
        for session in self._extra.values():
            session.failures = self.failures
        self.agent: Any = None

    # --- life ---

    async def start(self) -> None:
        """Make the agent and start it. Raises what its class, setup() or the server raises."""
        self._stopped = False
        self.agent = self._make_agent()
        for behaviour in self.plan.behaviours:
            made = load_class(behaviour.path)(**dict(behaviour.arguments))
            self.agent.add_behaviour(made)
        behaviour = PlanBehaviour(self)
        self.agent.add_behaviour(behaviour)
        await self.agent.start(auto_register=False)
        self._behaviour = behaviour
        for action in self._early:
            behaviour.put(action)
        self._early.clear()
        for session in self._extra.values():
            await session.start()

    async def stop(self) -> None:
        """Stop the agent as SPADE does."""
        for session in self._extra.values():
            if session.is_alive():
                await session.stop()
        self._stopped = True
        self._behaviour = None
        await self.agent.stop()

    def crash(self) -> None:
        """End the agent as a dead process ends: nothing is said, written or recorded any more.

        Its connection is the backend's to cut. Tasks that the agent made past SPADE's `submit`
        go on, without a connection.
        """
        for session in self._extra.values():
            session.crash()
        if self._observer is not None:
            self._observer.detach()
        self._end()
        if self.agent is not None and self.agent.client is not None:
            self.remember(asyncio.ensure_future(_stop_for_good(self.agent.client)))

    async def disconnect(self) -> None:
        """End an agent that never got as far as running, so that it leaves no session behind."""
        for session in self._extra.values():
            await session.disconnect()
        client = None if self.agent is None else self.agent.client
        if client is None or not client.running:
            self._end()
            return
        ends = [client.on_stopped.future(), client.on_failure.future()]
        self._end()
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()

    def _end(self) -> None:
        self._stopped = True
        self._behaviour = None
        self._policy.detach()
        if self.agent is None:
            return
        for behaviour in list(self.agent.behaviours):
            behaviour.kill()
        for task in list(self._tasks):
            task.cancel()
        if self.agent.client is not None:
            self.agent.client.stop()
        self.agent._alive.clear()

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
        self._password = password
        if self.agent is not None and self.agent.client is not None:
            self.agent.client._security_layer = aioxmpp.make_security_layer(
                password, no_verify=not self.agent.verify_security
            )

    def remember(self, task: asyncio.Task[Any]) -> None:
        """Keep a task of the agent's until it is done."""
        self._tasks[task] = None
        task.add_done_callback(self._tasks.pop)

    def is_alive(self) -> bool:
        """Whether the agent runs, as SPADE says."""
        return self.agent is not None and bool(self.agent.is_alive())

    def is_connected(self) -> bool:
        """Whether the agent has an established stream."""
        return (
            self.agent is not None
            and self.agent.client is not None
            and bool(self.agent.client.established)
        )

    @property
    def busy(self) -> bool:
        """Whether actions wait to be done, requests for their answer, or a behaviour has plans."""
        return (
            bool(self._early)
            or any(session.busy for session in self._extra.values())
            or self._policy.pending > 0
            or (self._behaviour is not None and (not self._behaviour.idle or self._has_plans()))
        )

    def _has_plans(self) -> bool:
        behaviours = self.agent.behaviours
        return any(getattr(behaviour, "holds_run_open", False) for behaviour in behaviours)

    # --- what behaviours ask ---

    @property
    def now(self) -> int:
        """Microseconds since the run began."""
        return self._surroundings.clock()

    def seed_of(self, purpose: str) -> str:
        """What the agent's random numbers for a purpose are derived from."""
        return f"{self._surroundings.seed}/agent/{self.plan.name}/{purpose}"

    def generator(self, purpose: str) -> Random:
        """The agent's own generator for a purpose. It goes on after a restart of the agent."""
        if purpose not in self._generators:
            self._generators[purpose] = Random(self.seed_of(purpose))
        return self._generators[purpose]

    # --- making the agent ---

    def _make_agent(self) -> Any:
        own = (
            spade.agent.Agent
            if self.plan.agent_class is None
            else load_class(self.plan.agent_class)
        )
        made = harnessed(own)
        in_constructor, attributes = split_arguments(own, dict(self.plan.arguments))
        agent = made(self._jid(), self._password, **in_constructor)
        for name, value in attributes.items():
            setattr(agent, name, value)
        agent.harness = self
        return agent

    def _jid(self) -> str:
        bare = self._surroundings.names.jid(self.plan.name)
        return f"{bare}/{self.plan.resource}" if self.plan.resource else bare

    def before_connecting(self, agent: Any) -> None:
        """The client is made and not connected: let the observer in and name the server."""
        around = self._surroundings
        peer = around.peer(self.plan.name, self.plan.resource)
        agent.client.override_peer = [(peer.host, peer.port, peer.connector)]
        if not around.pings:
            agent.client.stream.soft_timeout = None
        self._observer = Observer(
            self.plan.name,
            around.names,
            around.record,
            around.clock,
            peer.acceptance if around.writes_actual else None,
        )
        self._observer.attach(agent.client)
        if hasattr(agent.presence, "report"):
            agent.presence.report = self.report
        self._policy.attach(agent.presence, around.names.name)

    # --- actions ---

    def ask(self, action: ActionPlan) -> None:
        """Pass an action on to the agent's behaviour; an agent that is to start does it then."""
        if action.resource:
            self._extra[action.resource].ask(replace(action, resource=""))
        elif self._behaviour is not None:
            self._behaviour.put(action)
        elif self._stopped:
            self.skip(action, "the agent is stopped")
        else:
            self._early.append(action)

    def give_up(self, reason: str) -> None:
        """The agent will not start: what it was asked to do is skipped."""
        for session in self._extra.values():
            session.give_up(reason)
        self._stopped = True
        for action in self._early:
            self.skip(action, reason)
        self._early.clear()

    def skip(self, action: ActionPlan, reason: str) -> None:
        """Record that an action was not possible."""
        self._record_action(action, reason)

    async def perform(self, action: ActionPlan) -> None:
        """Do one action. A refused one is recorded and ends nothing."""
        peer = self._surroundings.names.jid(action.peer) if action.peer else ""
        self._record_action(action)
        try:
            await ACTIONS[action.do](self.agent, action, peer)
        except Exception as error:  # the agent goes on, whatever an action meets
            self.report(f"{action.origin} {action.do}", error)

    def _record_action(self, action: ActionPlan, skipped: str = "") -> None:
        self._surroundings.record(
            Action(
                t=self._surroundings.clock(),
                agent=self.plan.name,
                do=action.do,
                peer=action.peer,
                origin=action.origin,
                skipped=skipped,
            )
        )

    # --- failures ---

    def report(self, where: str, error: BaseException) -> None:
        """Record an exception in the agent's code."""
        text, traceback = (
            self._surroundings.redaction.text(part) for part in describe_error(error)
        )
        self.failures.append(f"{text} in {where}")
        self._surroundings.record(
            Failure(
                t=self._surroundings.clock(),
                agent=self.plan.name,
                where=where,
                error=text,
                traceback=traceback,
            )
        )

    # --- views ---

    @property
    def names(self) -> Names:
        """The run's translation between JIDs and names."""
        return self._surroundings.names

    @property
    def observer(self) -> Observer | None:
        """The observer of the agent's client, once it has one."""
        return self._observer


async def _stop_for_good(client: aioxmpp.Client) -> None:
    """Stop a client. One whose stream breaks at the same time takes it for that, and goes on."""
    while client.running:
        client.stop()
        await asyncio.sleep(0)


def _session_only(plan: AgentPlan, extra: ResourcePlan) -> AgentPlan:
    """The plan of one more session of an agent: plain, and nobody but the agent answers."""
    return replace(
        plan,
        resource=extra.name,
        presence=extra.presence,
        agent_class=None,
        arguments=(),
        behaviours=(),
        on_subscribe=(),
        extra_resources=(),
    )


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
