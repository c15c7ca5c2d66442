"""Which presence manager an agent gets."""

from __future__ import annotations

from typing import Any

import spade.presence

from simulator.spade3.presence.manager import PresenceManager

# Bound here, before a run puts `make_manager` in its place.
_spade_manager = spade.presence.PresenceManager


def make_manager(agent: Any) -> Any:
    """The presence manager that the plan wants for this agent.

    Agents that a user's code makes by itself get SPADE's.
    """
    harness = getattr(agent, "harness", None)
    if harness is None or harness.plan.manager == "spade":
        return _spade_manager(agent)
    return PresenceManager(agent, recovery=harness.plan.recovery)
