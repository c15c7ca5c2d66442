"""The presence manager as SPADE 4's documentation describes it, for runs and for production.

It needs SPADE 4.1.4 and nothing else of the simulator: no scenario, no server, no run.
"""

from simulator.spade4.presence.contacts import ContactList
from simulator.spade4.presence.manager import PresenceManager
from simulator.spade4.presence.mixin import DocumentedPresence

__all__ = ["ContactList", "DocumentedPresence", "PresenceManager"]
