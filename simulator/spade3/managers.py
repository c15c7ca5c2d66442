"""Which presence manager an agent gets."""

from __future__ import annotations

import spade.presence

from simulator.spade3.presence.manager import PresenceManager
from simulator.spade3.types import Agent, Manager

# Bound here, before a run puts `make_manager` in its place.
_spade_manager = spade.presence.PresenceManager


def make_manager(agent: Agent) -> Manager:
    """The presence manager that the plan wants for this agent.

    Agents that a user's code makes by itself get SPADE's.
    """
    harness = getattr(agent, "harness", None)
    if harness is None or harness.plan.manager == "spade":
        manager: Manager = _spade_manager(agent)
        return manager
    return PresenceManager(agent, recovery=harness.plan.recovery)
