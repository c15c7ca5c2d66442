"""The virtual clock: whole microseconds, and the timers that move it.

asyncio keeps its timers in a heap that is ordered by time alone, so timers with the same deadline
fire in no particular order. Here the order is total: deadline first, then the order of scheduling.
"""

from __future__ import annotations

import heapq
from asyncio import Handle, TimerHandle
from collections import deque
from typing import TYPE_CHECKING

# As in asyncio: throw cancelled timers out when there are many of them, and more than half.
_MANY = 100
_SHARE = 0.5

SECOND = 1_000_000
"""Microseconds in a second."""


class Timer(TimerHandle):
    """A timer of asyncio's; `_scheduled` is true while it is in the heap."""

    __slots__ = ()
    if TYPE_CHECKING:  # asyncio's type stubs leave them out
        _scheduled: bool
        _when: float


class Clock:
    """The time `now`, in microseconds from 0, and the timers to come.

    `heap` is for looking: the first of it is the next timer, unless that was cancelled.
    """

    __slots__ = ("_cancelled", "_sequence", "heap", "now")

    def __init__(self) -> None:
        self.now = 0
        self.heap: list[tuple[int, int, Timer]] = []
        self._sequence = 0
        self._cancelled = 0

    def __len__(self) -> int:
        """Timers in the heap, cancelled ones that were not yet thrown out included."""
        return len(self.heap)

    def add(self, deadline: int, timer: Timer) -> None:
        """Schedule `timer` for `deadline` (microseconds). One in the past fires next."""
        self._sequence += 1
        timer._scheduled = True
        heapq.heappush(self.heap, (deadline, self._sequence, timer))

    def note_cancelled(self, timer: Timer) -> None:
        """Count a timer that was cancelled while it was scheduled; drop them when many."""
        if not timer._scheduled:
            return
        self._cancelled += 1
        if len(self.heap) > _MANY and self._cancelled > len(self.heap) * _SHARE:
            self._drop_cancelled()

    def next_deadline(self) -> int | None:
        """Deadline of the first timer that is not cancelled, None when there is none."""
        heap = self.heap
        while heap and heap[0][2]._cancelled:
            heapq.heappop(heap)[2]._scheduled = False
            self._cancelled -= 1
        return heap[0][0] if heap else None

    def release(self, ready: deque[Handle]) -> None:
        """Move the timers that are due to the end of `ready`, in their order."""
        heap = self.heap
        while heap and heap[0][0] <= self.now:
            timer = heapq.heappop(heap)[2]
            timer._scheduled = False
            if timer._cancelled:
                self._cancelled -= 1
            else:
                ready.append(timer)

    def clear(self) -> None:
        """Forget every timer."""
        self.heap.clear()
        self._cancelled = 0

    def _drop_cancelled(self) -> None:
        kept = [entry for entry in self.heap if not entry[2]._cancelled]
        for entry in self.heap:
            entry[2]._scheduled = not entry[2]._cancelled
        heapq.heapify(kept)
        self.heap[:] = kept
        self._cancelled = 0
