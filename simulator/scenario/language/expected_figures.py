"""Figures that a scenario can expect, and the limits that they must keep."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from simulator.scenario.figures import FIGURES, Unit
from simulator.scenario.language.durations import parse_duration
from simulator.scenario.language.words import (
    Words,
    nearest,
    parse_number,
    parse_share,
    quoted,
    wrong,
)


def _close(left: float, right: float) -> bool:
    return left == right or math.isclose(left, right, rel_tol=1e-9)


COMPARATORS: dict[str, Callable[[float, float], bool]] = {
    "at_most": lambda measured, limit: measured <= limit or _close(measured, limit),
    "at_least": lambda measured, limit: measured >= limit or _close(measured, limit),
    "equals": _close,
    "below": operator.lt,
    "above": operator.gt,
}
"""How a measured value is held against a limit, by the word that the scenario uses."""


def _parse_time(value: object) -> float:
    return math.inf if value == "never" else float(parse_duration(value))


def _parse_count(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise wrong(f"{quoted(value)} is not a count", "a whole number of 0 or more")
    return float(value)


def _parse_ratio(value: object) -> float:
    number = parse_number(value)
    if number < 0:
        raise wrong(f"{quoted(value)} is negative", "a number of 0 or more")
    return number


_PARSERS: dict[Unit, Callable[[object], float]] = {
    "time": _parse_time,
    "share": parse_share,
    "count": _parse_count,
    "ratio": _parse_ratio,
}


def _known_figure(value: object) -> object:
    if not isinstance(value, str) or value not in FIGURES:
        raise wrong(f"unknown figure {quoted(value)}", nearest(str(value), FIGURES))
    return value


FigureName = Annotated[
    str,
    BeforeValidator(_known_figure),
    Field(json_schema_extra={"enum": list(FIGURES)}),
]
Limit = Annotated[
    object,
    Field(
        json_schema_extra={"type": ["string", "number"]},
    ),
]


def check_limits(name: str, limits: tuple[object, ...]) -> None:
    """Raise the pydantic error for what is expected without a limit."""
    if not limits:
        words = ", ".join(f"`{word}`" for word in COMPARATORS)
        raise wrong(f"`{name}` has no limit", f"one of {words}")


class FigureExpectation(Words):
    """A figure and its limits. At least one of the five comparisons is needed."""

    figure: FigureName = Field(description="The figure, by its name.")
    at_most: Limit = Field(None, description="Not more than this duration, share, count or number.")
    at_least: Limit = Field(None, description="Not less than this.")
    equals: Limit = Field(None, description="Exactly this; `never` is a time that never came.")
    below: Limit = Field(None, description="Less than this.")
    above: Limit = Field(None, description="More than this.")

    @model_validator(mode="after")
    def _limits_fit(self) -> FigureExpectation:
        check_limits(self.figure, self.limits)
        return self

    @property
    def unit(self) -> Unit:
        """The unit in which `limits` are given."""
        return FIGURES[self.figure]

    @property
    def limits(self) -> tuple[tuple[str, float], ...]:
        """(comparator, limit) pairs, the limit in the figure's unit; `never` is infinite."""
        given = [(word, getattr(self, word)) for word in COMPARATORS]
        return tuple((word, self._parsed(word, raw)) for word, raw in given if raw is not None)

    def _parsed(self, word: str, raw: object) -> float:
        try:
            return _PARSERS[self.unit](raw)
        except Exception as error:
            context = getattr(error, "context", None)
            if context is None:
                raise
            raise wrong(context["problem"], context["expected"], key=word) from None

    def holds(self, measured: float) -> bool:
        """Whether a measured value, in the figure's unit, keeps every limit."""
        return all(COMPARATORS[word](measured, limit) for word, limit in self.limits)
