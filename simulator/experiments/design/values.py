"""The values that something takes: as the scenario has them, and as the table has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic_core import PydanticCustomError

from simulator.experiments.design.language import Range, Span
from simulator.scenario.language.durations import parse_duration
from simulator.scenario.language.words import parse_share, quoted
from simulator.scenario.reading.scalars import flow_yaml
from simulator.scenario.source import PartError

Cell = bool | int | float | str | None
Kind = Literal["flag", "whole", "number", "text"]
"""What a column of the table holds."""

_Array = NDArray[np.float64]
MOST_VALUES = 100_000
_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table for something that varies. Times are in seconds, named ``_s``."""

    name: str
    kind: Kind


def tabulated(path: str, values: Sequence[object]) -> tuple[Column, list[Cell]]:
    """The column of values that a scenario takes, and what it holds of each of them."""
    if all(isinstance(value, bool) for value in values):
        return Column(path, "flag"), [bool(value) for value in values]
    if all(map(_is_whole, values)):
        return Column(path, "whole"), [_number(value, int) for value in values]
    if all(map(_is_number, values)):
        return Column(path, "number"), [_number(value, float) for value in values]
    for name, parse in ((path, parse_share), (f"{path}_s", _seconds)):
        numbers = [_parsed(value, parse) for value in values]
        if None not in numbers:
            return Column(name, "number"), list(numbers)
    return Column(path, "text"), [_text(value) for value in values]


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, float) or _is_whole(value)


def _number(value: object, as_: type[int] | type[float]) -> int | float:
    assert isinstance(value, int | float)
    return as_(value)


def _seconds(value: object) -> float:
    return parse_duration(value) / _SECOND


def _parsed(value: object, parse: Callable[[object], float]) -> float | None:
    """What a text with a unit stands for; None for anything else."""
    try:
        return parse(value) if isinstance(value, str) else None
    except PydanticCustomError:
        return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else flow_yaml(value)


# --- ranges ---


@dataclass(frozen=True, slots=True)
class _Measure:
    """How a number is read from a document and written into one."""

    read: Callable[[object], float]
    write: Callable[[float], object]


def _plain(value: object) -> float:
    return float(_number(value, float))


_WHOLE = _Measure(_plain, round)
_NUMBER = _Measure(_plain, lambda number: float(f"{number:.6g}"))
_SHARE = _Measure(parse_share, lambda number: float(f"{number:.6g}"))
_DURATION = _Measure(
    lambda value: float(parse_duration(value)), lambda number: f"{round(number)}us"
)


def _measure(start: object, to: object, key: str) -> _Measure:
    """What both ends of a range are. Raises PartError."""
    ends = (start, to)
    if all(map(_is_whole, ends)):
        return _WHOLE
    if all(map(_is_number, ends)):
        return _NUMBER
    for measure in (_SHARE, _DURATION):
        if None not in [_parsed(end, measure.read) for end in ends]:
            return measure
    raise PartError(
        f"{quoted(start)} and {quoted(to)} are no two ends of a range",
        "two numbers, two durations or two shares",
        key,
    )


def values_of(words: Range) -> list[object]:
    """The values of a range, as a scenario has them. Raises PartError."""
    measure = _measure(words.start, words.to, "from")
    start, to = measure.read(words.start), measure.read(words.to)
    numbers: _Array
    if words.points is not None:
        if words.points > MOST_VALUES:
            raise PartError(f"{words.points} are too many", f"at most {MOST_VALUES}", "points")
        numbers = _spaced(words.scale, start, to, words.points)
    else:
        step = _step(measure, words)
        count = (to - start) / step
        if not 0 <= count < MOST_VALUES:
            expected = f"a step that leads from `from` to `to`, in at most {MOST_VALUES} steps"
            raise PartError(f"{quoted(words.step)} does not fit", expected, "step")
        numbers = start + step * np.arange(int(count + 1e-9) + 1, dtype=np.float64)
    return list(dict.fromkeys(measure.write(float(number)) for number in numbers))


def _step(measure: _Measure, words: Range) -> float:
    fits = _is_whole(words.step) if measure is _WHOLE else True
    try:
        step = measure.read(words.step) if fits else 0.0
    except (PydanticCustomError, AssertionError):
        step = 0.0
    if not step:
        raise PartError(
            f"{quoted(words.step)} is no step", "a number, duration or share as `from` is", "step"
        )
    return step


def _spaced(scale: str, start: float, to: float, points: int) -> _Array:
    if scale == "linear":
        return np.linspace(start, to, points)
    _check_log(start, to)
    return np.geomspace(start, to, points)


def _check_log(start: float, to: float) -> None:
    if min(start, to) <= 0:
        raise PartError("0 has no place on a logarithmic scale", "`from` and `to` above 0", "from")


def sampled(words: Span, places: Sequence[float]) -> list[object]:
    """The values at places from 0 to 1 between the ends of a span. Raises PartError."""
    measure = _measure(words.start, words.to, "from")
    start, to = measure.read(words.start), measure.read(words.to)
    if start >= to:
        raise PartError("`from` is not below `to`", "`from` below `to`", "from")
    if measure is _WHOLE:  # each whole number has the same share of the range
        return [min(int(start + place * (to - start + 1)), int(to)) for place in places]
    if words.scale == "log":
        _check_log(start, to)
        return [measure.write(float(start * (to / start) ** place)) for place in places]
    return [measure.write(start + place * (to - start)) for place in places]
