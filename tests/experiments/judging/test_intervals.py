"""Intervals hold what they say: 95 % of them have the truth in them."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from simulator.experiments.judging import intervals
from simulator.experiments.judging.intervals import (
    decide,
    mean_interval,
    quantile,
    quantile_interval,
    runs_to_decide,
    share_interval,
)

ENSEMBLES = 2_000


def covered(low: intervals.Array, high: intervals.Array, truth: float) -> float:
    return float(((low <= truth) & (truth <= high)).mean())


DRAWN: dict[
    str, tuple[Callable[[np.random.Generator, tuple[int, int]], intervals.Array], float]
] = {
    "normal": (lambda random, size: random.normal(3.0, 1.0, size), 3.0),
    "gamma": (lambda random, size: random.gamma(4.0, 1.0, size), 4.0),
    "uniform": (lambda random, size: random.uniform(0.0, 2.0, size), 1.0),
}


@pytest.mark.parametrize("name", DRAWN)
def test_student_s_interval_covers_the_mean(name: str) -> None:
    draw, mean = DRAWN[name]
    values = draw(np.random.default_rng(1), (ENSEMBLES, 30))
    assert 0.93 <= covered(*mean_interval(values), mean) <= 0.97


@pytest.mark.parametrize("name", DRAWN)
def test_the_bootstrap_s_interval_covers_the_median(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intervals, "RESAMPLES", 300)
    draw, _ = DRAWN[name]
    values = draw(np.random.default_rng(2), (ENSEMBLES, 51))
    truth = {"normal": 3.0, "gamma": float(stats.gamma(4).median()), "uniform": 1.0}[name]
    assert 0.93 <= covered(*quantile_interval(values, 0.5), truth) <= 0.97


@pytest.mark.parametrize(("share", "runs"), [(0.5, 400), (0.8, 400), (0.9, 1000)])
def test_clopper_and_pearson_s_interval_covers_the_share(share: float, runs: int) -> None:
    hits = np.random.default_rng(3).binomial(runs, share, ENSEMBLES)
    ends = np.array([share_interval(int(one), runs) for one in hits])
    assert 0.93 <= covered(ends[:, 0], ends[:, 1], share) <= 0.97


def test_decisions_are_as_often_wrong_as_they_may_be() -> None:
    """At a share of exactly what is asked for, 5 % at most are decided."""
    hits = np.random.default_rng(4).binomial(400, 0.9, ENSEMBLES)
    found = [decide(int(one), 0, 400, 0.9, 0.95).verdict for one in hits]
    assert 0.93 <= found.count("unknown") / ENSEMBLES <= 0.97


def test_the_interval_of_a_share_is_the_textbook_s() -> None:
    assert share_interval(0, 0) == (0.0, 1.0)
    assert share_interval(10, 10) == pytest.approx((0.025**0.1, 1.0))
    for hits in range(11):
        theirs = stats.binomtest(hits, 10).proportion_ci(0.95, method="exact")
        assert share_interval(hits, 10) == pytest.approx((theirs.low, theirs.high))


def test_a_share_is_decided_by_its_interval() -> None:
    assert decide(400, 0, 400, 0.99, 0.95).verdict == "pass"
    assert decide(57, 0, 57, 0.99, 0.95).verdict == "unknown"
    assert decide(50, 0, 57, 0.99, 0.95).verdict == "fail"
    assert decide(57, 0, 57, 0.9, 0.95).verdict == "pass"
    assert decide(0, 0, 0, 0.9, 0.95).verdict == "unknown"


@pytest.mark.parametrize(("hits", "runs", "share"), [(57, 57, 0.99), (8, 10, 0.5), (7, 10, 0.9)])
def test_so_many_more_runs_would_decide(hits: int, runs: int, share: float) -> None:
    assert decide(hits, 0, runs, share, 0.95).verdict == "unknown"
    more = runs_to_decide(hits, 0, runs, share, 0.95)
    assert more is not None
    after = decide(round(hits / runs * (runs + more)), 0, runs + more, share, 0.95)
    assert after.verdict == ("pass" if hits / runs > share else "fail")
    if hits == runs:
        assert more == math.ceil(math.log(0.025) / math.log(share)) - runs


def test_a_share_that_is_exactly_met_is_never_decided() -> None:
    assert runs_to_decide(90, 0, 100, 0.9, 0.95) is None
    assert runs_to_decide(50, 50, 100, 0.9, 0.95) is None


def test_runs_that_do_not_say_count_against_either_decision() -> None:
    assert decide(395, 5, 400, 0.98, 0.95).verdict == "unknown"
    assert decide(200, 200, 400, 0.9, 0.95).verdict == "unknown"
    assert decide(200, 10, 400, 0.9, 0.95).verdict == "fail"


def test_every_run_needs_no_interval() -> None:
    assert decide(3, 0, 3, 1.0, 0.95).verdict == "pass"
    assert decide(2, 0, 3, 1.0, 0.95).verdict == "fail"
    assert decide(2, 1, 3, 1.0, 0.95).verdict == "unknown"


def test_what_never_came_is_a_value_of_a_quantile() -> None:
    values = np.array([[1.0, 2.0, 3.0, np.inf], [1.0, np.inf, np.inf, np.inf]])
    assert quantile(values, 0.5).tolist() == [2.5, np.inf]
    low, high = quantile_interval(values, 0.5)
    assert np.isfinite(low).all()
    assert np.isinf(high).all()
