"""Finds out that virtual time will never move on."""

from __future__ import annotations

from asyncio import Handle, Task
from collections import Counter, deque
from collections.abc import Callable

from simulator.virtual_time.waits import list_busiest, owner_of

_SAMPLES = 50
"""Looks at the ready queue before a livelock is reported."""
_TASK_SHARE = 400
"""A 400th of the limit is how many callbacks each live task may have."""


class LivelockDetector:
    """The passes over the ready queue, and the callbacks, since time last moved: the loop counts.

    It is a livelock after more passes than `limit`, or after more callbacks than `limit` and
    than a 400th of it for each live task. A crowd that starts at the same time makes many
    callbacks, but has many tasks too.
    """

    def __init__(self, limit: int, live_tasks: Callable[[], list[Task[object]]]) -> None:
        self.limit = limit
        self._live_tasks = live_tasks
        self._busy: Counter[object] = Counter()
        self.reset()

    def reset(self) -> None:
        """Time has moved: count from zero."""
        self.passes = self.callbacks = self._crowd = self._samples = 0
        self.suspect_at = self.limit
        if self._busy:
            self._busy = Counter()

    def is_certain(self, ready: deque[Handle]) -> bool:
        """Asked at each pass after `suspect_at` callbacks. True when it is known whose they are."""
        if not self._samples and not self._is_livelock():
            self.suspect_at = self.callbacks + self.limit // 10
            return False
        self.suspect_at = 0
        self._samples += 1
        self._busy.update(map(owner_of, ready))
        return self._samples == _SAMPLES

    def busiest(self) -> str:
        """Who keeps time from moving, one line each."""
        return list_busiest(self._busy)

    def _is_livelock(self) -> bool:
        if self.passes > self.limit:
            return True
        self._crowd = max(self._crowd, len(self._live_tasks()))
        return self.callbacks > self._crowd * self.limit / _TASK_SHARE
