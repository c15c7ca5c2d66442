"""The documented presence manager in an agent class of your own, in production as in a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

import spade.presence

from simulator.spade4.presence.manager import PresenceManager, Recovery

if TYPE_CHECKING:
    from simulator.spade4.types import Agent, Manager


class DocumentedPresence:
    """Put in front of `spade.agent.Agent`, it gives the agent the documented presence manager.

    .. code-block:: python

        class Seller(DocumentedPresence, Agent):
            presence_recovery = "rejoin"

    `presence_recovery` is the manager's `recovery`. In a run of the simulator, a scenario that
    names another manager or recovery decides.
    """

    presence_recovery: ClassVar[Recovery] = "none"
    _presence: Manager | None = None

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        if cls.presence is not DocumentedPresence.presence:
            # SPADE's class has a slot of that name.
            raise TypeError(
                f"{cls.__name__} would get SPADE's own presence manager: write DocumentedPresence"
                f" before Agent (class {cls.__name__}(DocumentedPresence, Agent))"
            )

    @property
    def presence(self) -> Manager | None:
        """The presence manager, once the agent starts."""
        return self._presence

    @presence.setter
    def presence(self, manager: Manager | None) -> None:
        # SPADE makes its own, before the client connects. What a run of the simulator made is
        # another class.
        if type(manager) is spade.presence.PresenceManager:
            manager = self._documented(manager)
        self._presence = manager

    def _documented(self, stock: spade.presence.PresenceManager) -> Manager:
        _silence(stock)
        return PresenceManager(cast("Agent", self), stock.approve_all, self.presence_recovery)


def _silence(manager: spade.presence.PresenceManager) -> None:
    """Let a manager of SPADE's own class hear no more of its client."""
    client = manager.agent.client
    client.del_event_handler("roster_update", manager.handle_roster_update)
    for event in ("presence_available", "presence_unavailable", "changed_status"):
        client.del_event_handler(event, manager.handle_presence)
    for kind in ("subscribe", "subscribed", "unsubscribe", "unsubscribed"):
        client.del_event_handler(f"presence_{kind}", manager.handle_subscription)
