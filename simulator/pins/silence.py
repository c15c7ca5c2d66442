"""aioxmpp's timers of silence, which every arrival of data sets anew: put off instead.

At each arrival aioxmpp cancels two timers and sets two others. A loop that can postpone a timer
keeps them; they fire at the same times, and in the same order among other timers.
"""

from __future__ import annotations

import contextlib
from typing import Any

import aioxmpp.utils
from aioxmpp.utils import AlivenessMonitor

from simulator.pins.replacing import replace


def enter(stack: contextlib.ExitStack) -> None:
    """Put timers off instead of setting them anew until `stack` is closed."""
    replace(stack, AlivenessMonitor, "_retrigger_timers", _retrigger)


def _retrigger(self: Any) -> None:
    silent = aioxmpp.utils.time.monotonic() - self._last_rx
    self._soft_limit_timer = _set(
        self._loop, self._soft_limit_timer, self._soft_limit, silent, self._trip_soft_limit
    )
    self._hard_limit_timer = _set(
        self._loop, self._hard_limit_timer, self._hard_limit, silent, self._trip_hard_limit
    )


def _set(loop: Any, timer: Any, limit: Any, silent: float, trip: Any) -> Any:
    """The timer that calls `trip` when `limit` (None: never) has passed."""
    delay = None if limit is None else limit.total_seconds() - silent
    if timer is not None:
        postpone = getattr(loop, "postpone", None)
        if delay is not None and postpone is not None and postpone(timer, loop.time() + delay):
            return timer
        timer.cancel()
    return None if delay is None else loop.call_later(delay, trip)
