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
from simulator.spade3.presence.manager import PresenceManager, Recovery
from simulator.spade3.types import Agent, Manager


def make_manager(agent: Agent) -> Manager:
    """The presence manager that the plan wants for this agent.

    Agents that a user's code makes by itself get SPADE's.
    """
    host: Host | None = getattr(agent, "harness", None)
    if host is None:
        manager: Manager = spade.presence.PresenceManager(agent)
        return manager
    if host.plan.manager == "spade":
        return cast(Manager, SpadeManager(agent, host))
    return DocumentedManager(agent, host, host.plan.recovery)


class DocumentedManager(PresenceManager):
    """The documented manager of a planned agent."""

    def __init__(self, agent: Agent, host: Host, recovery: Recovery) -> None:
        self._host = host
        super().__init__(agent, recovery)
        self.report = host.report

    def _call(self, where: str, handler: Callable[..., object], *arguments: object) -> None:
        if is_users(self, handler):
            self._host.handler_called(where)
        super()._call(where, handler, *arguments)


class SpadeManager(spade.presence.PresenceManager):
    """SPADE's own manager of a planned agent. It does what SPADE's does.

    What a handler raises is recorded on its way to aioxmpp, which logs it and never calls SPADE's
    slot again.
    """

    def __init__(self, agent: Agent, host: Host) -> None:
        self._host = host
        super().__init__(agent)

    def _handling(self, where: str) -> None:
        """SPADE is about to call a handler."""
        handler = getattr(self, where)
        skipped = self.approve_all and where in _UNDER_APPROVE_ALL
        if skipped or not is_users(self, handler):
            return
        self._host.handler_called(where)
        if inspect.iscoroutinefunction(handler):
            self._host.report(where, never_awaited(handler))


_UNDER_APPROVE_ALL = frozenset(("on_subscribe", "on_unsubscribe"))
"""Handlers that SPADE does not call when `approve_all` is set."""
_SLOTS = {
    "_on_bare_available": "on_available",
    "_on_available": "on_available",
    "_on_bare_unavailable": "on_unavailable",
    "_on_unavailable": "on_unavailable",
    "_on_subscribe": "on_subscribe",
    "_on_subscribed": "on_subscribed",
    "_on_unsubscribe": "on_unsubscribe",
    "_on_unsubscribed": "on_unsubscribed",
}
"""SPADE's methods that aioxmpp's signals call, and the handler that each of them calls."""


def _observed(slot: str, where: str) -> Callable[..., None]:
    """SPADE's method `slot`, which calls the handler `where`, observed."""
    stock: Callable[..., None] = getattr(spade.presence.PresenceManager, slot)

    def observed(self: SpadeManager, *arguments: object) -> None:
        self._handling(where)
        try:
            stock(self, *arguments)
        except Exception as error:
            self._host.report(where, error)
            raise

    return observed


for _slot, _where in _SLOTS.items():
    setattr(SpadeManager, _slot, _observed(_slot, _where))
