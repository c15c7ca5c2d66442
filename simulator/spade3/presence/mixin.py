"""The documented presence manager in an agent class of your own, in production as in a run."""

from __future__ import annotations

from typing import ClassVar, cast

import spade.presence

from simulator.spade3.presence.manager import PresenceManager, Recovery
from simulator.spade3.types import Agent, Manager


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

    @property
    def presence(self) -> Manager | None:
        """The presence manager, once the agent starts."""
        return self._presence

    @presence.setter
    def presence(self, manager: Manager | None) -> None:
        # SPADE makes its own, before the client connects. Without a handler it does nothing. What a
        # run of the simulator made is another class.
        if type(manager) is spade.presence.PresenceManager:
            manager = PresenceManager(cast(Agent, self), self.presence_recovery)
        self._presence = manager
