"""Every patch of spade 3.3.3 and aioxmpp 0.13.3, in one place.

Each group is a context manager that restores what it replaced. They are written for exactly
these two versions and refuse others.

- `connection_patches`: what a run needs on any server: no discovery of other servers, our
  presence manager.
- `virtual_time`: what leaks wall-clock time or randomness into a virtual-time run.
- `tuning`: aioxmpp made quicker and smaller; the wire stays the same byte for byte.
"""

from simulator.spade3.patches.connection import connection_patches
from simulator.spade3.patches.tuning import tuning
from simulator.spade3.patches.versions import WRITTEN_FOR
from simulator.spade3.patches.virtual_time import virtual_time

__all__ = ["WRITTEN_FOR", "connection_patches", "tuning", "virtual_time"]
