"""When things happen: at a moment, again and again, or at random moments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count, islice, repeat
from random import Random
from typing import Annotated

from pydantic import Field, model_validator

from simulator.scenario.language.durations import Draw, Duration, Period
from simulator.scenario.language.words import ByKeys, Positive, Words, wrong
from simulator.scenario.plan import Microseconds
from simulator.scenario.source import PartError


class Ramp(Words):
    """One after the other: the first at `starting`, each next one `every` later."""

    every: Period = Field(description="From one to the next.")
    starting: Duration = Field("0s", validate_default=True, description="When the first one is.")

    def moments(self) -> Iterator[Microseconds]:
        """The moments, without an end."""
        return count(self.starting, self.every)


class Repeat(Words):
    """Again and again."""

    every: Period = Field(description="From one time to the next.")
    starting: Duration = Field("0s", validate_default=True, description="When the first time is.")
    times: Positive | None = Field(None, description="How often.")
    until: Duration | None = Field(None, description="No more after this time.")

    @model_validator(mode="after")
    def _in_order(self) -> Repeat:
        if self.until is not None and self.until < self.starting:
            raise wrong("`until` is before `starting`", "`starting` or later", key="until")
        return self

    @property
    def endless(self) -> bool:
        """Whether nothing says when it is over."""
        return self.times is None and self.until is None

    def how_often(self, end: Microseconds) -> int:
        """How many times; `end` counts where neither `times` nor `until` is given."""
        if self.times is not None and self.until is None:
            return self.times
        last = end if self.until is None else self.until
        fitting = 0 if last < self.starting else (last - self.starting) // self.every + 1
        return fitting if self.times is None else min(self.times, fitting)

    def moments(self, end: Microseconds) -> Iterator[Microseconds]:
        """Each of the times."""
        return islice(count(self.starting, self.every), self.how_often(end))

    def check(self, end: Microseconds, most: int, *, run_is_open: bool) -> None:
        """Raise PartError for what cannot be planned in a run that plans up to `end`."""
        if self.endless and run_is_open:
            problem = "repeats forever, so the run never converges"
            raise PartError(problem, "`times` or `until`", "at")
        if self.how_often(end) > most:
            raise PartError(f"{self.how_often(end):,} times", f"at most {most:,}", "at")


EachAt = Annotated[Duration | Ramp | Draw, ByKeys()]
"""When each of several things happens: all at once, one after the other, or at random."""


def moments_of(at: Ramp | Draw | Microseconds, seeds: Iterable[str]) -> Iterator[Microseconds]:
    """When each of several things happens; one that is drawn has a seed of its own."""
    if isinstance(at, Ramp):
        return at.moments()
    if isinstance(at, Draw):
        return (at.distribution.sample(Random(seed)) for seed in seeds)
    return repeat(at)


RepeatedAt = Annotated[Duration | Repeat, ByKeys()]
"""When an entry of the timeline happens: once, or again and again."""
