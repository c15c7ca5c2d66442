"""Durations, moments and distributions of durations, as a scenario writes them.

A duration is a text with a unit (``20ms``) or a bare number of seconds; everything after the
schema counts integer microseconds. The distributions are `plan.Distribution`: they sample from
the generator that is handed in, with methods of `random.Random` whose algorithm is the same on
every supported Python.
"""

from __future__ import annotations

import math
import re
from random import Random
from typing import Annotated

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from simulator.scenario.language.words import ByKeys, Number, Words, quoted, wrong
from simulator.scenario.plan import Distribution, Microseconds

UNITS: dict[str, int] = {
    "us": 1,
    "µs": 1,
    "ms": 1_000,
    "s": 1_000_000,
    "min": 60_000_000,
    "h": 3_600_000_000,
}
"""Microseconds in one of each unit."""

LONGEST: Microseconds = 366 * 24 * UNITS["h"]
"""No duration is longer than a leap year; more is a slip of the pen."""

_EXPECTED = "a duration such as `20ms`, `1.5s`, `2min` or `1h`, or a number of seconds"
_PATTERN = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*([a-zµ]+)\s*")
_JSON_DURATION: dict[str, object] = {
    "anyOf": [
        {"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*(us|µs|ms|s|min|h)\s*$"},
        {"type": "number", "minimum": 0},
    ],
    "description": "A duration: 500us, 20ms, 1.5s, 2min, 1h, or a number of seconds.",
}


def parse_duration(value: object) -> Microseconds:
    """Microseconds of a written duration. Raises the pydantic error that explains itself."""
    amount, unit = _amount_and_unit(value)
    if unit not in UNITS:
        raise wrong(f"{quoted(value)} has no known unit", _EXPECTED)
    if amount < 0:
        raise wrong(f"{quoted(value)} is negative", "a duration of 0 or more")
    if amount * UNITS[unit] > LONGEST:
        raise wrong(f"{quoted(value)} is too long", "at most a year")
    return round(amount * UNITS[unit])


def _amount_and_unit(value: object) -> tuple[float, str]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value), "s"
    found = _PATTERN.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise wrong(f"{quoted(value)} is not a duration", _EXPECTED)
    return float(found.group(1)), found.group(2)


def format_duration(microseconds: Microseconds) -> str:
    """A duration as a scenario writes it, exactly, in the largest unit that suits it."""
    whole = next((unit for unit in ("h", "min") if microseconds % UNITS[unit] == 0), "s")
    fitting = (unit for unit in (whole, "s", "ms", "us") if microseconds >= UNITS[unit])
    unit = next(fitting, "s")
    return f"{microseconds / UNITS[unit]:.6f}".rstrip("0").rstrip(".") + unit


def _longer_than_nothing(value: object) -> Microseconds:
    microseconds = parse_duration(value)
    if microseconds == 0:
        raise wrong(f"{quoted(value)} is too short", "a duration longer than 0")
    return microseconds


Duration = Annotated[int, BeforeValidator(parse_duration), WithJsonSchema(_JSON_DURATION)]
"""Microseconds, 0 or more."""

Period = Annotated[int, BeforeValidator(_longer_than_nothing), WithJsonSchema(_JSON_DURATION)]
"""Microseconds, 1 or more."""


def _cut(microseconds: float) -> Microseconds:
    whole = round(microseconds)
    return whole if 0 <= whole <= LONGEST else min(max(whole, 0), LONGEST)


class Constant(Words):
    """Always the same duration."""

    value: Duration = Field(description="The duration.")

    def sample(self, random: Random) -> Microseconds:
        """The duration itself; draws nothing."""
        return self.value


class Uniform(Words):
    """Evenly between two durations."""

    low: Duration = Field(description="The shortest duration.")
    high: Duration = Field(description="The longest duration.")

    @model_validator(mode="after")
    def _ordered(self) -> Uniform:
        if self.low > self.high:
            raise wrong("`low` is above `high`", "`low` up to `high`", key="low")
        return self

    def sample(self, random: Random) -> Microseconds:
        """One duration in microseconds from low to high, both included."""
        return _cut(self.low + (self.high - self.low) * random.random())


class Exponential(Words):
    """Exponentially distributed: what has no memory."""

    mean: Duration = Field(description="The mean duration.")

    def sample(self, random: Random) -> Microseconds:
        """One duration in microseconds."""
        return _cut(-math.log(1.0 - random.random()) * self.mean)


class LogNormal(Words):
    """Log-normal: many short, few long ones, as in networks and among people."""

    median: Duration = Field(description="The median duration.")
    sigma: Number = Field(ge=0, le=10, description="Spread of the logarithm, 0 to 10.")

    def sample(self, random: Random) -> Microseconds:
        """One duration in microseconds."""
        return _cut(self.median * math.exp(self.sigma * random.normalvariate(0.0, 1.0)))


class Normal(Words):
    """Normal, cut at 0."""

    mean: Duration = Field(description="The mean duration.")
    deviation: Duration = Field(description="The standard deviation.")

    def sample(self, random: Random) -> Microseconds:
        """One duration in microseconds; what would be negative is 0."""
        return _cut(self.mean + self.deviation * random.normalvariate(0.0, 1.0))


class Choice(Words):
    """One of a list, each as likely."""

    of: tuple[Duration, ...] = Field(min_length=1, description="The durations to choose from.")

    def sample(self, random: Random) -> Microseconds:
        """One of the durations, in microseconds."""
        return self.of[int(random.random() * len(self.of))]


class Draw(Words):
    """A distribution of durations: one key that names it."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    constant: Duration | None = Field(None, description="Always this duration.")
    uniform: Uniform | None = Field(None, description="Evenly between `low` and `high`.")
    exponential: Exponential | None = Field(None, description="Exponential with a `mean`.")
    lognormal: LogNormal | None = Field(
        None, description="Log-normal with a `median`, and `sigma` as the spread."
    )
    normal: Normal | None = Field(
        None, description="Normal with a `mean` and a `deviation`, cut off at 0."
    )
    choice: tuple[Duration, ...] | None = Field(
        None, min_length=1, description="One of these durations, all equally likely."
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> Draw:
        if len(self.model_fields_set) != 1 or self.chosen() is None:
            names = ", ".join(f"`{name}`" for name in type(self).model_fields)
            raise wrong("a distribution needs exactly one key", f"one of {names}")
        return self

    def chosen(self) -> Distribution | None:
        """The distribution that the key names; None when its value is empty."""
        if self.constant is not None:
            return Constant.model_construct(value=self.constant)
        if self.choice is not None:
            return Choice.model_construct(of=self.choice)
        return self.uniform or self.exponential or self.lognormal or self.normal

    @property
    def distribution(self) -> Distribution:
        """The distribution that the key names."""
        chosen = self.chosen()
        assert chosen is not None
        return chosen


def as_distribution(value: Microseconds | Draw) -> Distribution:
    """The distribution that a written duration or distribution stands for."""
    return value.distribution if isinstance(value, Draw) else Constant.model_construct(value=value)


DurationOrDraw = Annotated[Duration | Draw, ByKeys()]
"""A duration in microseconds, or a distribution of durations."""
