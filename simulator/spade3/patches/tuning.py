"""aioxmpp and SPADE made quicker and smaller; the wire stays the same byte for byte.

What each part gains is in benchmarks/README.md.
"""

from __future__ import annotations

import contextlib
import functools
import gc
from collections.abc import Iterator
from typing import Any

import aioxmpp.structs
import aioxmpp.xml

from simulator.spade3.patches import broker, reading, values, writing
from simulator.spade3.patches.replacing import replace

# Each is (holder, name). Their results depend on their arguments alone.
_PURE_FUNCTIONS: tuple[tuple[Any, str], ...] = (
    (aioxmpp.structs, "nodeprep"),
    (aioxmpp.structs, "nameprep"),
    (aioxmpp.structs, "resourceprep"),
    (aioxmpp.xml, "xmlValidateNameValue_str"),
)
_CACHE_SIZE = 1 << 17


@contextlib.contextmanager
def tuning() -> Iterator[None]:
    """Make aioxmpp quicker: remembered results, leaner streams, less collecting."""
    with contextlib.ExitStack() as stack:
        _collect_less(stack)
        _remember(stack)
        for part in (broker, reading, values, writing):
            part.enter(stack)
        yield


def _collect_less(stack: contextlib.ExitStack) -> None:
    stack.callback(gc.set_threshold, *gc.get_threshold())
    gc.set_threshold(200_000, 50, 100)


def _remember(stack: contextlib.ExitStack) -> None:
    """JIDs are immutable and few, and preparing them is a third of the stock time."""
    for holder, name in _PURE_FUNCTIONS:
        replace(stack, holder, name, functools.lru_cache(_CACHE_SIZE)(getattr(holder, name)))
    jid = aioxmpp.structs.JID
    from_string: Any = functools.lru_cache(_CACHE_SIZE)(jid.fromstr.__func__)
    replace(stack, jid, "fromstr", classmethod(from_string))
    replace(stack, jid, "bare", functools.lru_cache(_CACHE_SIZE)(jid.bare))
