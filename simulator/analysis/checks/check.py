"""One thing that must hold, and how it is told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from simulator.analysis.quantities import seconds_text
from simulator.journal.records import SECOND

SHOWN = 5
"""At most so many pieces of evidence are named; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold. `unknown`: the evidence does not say.

    `offenders`: who made a figure fail, the worst first, one sentence each. `place`: where the
    expectation stands in the scenario's file, as far as that is known.
    """

    text: str
    verdict: Literal["pass", "fail", "unknown"]
    evidence: str
    offenders: tuple[str, ...] = ()
    place: str = ""

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
