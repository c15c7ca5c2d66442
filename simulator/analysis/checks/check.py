"""One thing that must hold, and how it is told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from simulator.analysis.quantities import seconds_text
from simulator.journal.records import SECOND

SHOWN = 5
"""At most so many pieces of evidence are named; the rest is counted."""


class Offender(NamedTuple):
    """Who made a check fail, in a sentence; where to look at it.

    `t`: when, in microseconds; None: not at one time. `agents`: one, or a watcher and its contact.
    """

    text: str
    t: int | None = None
    agents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold. `unknown`: the evidence does not say.

    `found`: who made it fail, the worst first, besides whom the evidence names; `named`: the first
    of those. `place`: where the expectation stands in the scenario's file, as far as that is known.
    """

    text: str
    verdict: Literal["pass", "fail", "unknown"]
    evidence: str
    found: tuple[Offender, ...] = ()
    place: str = ""
    named: Offender | None = None

    @property
    def offenders(self) -> tuple[str, ...]:
        """Who made it fail, one sentence each."""
        return tuple(one.text for one in self.found)

    @property
    def moment(self) -> Offender | None:
        """The worst offender that has a time, to look at."""
        known = (self.named, *self.found)
        return next((one for one in known if one is not None and one.t is not None), None)

    @property
    def told(self) -> str:
        """The evidence, and the place of an expectation that does not hold."""
        wrong = self.place and self.verdict != "pass"
        return f"{self.evidence} ({self.place})" if wrong else self.evidence


def some(items: Sequence[str]) -> str:
    """The first few items, and how many more there are."""
    more = f", and {len(items) - SHOWN} more" if len(items) > SHOWN else ""
    return ", ".join(items[:SHOWN]) + more


def value_text(value: float, unit: str) -> str:
    """A measured value in its unit: times (µs) as seconds, shares in percent, ratios as they are.

    A share that is not quite nothing, or not quite all, never reads as that.
    """
    if unit != "share":
        return limit_text(value, unit)
    text = f"{100 * value:.4g}"
    if "e" in text:
        return "<0.0001%"
    return ">99.99%" if text == "100" and value < 1 else f"{text}%"


def limit_text(value: float, unit: str) -> str:
    """A limit in its unit, exactly."""
    if math.isinf(value):
        return "never"
    if unit == "time":
        return seconds_text(value / SECOND, ".6g")
    if unit == "share":
        return f"{100 * value:.10g}%"
    return f"{value:.0f}" if unit == "count" else f"{value:.6g}"
