"""Which presence manager an agent gets, and how the run hears of its handlers.

Either manager tells the agent's `Host` of each call of a handler that the agent's own code
assigned, and of what it raises.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, cast

import spade.presence

from simulator.agents.base import Host
from simulator.agents.shared.handlers import is_users, never_awaited
from simulator.scenario.plan import PresencePlan
from simulator.spade4.control import show_presence
from simulator.spade4.presence.manager import PresenceManager
from simulator.spade4.types import Agent, Manager


def make_manager(agent: Agent, approve_all: bool = False) -> Manager:
    """The presence manager that the plan wants for this agent.

    Agents that a user's code makes by itself get SPADE's.
    """
    host: Host | None = getattr(agent, "harness", None)
    if host is None:
        return cast(Manager, spade.presence.PresenceManager(agent, approve_all))
    if host.plan.manager == "spade":
        return cast(Manager, SpadeManager(agent, host, approve_all))
    return DocumentedManager(agent, host, approve_all)


class DocumentedManager(PresenceManager):
    """The documented manager of a planned agent."""

    def __init__(self, agent: Agent, host: Host, approve_all: bool = False) -> None:
        self._host = host
        super().__init__(agent, approve_all, host.plan.recovery)
        self.report = host.report

    def show_first(self, plan: PresencePlan) -> None:
        """Let this be the first presence."""
        show_presence(self, plan)

    def _call(self, where: str, handler: Callable[..., object], *arguments: object) -> None:
        if is_users(self, handler):
            self._host.handler_called(where)
        super()._call(where, handler, *arguments)


_HANDLERS = frozenset(
    (
        "on_available",
        "on_unavailable",
        "on_presence_received",
        "on_subscribe",
        "on_subscribed",
        "on_unsubscribe",
        "on_unsubscribed",
    )
)


class SpadeManager(spade.presence.PresenceManager):
    """SPADE's own manager of a planned agent. It does what SPADE's does.

    What a handler raises is recorded on its way to slixmpp, which logs it.
    """

    __slots__ = ("_host",)

    def __init__(self, agent: Agent, host: Host, approve_all: bool = False) -> None:
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

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name in _HANDLERS and is_users(self, found) and _asked_by_spade():
            return _observed(self._host, name, found)
        return found


def _asked_by_spade() -> bool:
    """Whether SPADE's manager is about to call the handler that it asks for."""
    frame = inspect.currentframe()
    caller = frame.f_back.f_back if frame is not None and frame.f_back is not None else None
    return caller is not None and caller.f_globals is vars(spade.presence)


def _observed(host: Host, where: str, handler: Callable[..., object]) -> Callable[..., object]:
    def observed(*arguments: object) -> object:
        host.handler_called(where)
        if inspect.iscoroutinefunction(handler):
            host.report(where, never_awaited(handler))
        try:
            return handler(*arguments)
        except Exception as error:
            host.report(where, error)
            raise

    return observed
