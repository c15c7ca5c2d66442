"""Agents that keep their roster clean."""

from __future__ import annotations

import contextlib
from typing import Any

import aioxmpp.errors
from aioxmpp import JID
from spade.behaviour import PeriodicBehaviour

from simulator.behaviours import arguments
from simulator.behaviours.base import Connection, PresenceBehaviour
from simulator.scenario.plan import Microseconds


class CleanRoster(PresenceBehaviour, PeriodicBehaviour):
    """Removes what is dead from the roster, again and again: a periodic behaviour.

    An entry is dead when its subscription is ``none`` and no request of ours waits (it was denied,
    or both sides left); with `unavailable_for`, also when we are subscribed to a contact that was
    seen unavailable for so long (counted from the first sweep, if nothing was seen of it). Removing
    an entry ends the subscriptions of both sides (RFC 6121, section 2.5).

    `every`: from one sweep to the next. The first one is one period after the start. A sweep while
    the agent is not connected does nothing.

    .. code-block:: yaml

        behaviours:
          - class: simulator.behaviours:CleanRoster
            arguments: {every: 1min, unavailable_for: 30min}

    .. code-block:: python

        agent.add_behaviour(CleanRoster(every="1min"))
    """

    def __init__(self, every: Any, *, unavailable_for: Any = None) -> None:
        period = arguments.period("every", every)
        self._longest = (
            None
            if unavailable_for is None
            else arguments.period("unavailable_for", unavailable_for)
        )
        self._swept = False
        self._last_seen: dict[JID, Microseconds] = {}
        super().__init__(period=period / 1e6)

    def listens_to(self) -> list[Connection]:
        """When contacts go."""
        return [(self.presence.presenceclient.on_bare_unavailable, self._went)]

    def _went(self, stanza: Any) -> None:
        self._last_seen[stanza.from_.bare()] = self.elapsed

    async def run(self) -> None:
        """One sweep."""
        first, self._swept = not self._swept, True
        if first or not self.agent.client.established:
            return
        for jid in [jid for jid, item in self.presence.roster.items.items() if self._dead(item)]:
            # Somebody else may have removed it, or the connection may break: the next sweep looks.
            with contextlib.suppress(ConnectionError, aioxmpp.errors.XMPPError):
                await self.outcome(self.presence.roster.remove_entry(jid))

    def _dead(self, item: Any) -> bool:
        if item.subscription == "none":
            return item.ask is None
        return self._longest is not None and self._silent_for(item) >= self._longest

    def _silent_for(self, item: Any) -> Microseconds:
        if item.subscription == "from" or self._is_available(item.jid):
            self._last_seen.pop(item.jid, None)
            return 0
        return self.elapsed - self._last_seen.setdefault(item.jid, self.elapsed)

    def _is_available(self, jid: JID) -> bool:
        presences = self.presence.presenceclient.get_peer_resources(jid)
        return any(presence.type_.is_presence_state for presence in presences.values())
