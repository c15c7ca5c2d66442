"""Cyclic garbage, collected at moments that depend on nothing but the run.

asyncio reports the failure of a task or future that nobody waited for when it is collected. The
automatic collector looks after so many new objects of the whole process: what came before the run
would decide when. During a run the loop therefore collects, after so many callbacks.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_CALLBACKS = 1_000_000
"""Between two collections."""
_OLDER = 5
"""Collections of the youngest objects before one that looks at older ones, too."""
_ALL = 25
"""Collections before one of everything."""


class GarbageCollection:
    """Counts callbacks, and collects when it is time."""

    def __init__(self) -> None:
        self._callbacks = 0
        self._collections = 0

    def count(self, callbacks: int) -> None:
        """So many callbacks have run."""
        self._callbacks += callbacks
        if self._callbacks >= _CALLBACKS:
            self._callbacks = 0
            self._collections += 1
            gc.collect(self._generation())

    def _generation(self) -> int:
        if self._collections % _ALL == 0:
            return 2
        return 1 if self._collections % _OLDER == 0 else 0


@contextmanager
def no_automatic_collection() -> Iterator[None]:
    """No automatic collection for a while. What was there before is not looked through in it."""
    enabled, freezes = gc.isenabled(), not gc.get_freeze_count()
    gc.disable()
    if freezes:
        gc.freeze()
    try:
        yield
    finally:
        if freezes:
            gc.unfreeze()
        if enabled:
            gc.enable()
