"""What the plan asks of one session of an agent, done in order by a behaviour of the agent's."""

from __future__ import annotations

import asyncio
from typing import Any

import spade.behaviour

from simulator.agents.context import Surroundings
from simulator.journal.records import Action
from simulator.scenario.plan import ActionPlan
from simulator.spade3.actions import ACTIONS
from simulator.spade3.presence.handlers import Report


class Orders:
    """Passes actions on to the session while it runs, keeps those that come before, and skips
    those that come after. Each is recorded.

    `agent` is the agent's name. `report` is told of what an action raised.
    """

    def __init__(self, agent: str, surroundings: Surroundings, report: Report) -> None:
        self._agent = agent
        self._surroundings = surroundings
        self._report = report
        self._behaviour: PlanBehaviour | None = None
        self._early: list[ActionPlan] = []
        self._stopped = False

    @property
    def pending(self) -> bool:
        """Whether actions wait to be done."""
        return bool(self._early) or (self._behaviour is not None and not self._behaviour.idle)

    @property
    def open(self) -> bool:
        """Whether actions are passed on."""
        return self._behaviour is not None

    def expect_start(self) -> None:
        """The session starts: actions wait until it runs."""
        self._stopped = False

    def begin(self, behaviour: PlanBehaviour) -> None:
        """The session runs: what waited is done by its behaviour."""
        self._behaviour = behaviour
        for action in self._early:
            behaviour.put(action)
        self._early.clear()

    def end(self) -> None:
        """The session is over: nothing more is done."""
        self._stopped = True
        self._behaviour = None

    def give_up(self, reason: str) -> None:
        """The session will not start: what it was asked to do is skipped."""
        self._stopped = True
        for action in self._early:
            self.record(action, skipped=reason)
        self._early.clear()

    def ask(self, action: ActionPlan) -> None:
        """Pass an action on to the behaviour; a session that is to start does it then."""
        if self._behaviour is not None:
            self._behaviour.put(action)
        elif self._stopped:
            self.record(action, skipped="the agent is stopped")
        else:
            self._early.append(action)

    async def perform(self, agent: Any, action: ActionPlan) -> None:
        """Do one action. A refused one is recorded and ends nothing."""
        peer = self._surroundings.names.jid(action.peer) if action.peer else ""
        self.record(action)
        try:
            await ACTIONS[action.do](agent, action, peer)
        except Exception as error:  # the agent goes on, whatever an action meets
            self._report(f"{action.origin} {action.do}", error)

    def record(self, action: ActionPlan, skipped: str = "") -> None:
        """Record that an action is done, or why it is not possible."""
        self._surroundings.record(
            Action(
                t=self._surroundings.clock(),
                agent=self._agent,
                do=action.do,
                peer=action.peer,
                origin=action.origin,
                skipped=skipped,
            )
        )


class PlanBehaviour(spade.behaviour.CyclicBehaviour):
    """Does what the plan asks, in order, through the agent's presence manager."""

    def __init__(self, orders: Orders) -> None:
        super().__init__()
        self._orders = orders
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
        await self._orders.perform(self.agent, action)
        self._acting = False
