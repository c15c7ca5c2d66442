"""Cyclic garbage, collected at moments that depend on nothing but the run.

asyncio reports the failure of a task or future that nobody waited for when it is collected. The
automatic collector looks after so many new objects of the whole process: what came before the run
would decide when. During a run the loop therefore collects, after so many callbacks.
"""

from __future__ import annotations

import gc
import threading
from asyncio import Future
from collections.abc import Callable, Iterator, Sized
from contextlib import AbstractContextManager, contextmanager

_CALLBACKS = 1_000_000
"""Between two collections, at least."""
_OF_A_TASK = 500
"""Callbacks for each live task. A collection looks at everything new, so a crowd's takes longer."""
_OLDER = 5
"""Collections of the youngest objects before one that looks at older ones, too."""
_ALL = 25
"""Collections before one of everything."""
_LEAST_LEFT = 20_000
"""Objects that runs leave before one collection of everything, at least."""
_FROZEN_BY_PYTHON = gc.get_freeze_count()
"""Python 3.12 sets a few hundred of its own objects aside."""


class GarbageCollection:
    """Counts callbacks, and collects when it is time. `live_tasks` gives the tasks of the run."""

    def __init__(self, live_tasks: Callable[[], Sized]) -> None:
        self._live_tasks = live_tasks
        self._limit = _CALLBACKS
        self._callbacks = 0
        self._collections = 0

    def count(self, callbacks: int) -> None:
        """So many callbacks have run."""
        self._callbacks += callbacks
        if self._callbacks < self._limit:
            return
        self._limit = max(_CALLBACKS, _OF_A_TASK * len(self._live_tasks()))
        if self._callbacks >= self._limit:
            self._callbacks = 0
            self._collections += 1
            gc.collect(self._generation())

    def _generation(self) -> int:
        if self._collections % _ALL == 0:
            return 2
        return 1 if self._collections % _OLDER == 0 else 0


def collect_failures() -> None:
    """Let asyncio tell of what failed in a circle of references, where nobody waited for it.

    To collect takes a second for a large population; to see that nothing failed, a tenth of it.
    """
    if any(_has_failed_untold(found) for found in gc.get_objects()):
        gc.collect()


def _has_failed_untold(found: object) -> bool:
    # By type: what an object says of its class may be a user's code.
    return issubclass(type(found), Future) and found._log_traceback  # type: ignore[attr-defined]


def _nothing() -> None:
    """Undo nothing: somebody else made the setting."""


class _Setting:
    """A setting of the process: made by the first who needs it, undone by the last.

    `make` makes it and returns what undoes it. Threads may need it at the same time.
    """

    def __init__(self, make: Callable[[], Callable[[], None]]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._needed = 0
        self._undo: Callable[[], None] = _nothing

    @contextmanager
    def needed(self) -> Iterator[None]:
        """Keep the setting for a while."""
        with self._lock:
            if not self._needed:
                self._undo = self._make()
            self._needed += 1
        try:
            yield
        finally:
            with self._lock:
                self._needed -= 1
                if not self._needed:
                    self._undo()


def _freeze() -> Callable[[], None]:
    # Counting takes as long as there are frozen objects, so it is done once, before there are many.
    if gc.get_freeze_count() > _FROZEN_BY_PYTHON:
        return _nothing
    gc.freeze()
    return gc.unfreeze


def _disable() -> Callable[[], None]:
    if not gc.isenabled():
        return _nothing
    gc.disable()
    return gc.enable


_frozen, _disabled = _Setting(_freeze), _Setting(_disable)


def set_aside() -> AbstractContextManager[None]:
    """What is there now is not looked through for a while."""
    return _frozen.needed()


@contextmanager
def no_automatic_collection() -> Iterator[None]:
    """No automatic collection for a while; what is there now is set aside."""
    with _disabled.needed(), set_aside():
        yield


class Leftovers:
    """Counts the objects that runs leave, such as results, and says when to look at all of them.

    Each run sets aside what is there, so no collection of a later run sees what became of them, and
    Python's own collections of everything wait for objects that come in another way.
    """

    def __init__(self) -> None:
        self._left = 0
        self._most = _LEAST_LEFT

    def add(self, objects: int) -> None:
        """Count what a run leaves. Collect everything when it has become a quarter of all."""
        self._left += objects
        if self._left >= self._most:
            gc.collect()
            self._left, self._most = 0, max(_LEAST_LEFT, len(gc.get_objects()) // 4)


_leftovers = Leftovers()


@contextmanager
def collected_afterwards() -> Iterator[None]:
    """What is made meanwhile is collected at the end. One thread at a time."""
    left = 0
    try:
        with set_aside():
            try:
                yield
            finally:
                gc.collect()
                left = len(gc.get_objects())
    finally:
        _leftovers.add(left)
