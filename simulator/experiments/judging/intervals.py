"""Intervals of what is known from some runs about all runs.

The unit is a run: Student's interval for a mean, a bootstrap for a quantile, Clopper and Pearson's
for a share of runs. scipy has the distributions; it is imported when it is needed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.checks.verdict import Value

Array = NDArray[np.float64]
Interval = tuple[float, float]

CONFIDENCE = 0.95
RESAMPLES = 1_000
MOST_MORE = 1_000_000
"""More runs than this decide nothing that somebody would wait for."""
_NEVER = 1e150
"""Stands for infinity where values are interpolated; its square is still a number."""


def mean_interval(values: Array, confidence: float = CONFIDENCE) -> tuple[Array, Array]:
    """The ends of Student's interval of the mean, over the last axis of at least two values."""
    from scipy import stats  # noqa: PLC0415

    count = values.shape[-1]
    mean = values.mean(axis=-1)
    error = values.std(axis=-1, ddof=1) / math.sqrt(count)
    reach = stats.t.ppf((1 + confidence) / 2, count - 1) * error
    return mean - reach, mean + reach


def quantile(values: Array, share: float) -> Array:
    """The quantile over the last axis, by linear interpolation; infinity is a value."""
    finite = np.minimum(values, _NEVER)
    found: Array = np.quantile(finite, share, axis=-1)
    return np.where(found >= _NEVER / 1e6, np.inf, found)


def quantile_interval(
    values: Array, share: float, confidence: float = CONFIDENCE
) -> tuple[Array, Array]:
    """The ends of the percentile bootstrap interval of a quantile, over the last axis.

    It is the same each time: the samples are drawn from a generator with a seed.
    """
    from scipy import stats  # noqa: PLC0415

    found = stats.bootstrap(
        (np.minimum(values, _NEVER),),
        lambda sample, axis: np.quantile(sample, share, axis=axis),
        n_resamples=RESAMPLES,
        batch=max(1, 5_000_000 // values.size),
        vectorized=True,
        axis=-1,
        confidence_level=confidence,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    low, high = np.asarray(found.low, float), np.asarray(found.high, float)
    return tuple(np.where(end >= _NEVER / 1e6, np.inf, end) for end in (low, high))  # type: ignore[return-value]


def share_interval(hits: int, count: int, confidence: float = CONFIDENCE) -> Interval:
    """Clopper and Pearson's interval of a share: `hits` of `count` runs; (0, 1) of none.

    As `scipy.stats.binomtest` has it, but without the test, which takes long for many runs.
    """
    from scipy import special  # noqa: PLC0415

    outside = (1 - confidence) / 2
    low = special.betaincinv(hits, count - hits + 1, outside) if hits else 0.0
    high = special.betaincinv(hits + 1, count - hits, 1 - outside) if hits < count else 1.0
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a share of runs is high enough; `low` and `high` are the ends of its interval."""

    verdict: Value
    low: float
    high: float


def decide(hits: int, open_: int, count: int, share: float, confidence: float) -> Decision:
    """Whether at least `share` of all runs hold, when `hits` of `count` do.

    `open_` of the runs do not say: they count against what would be decided. A share of 1 means
    every run: then no interval is needed.
    """
    low = share_interval(hits, count, confidence)[0]
    high = share_interval(hits + open_, count, confidence)[1]
    if share >= 1:
        passed, failed = hits == count > 0, hits + open_ < count
    else:
        passed, failed = low > share, high < share
    return Decision("pass" if passed else "fail" if failed else "unknown", low, high)


def runs_to_decide(
    hits: int, open_: int, count: int, share: float, confidence: float
) -> int | None:
    """How many more runs decide, if the shares of those that hold stay what they are.

    None where that is more than `MOST_MORE`, and where no number of runs would.
    """
    if not count or share >= 1:
        return None

    def decided(more: int) -> bool:
        total = count + more
        held, unsaid = round(hits / count * total), round(open_ / count * total)
        return decide(held, unsaid, total, share, confidence).verdict != "unknown"

    if not decided(MOST_MORE):
        return None
    least, enough = 0, MOST_MORE
    while enough - least > 1:
        middle = (least + enough) // 2
        least, enough = (least, middle) if decided(middle) else (middle, enough)
    return enough
