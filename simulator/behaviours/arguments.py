"""Arguments of behaviours, written as in a scenario and checked as there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar, cast

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from simulator.scenario.language.durations import (
    Draw,
    Duration,
    DurationOrDraw,
    Period,
    as_distribution,
)
from simulator.scenario.language.presence import Priority, Show, Status, presence_change
from simulator.scenario.language.words import (
    Flag,
    Number,
    Positive,
    Share,
    Text,
    Words,
    quoted,
    wrong,
)
from simulator.scenario.plan import Distribution, Microseconds, PresenceChange

_T = TypeVar("_T")


class Look(Words):
    """How an agent looks to others: at least one of show, status and priority."""

    show: Show | None = Field(None, description="none, chat, away, xa or dnd.")
    status: Status | None = Field(None, description="A text, or texts by language.")
    priority: Priority | None = Field(None, description="Priority, -128 to 127.")

    @model_validator(mode="before")
    @classmethod
    def _word(cls, value: object) -> object:
        return {"show": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _says_something(self) -> Look:
        if not self.model_fields_set:
            raise wrong("nothing is shown", "`show`, `status` or `priority`")
        return self

    @property
    def change(self) -> PresenceChange:
        """The look as a change of presence."""
        return presence_change(self.show, self.status, self.priority)


_DURATION_OR_DRAW: TypeAdapter[Microseconds | Draw] = TypeAdapter(DurationOrDraw)
_DURATION: TypeAdapter[int] = TypeAdapter(Duration)
_PERIOD: TypeAdapter[int] = TypeAdapter(Period)
_SHARE: TypeAdapter[float] = TypeAdapter(Share)
_COUNT: TypeAdapter[int] = TypeAdapter(Positive)
_PEERS: TypeAdapter[list[str]] = TypeAdapter(Annotated[list[Text], Field(min_length=1)])
_LOOK: TypeAdapter[Look] = TypeAdapter(Look)
_LOOKS: TypeAdapter[dict[str, Look]] = TypeAdapter(Annotated[dict[Text, Look], Field(min_length=1)])
_FLAG: TypeAdapter[bool] = TypeAdapter(Flag)
_WEIGHTS: TypeAdapter[dict[str, float]] = TypeAdapter(
    Annotated[dict[Text, Annotated[Number, Field(gt=0)]], Field(min_length=1)]
)


def distribution(name: str, value: object) -> Distribution:
    """A time as a distribution. An object that samples is taken as it is."""
    if callable(getattr(value, "sample", None)) and not isinstance(value, Draw):
        return cast(Distribution, value)
    return as_distribution(_checked(_DURATION_OR_DRAW, name, value))


def period(name: str, value: object) -> Microseconds:
    """Microseconds, more than none."""
    return _checked(_PERIOD, name, value)


def time_of_day(name: str, value: object, day: Microseconds) -> Microseconds:
    """Microseconds from midnight, less than a day has."""
    time: Microseconds = _checked(_DURATION, name, value)
    if time >= day:
        raise ValueError(f"{name}: {quoted(value)} is not within a day (expected less)")
    return time


def share(name: str, value: object) -> float:
    """A number from 0 to 1, also written as a percentage."""
    return _checked(_SHARE, name, value)


def count(name: str, value: object) -> int | None:
    """A whole number, 1 or more; None stays None."""
    return None if value is None else _checked(_COUNT, name, value)


def peers(name: str, value: object) -> list[str]:
    """A list of peers, or one alone."""
    return _checked(_PEERS, name, [value] if isinstance(value, str) else value)


def look(name: str, value: object) -> Look:
    """A show's word, or a mapping with show, status and priority."""
    return _checked(_LOOK, name, value)


def looks(name: str, value: object) -> dict[str, Look]:
    """Looks by name. In a list a show is its own name, the first time that it is there; all others
    are called by their place, from 0.
    """
    found: dict[str, Look] = _checked(
        _LOOKS, name, _named(value) if isinstance(value, list | tuple) else value
    )
    return found


def _named(looks: Sequence[object]) -> dict[str, object]:
    named: dict[str, object] = {}
    for place, one in enumerate(looks):
        named[one if isinstance(one, str) and one not in named else str(place)] = one
    return named


def flag(name: str, value: object) -> bool:
    """True or false."""
    return _checked(_FLAG, name, value)


def weights(name: str, value: object) -> dict[str, float]:
    """Names with weights above 0."""
    return _checked(_WEIGHTS, name, value)


def choice(name: str, value: object, words: Sequence[str]) -> str:
    """One of a few words."""
    if value not in words:
        listed = ", ".join(f"`{word}`" for word in words)
        raise ValueError(f"{name}: {quoted(value)} is not known here (expected one of {listed})")
    return str(value)


def _checked(adapter: TypeAdapter[_T], name: str, value: object) -> _T:
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        raise ValueError(_explained(name, error)) from None


def _explained(name: str, error: ValidationError) -> str:
    """The first thing that is wrong, in the words of a scenario's faults."""
    details = error.errors(include_url=False)[0]
    steps = [str(step) for step in details["loc"] if not str(step).startswith("<")]
    context = details.get("ctx", {})
    problem = context.get("problem") or f"{quoted(details['input'])}: {details['msg']}"
    expected = f" (expected {context['expected']})" if context.get("expected") else ""
    return f"{'.'.join([name, *steps])}: {problem}{expected}"
