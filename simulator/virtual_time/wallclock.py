"""The wall clock of the process, made to follow a virtual one.

SPADE's PeriodicBehaviour and TimeoutBehaviour, and users' agents, ask `datetime.now()`. During
a run it has to tell virtual time, or a period of one second would be one second of real time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import time_machine

from simulator.virtual_time.loop import VirtualTimeLoop

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""What the wall clock shows when a virtual run starts."""

_SECOND = 1_000_000_000
_MICROSECOND = 1_000


@contextmanager
def virtual_wall_clock(loop: VirtualTimeLoop, epoch: datetime = EPOCH) -> Iterator[None]:
    """Make the wall clock show `epoch` plus the loop's time, in this thread, for a while.

    It holds for `time.time`, `time_ns`, `localtime`, `gmtime`, `strftime`, `datetime.now`,
    `utcnow`, `today`, `date.today`, and for names that were bound to them before
    (`spade.behaviour.now`). The local time zone is UTC meanwhile, for the whole process.
    `time.monotonic` and `time.perf_counter` stay real. Other threads keep the real time.
    """
    whole_seconds = round(epoch.replace(microsecond=0).timestamp())
    start = whole_seconds * _SECOND + epoch.microsecond * _MICROSECOND
    thread = threading.get_ident()
    real_time_ns = time_machine.escape_hatch.time.time_ns

    def time_ns() -> int:
        if threading.get_ident() == thread:
            return start + loop.now * _MICROSECOND
        return real_time_ns()

    with time_machine.travel(EPOCH, tick=False) as traveller:
        # Read lazily: a jump of the loop's time costs nothing.
        traveller.time_ns = time_ns  # type: ignore[method-assign]
        yield
