"""Disturbances in a picture of time: numbered lines, shaded spans, and a key under the axes."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from simulator.analysis.folds.phases import Phase
from simulator.analysis.quantities import time_text
from simulator.analysis.run import Run
from simulator.journal.records import SECOND
from simulator.report.plots.style import GREY, MUTED
from simulator.report.plots.time.faults import fault_texts, faults_of

MOST = 8
"""The key names so many disturbances; the rest are counted."""
WIDTH = 165
"""Letters in a line of the key."""
_NO_BREAK = "\N{NO-BREAK SPACE}"
_NEAR = 0.025
"""Numbers closer than this share of the width would overlap."""


def mark(axes: Axes, phases: Sequence[Phase], *, numbers: bool = True) -> None:
    """A dotted line at each disturbance, shaded from its phase's first action.

    Numbers that would overlap are put together: 2-4. Call it when the limits of the time axis
    are set.
    """
    left, right = axes.get_xlim()
    near: list[tuple[float, list[int]]] = []
    for number, phase in enumerate(phases, 1):
        begin, disturbance = phase.begin / SECOND, phase.disturbance / SECOND
        if not left <= disturbance <= right:
            continue
        if disturbance > begin:
            axes.axvspan(max(begin, left), disturbance, color=GREY, alpha=0.15, lw=0, zorder=0)
        axes.axvline(disturbance, color=MUTED, lw=0.9, ls=":")
        if near and disturbance - near[-1][0] < _NEAR * (right - left):
            near[-1][1].append(number)
        else:
            near.append((disturbance, [number]))
    for time, several in near if numbers else ():
        _number(axes, time, several)


def _number(axes: Axes, time: float, numbers: list[int]) -> None:
    axes.annotate(
        str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}-{numbers[-1]}",
        (time, 1),
        xycoords=("data", "axes fraction"),
        xytext=(0, 2),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=8,
        color=MUTED,
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


def key(figure: FigureBase, run: Run) -> None:
    """Name numbers and shading in small type under the picture."""
    figure.supxlabel(key_text(run), x=0.01, ha="left", fontsize=8, color=MUTED)


def _short(name: str) -> str:
    origins = name.split(" + ")
    return name if len(origins) < 3 else f"{origins[0]} + {len(origins) - 1} more"
