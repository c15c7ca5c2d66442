"""Replaces what would bring wall-clock time or randomness into a run in virtual time."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import spade.behaviour
from slixmpp.xmlstream import XMLStream

from simulator.agents.shared.replacing import replace


@contextlib.contextmanager
def virtual_time(clock: Callable[[], float]) -> Iterator[None]:
    """Let SPADE go by `clock`, in seconds, and count slixmpp's stanza ids."""
    numbers = itertools.count(1)
    # `time.time` shows virtual time already, as `datetime.now` does.
    timer = SimpleNamespace(monotonic=clock, time=time.time)
    with contextlib.ExitStack() as stack:
        replace(stack, XMLStream, "new_id", lambda _stream: f"s{next(numbers):x}")
        replace(stack, spade.behaviour, "time", timer)
        yield
