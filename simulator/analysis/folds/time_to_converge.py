"""The time to converge: from a disturbance until a share stays 1."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from simulator.analysis.folds.phases import Phase
from simulator.analysis.states import Share, Steps


def window(
    series: Steps[Share], begin: int, end: int, closed: bool
) -> tuple[list[int], list[Share]]:
    """The share from `begin` to `end`: the one that holds at `begin`, then the changes."""
    first = bisect_right(series.times, begin)
    after = bisect_right(series.times, end) if closed else bisect_left(series.times, end)
    held = series.values[first - 1] if first else Share(0, 0)
    return [begin, *series.times[first:after]], [held, *series.values[first:after]]


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


def time_to_converge(series: Steps[Share], phase: Phase) -> Converged:
    """From the disturbance to the first time after which the share stays 1 in the window.

    An undefined share (of nothing) is not wrong, but where it is all there is, there is no
    time either.
    """
    times, shares = window(series, phase.disturbance, phase.end, phase.last)
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
