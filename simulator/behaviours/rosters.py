"""Agents that keep their roster clean."""

from __future__ import annotations

import contextlib

from simulator.agents.base import Contact
from simulator.behaviours import arguments
from simulator.behaviours.base import PresenceBehaviour
from simulator.behaviours.generation import REQUEST_FAILURES, PeriodicBehaviour
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

    def __init__(self, every: object, *, unavailable_for: object = None) -> None:
        period = arguments.period("every", every)
        self._longest = (
            None
            if unavailable_for is None
            else arguments.period("unavailable_for", unavailable_for)
        )
        self._swept = False
        self._last_seen: dict[str, Microseconds] = {}
        super().__init__(period=period / 1e6)

    async def on_start(self) -> None:
        """Note from now on when contacts leave."""
        await super().on_start()
        self.listen("contact_left", self._left)

    def _left(self, peer: str) -> None:
        self._last_seen[peer] = self.elapsed

    async def run(self) -> None:
        """One sweep."""
        first, self._swept = not self._swept, True
        if first or not self.control.is_connected:
            return
        for contact in [contact for contact in self.control.contacts() if self._is_dead(contact)]:
            # Somebody else may have removed it, or the connection may break: the next sweep looks.
            with contextlib.suppress(*REQUEST_FAILURES):
                await self.outcome(self.control.remove(contact.jid))

    def _is_dead(self, contact: Contact) -> bool:
        if contact.subscription == "none":
            return not contact.ask
        return self._longest is not None and self._silent_for(contact) >= self._longest

    def _silent_for(self, contact: Contact) -> Microseconds:
        if contact.subscription == "from" or self.control.sees(contact.jid):
            self._last_seen.pop(contact.jid, None)
            return 0
        return self.elapsed - self._last_seen.setdefault(contact.jid, self.elapsed)
