"""Pins what leaks wall-clock time or unseeded randomness into a virtual-time run."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import aioxmpp.stanza
import aioxmpp.utils

from simulator.pins.replacing import replace


@contextlib.contextmanager
def virtual_time(clock: Callable[[], float], seed: int) -> Iterator[None]:
    """Pin aioxmpp's clock and every source of randomness that agents may use.

    `clock` gives seconds since the run's start. Stanza ids become a counter, and the global
    `random` generator is seeded for the length of the run.
    """
    state = random.getstate()
    with contextlib.ExitStack() as stack:
        stack.callback(random.setstate, state)
        random.seed(f"{seed}/global")
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
