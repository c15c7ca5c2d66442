"""The life of one planned agent: started, stopped, ended without a goodbye, and observed meanwhile.

Each of the agent's further resources is a plain agent of its own with a harness of its own, which
lives and dies with this one.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from random import Random
from typing import Any

import aioxmpp

from simulator.agents.context import Surroundings
from simulator.agents.failures import describe_error
from simulator.agents.names import Names
from simulator.journal.records import Failure
from simulator.scenario.plan import ActionPlan, AgentPlan, ResourcePlan
from simulator.spade3.commands import Orders, PlanBehaviour
from simulator.spade3.connectors import override_peer
from simulator.spade3.harnessed import make_agent
from simulator.spade3.observer import Observer
from simulator.spade3.policies import SubscriptionPolicy


class AgentHarness:
    """One planned agent: starts and stops it, passes actions on, reports failures.

    `orders`: what the plan asks of it. `failures`: what went wrong in its code, one line each.
    """

    def __init__(self, plan: AgentPlan, password: str, surroundings: Surroundings) -> None:
        self.plan = plan
        self.failures: list[str] = []
        self.orders = Orders(plan.name, surroundings, self.report)
        self._password = self._true_password = password
        surroundings.redaction.add(password)
        self._spoiled = 0
        self._surroundings = surroundings
        # One for the agent's whole life: who is approved does not change with a restart.
        self._policy = SubscriptionPolicy(
            plan.on_subscribe, Random(f"{surroundings.seed}/agent/{plan.name}")
        )
        self._observer: Observer | None = None
        self._tasks: dict[asyncio.Task[Any], None] = {}
        self._generators: dict[str, Random] = {}
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
        self.orders.expect_start()
        self.agent = make_agent(self, self._jid(), self._password)
        behaviour = PlanBehaviour(self.orders)
        self.agent.add_behaviour(behaviour)
        await self.agent.start(auto_register=False)
        self.orders.begin(behaviour)
        for session in self._extra.values():
            await session.start()

    async def stop(self) -> None:
        """Stop the agent as SPADE does."""
        for session in self._extra.values():
            if session.is_alive():
                await session.stop()
        self.orders.end()
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
        self.orders.end()
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
            self.orders.pending
            or any(session.busy for session in self._extra.values())
            or self._policy.pending > 0
            or (self.orders.open and self._has_plans())
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

    # --- the connection ---

    def _jid(self) -> str:
        bare = self._surroundings.names.jid(self.plan.name)
        return f"{bare}/{self.plan.resource}" if self.plan.resource else bare

    def before_connecting(self, agent: Any) -> None:
        """The client is made and not connected: let the observer in and name the server."""
        around = self._surroundings
        peer = around.peer(self.plan.name, self.plan.resource)
        override_peer(agent.client, peer)
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
        """Pass an action on to the session that it is for."""
        session = self._extra[action.resource] if action.resource else self
        session.orders.ask(action)

    def give_up(self, reason: str) -> None:
        """The agent will not start: what it was asked to do is skipped."""
        for session in self._extra.values():
            session.give_up(reason)
        self.orders.give_up(reason)

    # --- failures ---

    def report(self, where: str, error: BaseException) -> None:
        """Record an exception in the agent's code."""
        text, traceback = describe_error(error, self._surroundings.redaction)
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
