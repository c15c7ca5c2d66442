"""Columns of numbers for the replay page: what changes over time, small enough to embed.

A `Track` holds many `Steps` behind each other. Times are microseconds, each one as the difference
to the one before it; values are places in a list of words.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypedDict, TypeVar

from simulator.analysis.states import Steps

V = TypeVar("V")
K = TypeVar("K", bound=Hashable)


class Table(Generic[K]):
    """Numbers for values: each new value gets the next one. `values` has them in order."""

    __slots__ = ("_numbers", "values")

    def __init__(self, values: Iterable[K] = ()) -> None:
        self.values: list[K] = list(values)
        self._numbers = {value: number for number, value in enumerate(self.values)}

    def number(self, value: K) -> int:
        """The number of a value."""
        known = self._numbers.get(value)
        if known is None:
            known = self._numbers[value] = len(self.values)
            self.values.append(value)
        return known


class Track(TypedDict):
    """Steps behind each other.

    `words`: the values that there are. `n`: how many steps each one has. `t`: their times, the
    first of each from 0 on, and the others from the one before. `v`: the values, by `words`.
    """

    words: list[str | None]
    n: list[int]
    t: list[int]
    v: list[int]


def track(steps: Iterable[Steps[V] | None], word: Callable[[V], str | None]) -> Track:
    """The track of these steps; None has no step. `word` names a value."""
    words: Table[str | None] = Table()
    known: dict[V, int] = {}
    counts, times, values = [], [], []
    for one in steps:
        if one is None:
            counts.append(0)
            continue
        counts.append(len(one.times))
        times += differences(one.times)
        for value in one.values:
            place = known.get(value)
            if place is None:
                place = known[value] = words.number(word(value))
            values.append(place)
    return {"words": words.values, "n": counts, "t": times, "v": values}


def differences(times: Iterable[int]) -> list[int]:
    """Each time as the difference to the one before; the first one as it is."""
    before, found = 0, []
    for t in times:
        found.append(t - before)
        before = t
    return found
