"""Quantiles by linear interpolation, with the number of samples beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

FEW = 20
"""Quantiles over fewer samples say so: in them, no sample lies above p95."""


@dataclass(frozen=True, slots=True)
class Quantiles:
    """p50, p95, p99 and the maximum of `samples` values, in the values' unit."""

    samples: int
    p50: float
    p95: float
    p99: float
    max: float

    @property
    def values(self) -> tuple[float, float, float, float]:
        """The four of them, in order."""
        return self.p50, self.p95, self.p99, self.max

    @property
    def few(self) -> bool:
        """Are there too few samples to trust the tail?"""
        return self.samples < FEW


def samples_text(samples: int) -> str:
    """``200 samples``; ``1 sample, fewer than the 20 that p95 needs``."""
    text = f"{samples} sample{'s' if samples != 1 else ''}"
    return text if samples >= FEW else f"{text}, fewer than the {FEW} that p95 needs"


def quantiles(values: Sequence[float]) -> Quantiles | None:
    """The quantiles of `values` in any order; None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    p50, p95, p99 = (_at(ordered, share) for share in (0.5, 0.95, 0.99))
    return Quantiles(len(ordered), p50, p95, p99, ordered[-1])


def _at(ordered: Sequence[float], share: float) -> float:
    """The value at `share` of the way from the first to the last, between its neighbours."""
    place = share * (len(ordered) - 1)
    low, high = floor(place), ceil(place)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
