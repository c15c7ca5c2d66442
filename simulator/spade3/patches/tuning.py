"""aioxmpp and SPADE made quicker and smaller; the wire stays the same byte for byte.

What each part gains is in benchmarks/README.md.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from simulator.spade3.patches import broker, reading, values, writing


@contextlib.contextmanager
def tuning() -> Iterator[None]:
    """Make aioxmpp quicker: leaner streams, stanzas from templates, callbacks instead of tasks."""
    with contextlib.ExitStack() as stack:
        for part in (broker, reading, values, writing):
            part.enter(stack)
        yield
