"""Disturbances in a picture of time: numbered lines, shaded spans, and a key under the axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from simulator.analysis.folds.phases import Phase
from simulator.analysis.run import Run
from simulator.journal.records import SECOND
from simulator.report.plots.faults import fault_texts, faults_of, time_text
from simulator.report.plots.style import GREY

MOST = 8
"""The key names so many disturbances; the rest are counted."""
WIDTH = 165
"""Letters in a line of the key."""
_NO_BREAK = "\N{NO-BREAK SPACE}"
_NEAR = 0.015
"""Numbers closer than this share of the width would overlap: the later one is left out."""


def mark(axes: Axes, phases: Sequence[Phase], *, numbers: bool = True) -> None:
    """A dotted line at each disturbance, shaded from its phase's first action.

    Call it when the limits of the time axis are set.
    """
    left, right = axes.get_xlim()
    last = -math.inf
    for number, phase in enumerate(phases, 1):
        begin, disturbance = phase.begin / SECOND, phase.disturbance / SECOND
        if not left <= disturbance <= right:
            continue
        if disturbance > begin:
            axes.axvspan(max(begin, left), disturbance, color=GREY, alpha=0.15, lw=0, zorder=0)
        axes.axvline(disturbance, color="#444444", lw=0.9, ls=":")
        if numbers and (disturbance - last) >= _NEAR * (right - left):
            _number(axes, disturbance, number)
            last = disturbance


def _number(axes: Axes, time: float, number: int) -> None:
    axes.annotate(
        str(number),
        (time, 1),
        xycoords=("data", "axes fraction"),
        xytext=(0, 2),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=8,
        color="#444444",
    )


def key_text(run: Run) -> str:
    """What the numbers and the shading stand for, in a few lines."""
    lines = [_lines("dotted: disturbances, ", _phases(run.measurement.phases))]
    if faults := fault_texts(faults_of(run)):
        lines.append(_lines("dark red lines and shading: faults, ", faults))
    return "\n".join(lines)


def _lines(what: str, named: list[str]) -> str:
    """Lines of the key, broken between what is named and not within it."""
    whole = f"{_NO_BREAK}· ".join(name.replace(" ", _NO_BREAK) for name in named)
    return fill(what + whole, WIDTH, break_on_hyphens=False).replace(_NO_BREAK, " ")


def _phases(phases: Sequence[Phase]) -> list[str]:
    named = [
        f"{number} {_short(phase.name)} ({time_text(phase.disturbance / SECOND)})"
        for number, phase in enumerate(phases[:MOST], 1)
    ]
    if len(phases) > MOST:
        named.append(f"and {len(phases) - MOST} more")
    return named


def key(figure: Figure, run: Run) -> None:
    """Name numbers and shading in small type under the picture; call it last."""
    text, inch = key_text(run), 1 / figure.get_figheight()
    figure.text(0.02, 0.05 * inch, text, fontsize=8, color="#444444", in_layout=False)
    below = (0.24 + 0.16 * text.count("\n")) * inch
    engine = figure.get_layout_engine()
    assert isinstance(engine, ConstrainedLayoutEngine)
    engine.set(rect=(0, below, 1, 1 - below))


def _short(name: str) -> str:
    origins = name.split(" + ")
    return name if len(origins) < 3 else f"{origins[0]} + {len(origins) - 1} more"
