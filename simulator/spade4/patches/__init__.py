"""Every patch of spade 4.1.4 and slixmpp-multiplatform 1.12.0, in one place.

Each group is a context manager that restores what it replaced. They are written for exactly
these two versions and refuse others.

- `connection_patches`: what a run needs on any server: our presence manager, the run's loop.
- `virtual_time`: what leaks wall-clock time or randomness into a virtual-time run.
- `tuning`: slixmpp made quicker and smaller; the wire stays the same byte for byte.
"""

from simulator.spade4.patches.connection import connection_patches
from simulator.spade4.patches.tuning import tuning
from simulator.spade4.patches.versions import WRITTEN_FOR
from simulator.spade4.patches.virtual_time import virtual_time

__all__ = ["WRITTEN_FOR", "connection_patches", "tuning", "virtual_time"]
