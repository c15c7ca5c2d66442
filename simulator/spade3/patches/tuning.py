"""aioxmpp and SPADE made quicker and smaller; the wire stays the same byte for byte.

What each part gains is in benchmarks/README.md.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator

import aioxmpp.structs

from simulator.agents.shared.replacing import replace
from simulator.spade3.patches import broker, reading, values, writing

_PREPARATIONS = ("nodeprep", "nameprep", "resourceprep")
_CACHE_SIZE = 1 << 17


@contextlib.contextmanager
def tuning() -> Iterator[None]:
    """Make aioxmpp quicker: remembered names, leaner streams, callbacks instead of tasks."""
    with contextlib.ExitStack() as stack:
        _remember(stack)
        for part in (broker, reading, values, writing):
            part.enter(stack)
        yield


def _remember(stack: contextlib.ExitStack) -> None:
    """Names are few, and preparing them for JIDs is a third of the stock time."""
    for name in _PREPARATIONS:
        prepare = functools.lru_cache(_CACHE_SIZE)(getattr(aioxmpp.structs, name))
        replace(stack, aioxmpp.structs, name, prepare)
