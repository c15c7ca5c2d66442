from __future__ import annotations

import pytest

from simulator.analysis.quantities import seconds_text, share_text, time_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1.5, "1.500 s"),
        (150.2, "2 min 30 s (150.200 s)"),
        (3600, "1 h (3600.000 s)"),
        (22171, "6 h 9 min (22171.000 s)"),
        (86_400 * 2 + 3600, "2 d 1 h (176400.000 s)"),
    ],
)
def test_long_times_are_told_as_people_tell_them(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (0.28, "0.28 s"), (15, "15 s"), (36_000, "10 h")]
)
def test_a_point_in_time_is_as_short_as_can_be(seconds: float, text: str) -> None:
    assert time_text(seconds) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0%"), (8e-6, "<0.01%"), (0.0217, "2.17%"), (0.999999, ">99.99%"), (1.0, "100%")],
)
def test_a_share_never_reads_as_nothing_or_all_where_it_is_not(share: float, text: str) -> None:
    assert share_text(share) == text
