from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.analysis.folds.phases import Phase
from simulator.analysis.folds.time_to_converge import Converged, time_to_converge, window, worst
from simulator.analysis.states import Share, Steps


def series(*points: tuple[int, int, int]) -> Steps[Share]:
    made: Steps[Share] = Steps()
    for t, right, total in points:
        made.add(t, Share(right, total))
    return made


def phase(disturbance: int, end: int, last: bool = True) -> Phase:
    return Phase(("p",), disturbance, disturbance, end, last)


@pytest.mark.parametrize(
    ("points", "time", "never"),
    [
        ([], None, False),
        ([(0, 0, 0)], None, False),
        ([(0, 2, 2)], 0, False),
        # disturbed at 10; wrong from 12, right again at 17: 17 - 10 = 7
        ([(0, 2, 2), (12, 1, 2), (17, 2, 2)], 7, False),
        # right at 13 for a while, then wrong until 18: 18 - 10 = 8
        ([(0, 2, 2), (11, 1, 2), (13, 2, 2), (16, 0, 2), (18, 2, 2)], 8, False),
        # what is right may grow meanwhile
        ([(0, 0, 2), (14, 2, 2), (15, 3, 3)], 4, False),
        # wrong at the end
        ([(0, 2, 2), (19, 1, 2)], None, True),
        # wrong until nothing is left to be wrong: 15 - 10 = 5
        ([(0, 1, 2), (15, 0, 0)], 5, False),
        # where there was nothing to converge, nothing was wrong
        ([(0, 0, 0), (15, 2, 2)], 0, False),
        ([(0, 0, 0), (13, 1, 2), (15, 2, 2)], 5, False),
        # what happened before the disturbance does not count
        ([(0, 0, 2), (9, 2, 2)], 0, False),
    ],
)
def test_time_to_converge(
    points: list[tuple[int, int, int]], time: int | None, never: bool
) -> None:
    found = time_to_converge(series(*points), phase(10, 20))
    assert (found.time, found.never) == (time, never)


def test_the_window_ends_before_the_next_phase_begins() -> None:
    line = series((0, 1, 1), (20, 0, 1))
    assert time_to_converge(line, phase(10, 20, last=False)).time == 0
    assert time_to_converge(line, phase(10, 20, last=True)).never


def test_never_is_worse_than_any_time() -> None:
    one = phase(0, 1)
    slow, never, none = (
        Converged(one, 9, False),
        Converged(one, None, True),
        Converged(one, None, False),
    )
    assert worst([slow, never, none]) is never
    assert worst([none, slow]) is slow
    assert worst([none]) is None


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=20))
def test_the_series_holds_changes_only(points: list[tuple[int, int]]) -> None:
    counts = [(min(pair), max(pair)) for pair in points]
    made = series(*((t, *count) for t, count in enumerate(counts)))
    assert all(one != other for one, other in pairwise(made.values))
    held = [window(made, t, t, closed=True)[1][-1] for t in range(len(counts))]
    assert held == counts
    assert all(left != right for left, right in zip(made.values, made.values[1:], strict=False))
    times, shares = window(made, 0, 100, closed=True)
    assert times == sorted(times)
    assert all(share.ratio is None or 0 <= share.ratio <= 1 for share in shares)
