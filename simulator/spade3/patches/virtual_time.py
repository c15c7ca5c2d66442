"""Replaces what would bring wall-clock time or randomness into a run in virtual time."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import aioxmpp.stanza
import aioxmpp.utils

from simulator.agents.shared.replacing import replace


@contextlib.contextmanager
def virtual_time(clock: Callable[[], float]) -> Iterator[None]:
    """Let aioxmpp go by `clock`, in seconds, and count its stanza ids."""
    with contextlib.ExitStack() as stack:
        replace(stack, aioxmpp.utils, "time", SimpleNamespace(monotonic=clock))
        replace(stack, aioxmpp.stanza, "random", _Counter())
        replace(stack, aioxmpp.stanza, "to_nmtoken", "s{:x}".format)
        yield


class _Counter:
    """Stands for `random` in aioxmpp.stanza, which makes stanza ids with it."""

    def __init__(self) -> None:
        self._count = 0

    def getrandbits(self, _bits: int) -> int:
        self._count += 1
        return self._count
