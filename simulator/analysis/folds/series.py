"""Convergence over time: the shares at the end of every instant, and the time to converge."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from simulator.analysis.folds.convergence import Share
from simulator.analysis.folds.phases import Phase


class Series:
    """A share over time, as the instants at which it changed; `times` in microseconds."""

    def __init__(self) -> None:
        self.times: list[int] = []
        self.shares: list[Share] = []
        self._last: tuple[int, int] = (-1, -1)

    def add(self, t: int, right: int, total: int) -> None:
        """From `t` on, `right` of `total` are right. Times grow from call to call."""
        if self._last != (right, total):
            self._last = (right, total)
            self.times.append(t)
            self.shares.append(Share(right, total))

    def window(self, begin: int, end: int, closed: bool) -> tuple[list[int], list[Share]]:
        """The share from `begin` to `end`: the one that holds at `begin`, then the changes."""
        first = bisect_right(self.times, begin)
        after = bisect_right(self.times, end) if closed else bisect_left(self.times, end)
        held = self.shares[first - 1] if first else Share(0, 0)
        return [begin, *self.times[first:after]], [held, *self.shares[first:after]]


@dataclass(frozen=True, slots=True)
class Converged:
    """The time to converge of one phase: microseconds, or why there is no number.

    `never`: it did not converge in its window. Neither time nor never: undefined, because
    there was nothing to converge in the whole window.
    """

    phase: Phase
    time: int | None
    never: bool

    @property
    def defined(self) -> bool:
        """Is it a time or `never`?"""
        return self.never or self.time is not None


def time_to_converge(series: Series, phase: Phase) -> Converged:
    """From the disturbance to the first instant after which the share stays 1 in the window.

    An undefined share (of nothing) is not wrong, but where it is all there is, there is no
    time either.
    """
    times, shares = series.window(phase.disturbance, phase.end, phase.last)
    if not any(share.total for share in shares):
        return Converged(phase, None, never=False)
    if not shares[-1].complete:
        return Converged(phase, None, never=True)
    settled = len(shares) - 1
    while settled and shares[settled - 1].complete:
        settled -= 1
    return Converged(phase, times[settled] - phase.disturbance, never=False)


def worst(phases: Sequence[Converged]) -> Converged | None:
    """The slowest phase, `never` being the slowest of all; None where none is defined."""
    defined = [phase for phase in phases if phase.defined]
    return max(defined, key=lambda phase: (phase.never, phase.time or 0), default=None)
