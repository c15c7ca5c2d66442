from __future__ import annotations

import statistics

from hypothesis import given
from hypothesis import strategies as st

from simulator.analysis.figures.quantiles import quantiles


def test_between_two_values_it_is_a_line() -> None:
    found = quantiles([10, 0])
    assert found is not None
    assert (found.p50, found.p95, found.p99, found.max) == (5, 9.5, 9.9, 10)
    assert found.samples == 2


def test_of_nothing_there_is_none() -> None:
    assert quantiles([]) is None


def test_fewer_than_twenty_are_few() -> None:
    few, enough = quantiles(range(19)), quantiles(range(20))
    assert few is not None
    assert enough is not None
    assert (few.few, enough.few) == (True, False)


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=200))
def test_they_agree_with_the_standard_library(values: list[int]) -> None:
    found = quantiles(values)
    assert found is not None
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    for mine, theirs in ((found.p50, cuts[49]), (found.p95, cuts[94]), (found.p99, cuts[98])):
        assert abs(mine - theirs) <= 1e-6 * max(1, abs(theirs))
    assert min(values) <= found.p50 <= found.p95 <= found.p99 <= found.max == max(values)
