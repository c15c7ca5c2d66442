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
_NEVER = 1e300
"""Stands for infinity where values are interpolated."""


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
    """Clopper and Pearson's interval of a share: `hits` of `count` runs; (0, 1) of none."""
    from scipy import stats  # noqa: PLC0415

    if not count:
        return 0.0, 1.0
    found = stats.binomtest(hits, count).proportion_ci(confidence, method="exact")
    return float(found.low), float(found.high)


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a share of runs is high enough.

    `verdict`: pass, fail or unknown. `low`, `high`: the ends of the share's interval. `more`: how
    many more runs would decide if things go on as they have; None where that is not to be said.
    """

    verdict: Value
    low: float
    high: float
    more: int | None = None


def decide(hits: int, open_: int, count: int, share: float, confidence: float) -> Decision:
    """Whether at least `share` of all runs hold, when `hits` of `count` do.

    `open_` of the runs do not say: they count against what would be decided. A share of 1 means
    every run: then no interval is needed.
    """
    if share >= 1:
        held = hits == count > 0
        verdict: Value = "fail" if hits + open_ < count else "pass" if held else "unknown"
        return Decision(verdict, *share_interval(hits, count, confidence))
    low = share_interval(hits, count, confidence)[0]
    high = share_interval(hits + open_, count, confidence)[1]
    if low > share:
        return Decision("pass", low, high)
    if high < share:
        return Decision("fail", low, high)
    return Decision("unknown", low, high, _more(hits, open_, count, share, confidence))


def _more(hits: int, open_: int, count: int, share: float, confidence: float) -> int | None:
    """How many more runs decide, if the share of those that hold stays what it is."""
    if not count or hits / count <= share <= (hits + open_) / count:
        return None

    def decided(more: int) -> bool:
        total = count + more
        held, unsaid = round(hits / count * total), round(open_ / count * total)
        low = share_interval(held, total, confidence)[0]
        return low > share or share_interval(held + unsaid, total, confidence)[1] < share

    enough = 1
    while not decided(enough):
        enough *= 2
        if enough > MOST_MORE:
            return None
    least = enough // 2
    while enough - least > 1:
        middle = (least + enough) // 2
        if decided(middle):
            enough = middle
        else:
            least = middle
    return enough
