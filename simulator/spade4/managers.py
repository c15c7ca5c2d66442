"""Which presence manager an agent gets, and how the run hears of its handlers.

Either manager tells the agent's `Host` of each call of a handler that the agent's own code
assigned, and of what it raises.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import cast

import spade.presence

from simulator.agents.base import Host
from simulator.agents.shared.handlers import is_users, never_awaited
from simulator.scenario.plan import PresencePlan
from simulator.spade4.control import show_presence
from simulator.spade4.presence.manager import PresenceManager, Recovery
from simulator.spade4.types import Agent, Manager, Stanza


def make_manager(agent: Agent, approve_all: bool = False) -> Manager:
    """The presence manager that the plan wants for this agent.

    Agents that a user's code makes by itself get SPADE's.
    """
    host: Host | None = getattr(agent, "harness", None)
    if host is None:
        return cast(Manager, spade.presence.PresenceManager(agent, approve_all))
    if host.plan.manager == "spade":
        return cast(Manager, SpadeManager(agent, host, approve_all))
    return cast(Manager, DocumentedManager(agent, host, approve_all, host.plan.recovery))


class DocumentedManager(PresenceManager):
    """The documented manager of a planned agent."""

    def __init__(self, agent: Agent, host: Host, approve_all: bool, recovery: Recovery) -> None:
        self._host = host
        super().__init__(agent, approve_all, recovery)
        self.report = host.report

    def show_first(self, plan: PresencePlan) -> None:
        """Let this be the first presence of the first session."""
        show_presence(cast(Manager, self), plan)

    def _call(self, where: str, handler: Callable[..., object], *arguments: object) -> None:
        if is_users(self, handler):
            self._host.handler_called(where)
        super()._call(where, handler, *arguments)


class SpadeManager(spade.presence.PresenceManager):
    """SPADE's own manager of a planned agent. It does what SPADE's does.

    What a handler raises is recorded on its way to slixmpp, which logs it.
    """

    __slots__ = ("_host",)

    def __init__(self, agent: Agent, host: Host, approve_all: bool) -> None:
        self._host = host
        super().__init__(agent, approve_all)

    def show_first(self, plan: PresencePlan) -> None:
        """Let this be the first presence of the first session.

        SPADE sends a bare available presence at the beginning of each.
        """
        client = self.agent.client

        def begin(_event: object) -> None:
            client.del_event_handler("session_start", begin)
            client.add_event_handler("session_start", client.session_start)
            if plan.available:
                show_presence(cast(Manager, self), plan)
            client.get_roster()

        client.del_event_handler("session_start", client.session_start)
        client.add_event_handler("session_start", begin)

    def handle_presence(self, presence: Stanza) -> None:
        """As SPADE's."""
        kind = presence.xml.get("type", "available")
        if presence["from"].bare == self.agent.jid.bare or kind not in ("available", "unavailable"):
            super().handle_presence(presence)
        else:
            handlers = (f"on_{kind}", "on_presence_received")
            self._observed(super().handle_presence, presence, *handlers)

    def handle_subscription(self, presence: Stanza) -> None:
        """As SPADE's."""
        self._observed(super().handle_subscription, presence, f"on_{presence['type']}")

    def _observed(self, handle: Callable[[Stanza], None], presence: Stanza, *handlers: str) -> None:
        """Let SPADE handle a stanza, for which it calls these handlers."""
        theirs = {name: getattr(self, name) for name in handlers}
        theirs = {name: one for name, one in theirs.items() if is_users(self, one)}
        for name, handler in theirs.items():
            self._host.handler_called(name)
            if inspect.iscoroutinefunction(handler):
                self._host.report(name, never_awaited(handler))
        try:
            handle(presence)
        except Exception as error:
            self._host.report(next(iter(theirs), handlers[0]), error)
            raise
