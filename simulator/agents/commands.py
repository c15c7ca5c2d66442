"""What the plan asks of one session of an agent, done in order while the session runs."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from simulator.agents.base import UNKNOWN, Control
from simulator.agents.context import AgentContext
from simulator.agents.failures import Report
from simulator.journal.records import Action
from simulator.scenario.plan import ActionPlan, PresenceChange


class Commands:
    """Passes actions on to the session while it runs, keeps those that come before, and skips
    those that come after. Each is recorded.

    `agent` is the agent's name. `report` is told of what an action raised, unless it is one of
    `refusals`: the server refused it, or the stream broke meanwhile.
    """

    def __init__(
        self,
        agent: str,
        context: AgentContext,
        report: Report,
        refusals: tuple[type[BaseException], ...] = (),
    ) -> None:
        self._refusals = refusals
        self._agent = agent
        self._context = context
        self._report = report
        self._control: Control | None = None
        self._waiting: deque[ActionPlan] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._stopped = False

    @property
    def pending(self) -> bool:
        """Whether actions wait to be done, or one is being done."""
        return bool(self._waiting) or self._worker is not None

    @property
    def open(self) -> bool:
        """Whether actions are passed on."""
        return self._control is not None

    def expect_start(self) -> None:
        """The session starts: actions wait until it runs."""
        self._stopped = False

    def begin(self, control: Control) -> None:
        """The session runs: what waited is done."""
        self._control = control
        self._go_on()

    def end(self) -> None:
        """The session is over: nothing more is done, once an action that is under way is."""
        self._stopped = True
        if self._control is not None:
            self._control = self._worker = None
            self._waiting.clear()

    def cut_off(self) -> None:
        """The agent is dead: not even the action under way goes on."""
        if self._worker is not None:
            self._worker.cancel()
        self.end()

    def give_up(self, reason: str) -> None:
        """The session will not start: what it was asked to do is skipped."""
        self._stopped = True
        for action in self._waiting:
            self.record(action, skipped=reason)
        self._waiting.clear()

    def ask(self, action: ActionPlan) -> None:
        """Do an action now or, when the session is to start, then."""
        if self._stopped:
            self.record(action, skipped="the agent is stopped")
        else:
            self._waiting.append(action)
            self._go_on()

    def _go_on(self) -> None:
        if self._control is not None and self._waiting and self._worker is None:
            self._worker = asyncio.ensure_future(self._work(self._control))

    async def _work(self, control: Control) -> None:
        while self._control is control and self._waiting:
            await self.perform(control, self._waiting.popleft())
            # Actions of one moment take turns with what else happens then.
            await asyncio.sleep(0)
        if self._control is control:
            self._worker = None

    async def perform(self, control: Control, action: ActionPlan) -> None:
        """Do one action, or record why it is not possible at this moment. Neither ends anything."""
        peer = self._context.names.jid(action.peer) if action.peer else ""
        reason = _impossible(control, action, peer)
        self.record(action, skipped=reason)
        if reason:
            return
        try:
            answer = ACTIONS[action.do](control, action, peer)
            if answer is not None:
                await answer
        except self._refusals as error:
            self.record(action, skipped=f"it came to nothing: {type(error).__name__}: {error}")
        except Exception as error:  # the agent goes on, whatever an action meets
            self._report(f"{action.origin} {action.do}", error)

    def record(self, action: ActionPlan, skipped: str = "") -> None:
        """Record that an action is done, or why it is not possible."""
        self._context.record(
            Action(
                t=self._context.clock(),
                agent=self._agent,
                do=action.do,
                peer=self._context.names.name(action.peer),
                origin=action.origin,
                skipped=skipped,
            )
        )


def _impossible(control: Control, action: ActionPlan, peer: str) -> str:
    """Why an agent cannot do an action now, or nothing. A stream that is resumed is waited for."""
    if action.do in ("set_presence", "become_unavailable"):
        return ""
    if not control.is_connected:
        return "the agent has no stream"
    if action.do == "remove" and control.contact(peer) == UNKNOWN:
        return f"{action.peer} is not in the roster"
    return ""


Perform = Callable[[Control, ActionPlan, str], Awaitable[None] | None]

ACTIONS: dict[str, Perform] = {
    "set_presence": lambda control, action, _: control.change(action.change or PresenceChange()),
    "become_unavailable": lambda control, _action, _: control.become_unavailable(),
    "subscribe": lambda control, _, peer: control.subscribe(peer),
    "unsubscribe": lambda control, _, peer: control.unsubscribe(peer),
    "approve": lambda control, _, peer: control.approve(peer),
    "deny": lambda control, _, peer: control.deny(peer),
    "remove": lambda control, _, peer: control.remove(peer),
}
"""Everything but start and stop, which are the runner's."""
