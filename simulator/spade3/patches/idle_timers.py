"""aioxmpp's timers of silence, which every arrival of data sets anew: put off instead.

At each arrival aioxmpp cancels two timers and sets two others. A loop that can postpone a timer
keeps them; they fire at the same times, and in the same order among other timers.
"""

from __future__ import annotations

import contextlib
from typing import Any

import aioxmpp.utils
from aioxmpp.utils import AlivenessMonitor

from simulator.spade3.patches.replacing import replace


def enter(stack: contextlib.ExitStack) -> None:
    """Put timers off instead of setting them anew until `stack` is closed."""
    replace(stack, AlivenessMonitor, "_retrigger_timers", _retrigger)


def _retrigger(self: Any) -> None:
    loop = self._loop
    postpone = getattr(loop, "postpone", None) or _cannot
    silent, now = aioxmpp.utils.time.monotonic() - self._last_rx, loop.time()
    limit, timer = self._soft_limit, self._soft_limit_timer
    delay = None if limit is None else limit.total_seconds() - silent
    if timer is None or delay is None or not postpone(timer, now + delay):
        self._soft_limit_timer = _set_anew(loop, timer, delay, self._trip_soft_limit)
    limit, timer = self._hard_limit, self._hard_limit_timer
    delay = None if limit is None else limit.total_seconds() - silent
    if timer is None or delay is None or not postpone(timer, now + delay):
        self._hard_limit_timer = _set_anew(loop, timer, delay, self._trip_hard_limit)


def _cannot(_timer: Any, _when: float) -> bool:
    return False


def _set_anew(loop: Any, timer: Any, delay: float | None, trip: Any) -> Any:
    """The timer that calls `trip` after `delay` seconds; None for never."""
    if timer is not None:
        timer.cancel()
    return None if delay is None else loop.call_later(delay, trip)
