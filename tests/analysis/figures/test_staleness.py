from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.analysis.figures.named import figures
from simulator.analysis.frames import measures as metrics
from tests.analysis.journals import actual, down, end, head, measured, seeing, sees, watch
from tests.analysis.synthetic import S, small_world


def test_ghost_blind_and_mislabelled_seconds_of_one_watch() -> None:
    """The watch is authorised from 0 to 18 s: 18 s.

    5.0 b is away, seen at 5.5: mislabelled 0.5 s. 8.0 b is gone, seen at 10.0: ghost 2 s.
    12.0 b is back, seen at 13.0: blind 1 s. 18.0 the watcher goes.
    Staleness: (0.5 + 2 + 1) / 18.
    """
    found = measured(
        *head("a", "b"),
        watch("a", "b"),
        *seeing("a", "b"),
        actual(5, "b", show="away"),
        sees(5.5, "a", "b", show="away"),
        actual(8, "b", available=False),
        sees(10, "a", "b", available=False),
        actual(12, "b"),
        sees(13, "a", "b"),
        down(18, "a"),
        *end(20, "a", "b"),
    )
    assert metrics.staleness(found).rows(named=True) == [
        {
            "watcher": "a",
            "contact": "b",
            "authorised_s": 18.0,
            "ghost_s": 2.0,
            "blind_s": 1.0,
            "mislabelled_s": 0.5,
        }
    ]
    shares = figures(found)
    assert shares["staleness"].value == pytest.approx(3.5 / 18)
    assert shares["staleness.ghost"].value == pytest.approx(2 / 18)
    assert shares["staleness.blind"].value == pytest.approx(1 / 18)
    assert shares["staleness.mislabelled"].value == pytest.approx(0.5 / 18)


def test_without_an_authorised_watch_staleness_is_absent() -> None:
    found = figures(measured(*head("a", "b"), watch("a", "b"), *end(20, "a", "b")))
    assert found["staleness"].value is None
    assert found["staleness"].absent == "no watch was ever authorised"


def test_actual_availability_in_spans() -> None:
    """Available 1 to 5, away 5 to 8, and again from 9 to the end at 20."""
    found = measured(
        *head("b"),
        actual(1, "b"),
        actual(2, "b", status=(("", "busy"),)),
        actual(5, "b", show="away"),
        actual(8, "b", available=False),
        actual(9, "b"),
        *end(20, "b"),
    )
    assert metrics.availability(found).rows() == [
        ("b", "r", "", 1.0, 5.0),
        ("b", "r", "away", 5.0, 8.0),
        ("b", "r", "", 9.0, 20.0),
    ]


@given(st.integers(2, 8), st.integers(0, 12), st.integers(0, 4))
@settings(max_examples=20, deadline=None)
def test_shares_add_up_and_time_is_not_made(agents: int, changes: int, seed: int) -> None:
    world = small_world(agents, changes=changes, deaths=1, seed=seed)
    found = measured(*world.run(12 * S))
    shares = figures(found)
    parts = ("staleness.ghost", "staleness.blind", "staleness.mislabelled")
    whole = shares["staleness"].value
    assert whole == pytest.approx(sum(shares[part].value or 0 for part in parts))
    assert whole is not None
    assert 0 <= whole <= 1
    stale = metrics.staleness(found)
    assert (stale["authorised_s"] <= 12).all()
    wrong = stale["ghost_s"] + stale["blind_s"] + stale["mislabelled_s"]
    assert (wrong <= stale["authorised_s"] + 1e-9).all()
