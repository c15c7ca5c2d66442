"""How quickly a run that is followed writes events."""

from __future__ import annotations

from collections import deque

_RATE_OVER = 3.0
"""Seconds of real time over which the rate of events is taken."""


class Rate:
    """Events per second of real time, over the last seconds. Times in seconds."""

    def __init__(self) -> None:
        self._looks: deque[tuple[float, int]] = deque()
        self._news = 0.0

    def look(self, now: float, records: int) -> None:
        """Note how many records there are at a time."""
        if not self._looks or records > self._looks[-1][1]:
            self._news = now
        self._looks.append((now, records))
        while now - self._looks[0][0] > _RATE_OVER:
            self._looks.popleft()

    @property
    def per_second(self) -> float | None:
        """The rate, or None where nothing can be said yet."""
        if not self._looks:
            return None
        (first, before), (last, records) = self._looks[0], self._looks[-1]
        return (records - before) / (last - first) if last > first else None

    def quiet(self, now: float) -> float:
        """For how long there has been nothing new."""
        return now - self._news if self._looks else 0.0
