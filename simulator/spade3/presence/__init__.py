"""The presence manager as SPADE 3's documentation describes it, for runs and for production.

It needs SPADE 3.3.3 and nothing else of the simulator: no scenario, no server, no run.
"""

from simulator.spade3.presence.contacts import ContactList
from simulator.spade3.presence.manager import PresenceManager
from simulator.spade3.presence.mixin import DocumentedPresence

__all__ = ["ContactList", "DocumentedPresence", "PresenceManager"]
