from __future__ import annotations

from random import Random
from statistics import mean, median
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from simulator.scenario.language.durations import (
    LONGEST,
    Duration,
    DurationOrDraw,
    as_distribution,
    format_duration,
    parse_duration,
)

DRAW: TypeAdapter[Any] = TypeAdapter(DurationOrDraw)


@pytest.mark.parametrize(
    ("written", "microseconds"),
    [
        ("500us", 500),
        ("500µs", 500),
        ("20ms", 20_000),
        ("1.5s", 1_500_000),
        (" 2 min ", 120_000_000),
        ("1h", 3_600_000_000),
        (3, 3_000_000),
        (0.25, 250_000),
        ("0s", 0),
    ],
)
def test_durations(written: object, microseconds: int) -> None:
    assert parse_duration(written) == microseconds


@pytest.mark.parametrize(
    "written", ["", "5", "5 m", "s", "-1s", -1, True, None, [], "1e3s", "9999999h"]
)
def test_not_durations(written: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Duration).validate_python(written)


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=LONGEST))
def test_formatted_durations_read_back(microseconds: int) -> None:
    assert parse_duration(format_duration(microseconds)) == microseconds


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [(0, "0s"), (7, "7us"), (20_000, "20ms"), (1_500_000, "1.5s"), (90_000_000, "90s")],
)
def test_formatted_durations_are_short(microseconds: int, text: str) -> None:
    assert format_duration(microseconds) == text
    assert format_duration(120_000_000) == "2min"
    assert format_duration(3_600_000_000) == "1h"


def samples(written: object, count: int = 4000) -> list[int]:
    distribution = as_distribution(DRAW.validate_python(written))
    random = Random("test")
    return [distribution.sample(random) for _ in range(count)]


def test_constant() -> None:
    assert set(samples("20ms")) == {20_000}
    assert set(samples({"constant": "20ms"})) == {20_000}


def test_uniform() -> None:
    drawn = samples({"uniform": {"low": "10ms", "high": "30ms"}})
    assert 10_000 <= min(drawn) < 10_100
    assert 29_900 < max(drawn) <= 30_000
    assert mean(drawn) == pytest.approx(20_000, rel=0.02)


def test_exponential() -> None:
    drawn = samples({"exponential": {"mean": "800ms"}})
    assert mean(drawn) == pytest.approx(800_000, rel=0.05)
    assert median(drawn) == pytest.approx(800_000 * 0.6931, rel=0.05)


def test_lognormal() -> None:
    drawn = samples({"lognormal": {"median": "20ms", "sigma": 0.4}})
    assert median(drawn) == pytest.approx(20_000, rel=0.03)
    assert min(drawn) > 0


def test_normal_is_cut_at_zero() -> None:
    drawn = samples({"normal": {"mean": "10ms", "deviation": "10ms"}})
    assert min(drawn) == 0
    assert mean(drawn) == pytest.approx(10_833, rel=0.05)  # E of the cut one: 1.0833 deviations


def test_choice() -> None:
    drawn = samples({"choice": ["1s", "2s"]})
    assert set(drawn) == {1_000_000, 2_000_000}
    assert drawn.count(1_000_000) == pytest.approx(2000, abs=150)


def test_the_same_numbers_on_every_python() -> None:
    """Written down once; a Python that draws otherwise makes other runs of the same seed."""
    assert samples({"lognormal": {"median": "20ms", "sigma": 0.4}}, 3) == LOGNORMAL
    assert samples({"exponential": {"mean": "800ms"}}, 3) == EXPONENTIAL


LOGNORMAL = [29907, 9806, 32803]
EXPONENTIAL = [852752, 1061308, 230545]
