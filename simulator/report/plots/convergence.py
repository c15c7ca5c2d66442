"""Convergence of rosters and availability over time, with the disturbances marked."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter
from typing import NamedTuple, get_args

from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.ticker import PercentFormatter

from simulator.analysis.figures.named import Figure as Measured
from simulator.analysis.folds.time_to_converge import Converged, window, worst
from simulator.analysis.quantities import time_text
from simulator.analysis.run import Run
from simulator.analysis.states import ConvergenceOf, Share, Steps
from simulator.journal.records import SECOND
from simulator.report.plots.style import (
    BLUE,
    GREEN,
    LINE,
    MUTED,
    PAPER,
    VERMILION,
    entitle,
    picture,
)
from simulator.report.plots.time.axis import SINCE_START, time_axis
from simulator.report.plots.time.disturbances import key, key_text, mark
from simulator.report.plots.time.faults import Fault, faults_of, shade
from simulator.report.plots.view import View

BINS = 800
"""If there are more changes, the mean and the lowest share in so many equal spans are drawn."""
CLOSE_ENOUGH = 0.25
"""No close-up where the slowest phase fills this share of the whole time anyway."""


@dataclass(frozen=True, slots=True)
class _Panel:
    """A row of the picture: a share over time, and the phase that converged slowest.

    `number`: that phase's, counted from 1.
    """

    label: str
    colour: str
    series: Steps[Share]
    slowest: Converged | None
    number: int


class _Points(NamedTuple):
    """What is drawn: from each time on, the mean share and the lowest; not a number: undefined."""

    times: list[int]
    mean: list[float]
    lowest: list[float]


@picture(agents=False)
def plot_convergence(run: Run, view: View) -> FigureBase:
    """What has converged over time: watches, rosters, availability; beside it close-ups."""
    phases = run.measurement.phases
    panels = [
        _panel(run, "declared", "declared watches\nin force", GREEN),
        _panel(run, "roster", "roster entries\nserved as expected", BLUE),
        _panel(run, "availability", "watches\nseen as it is", VERMILION),
    ]
    figure = view.canvas(11, 7.6 + 0.16 * key_text(run).count("\n"))
    close = [row for row, panel in enumerate(panels) if _deserves_close_up(panel, view)]
    widths = [2.4, 1] if close else [1]
    grid = figure.add_gridspec(len(panels), len(widths), width_ratios=widths)
    axes = [figure.add_subplot(grid[row, 0]) for row in range(len(panels))]
    faults, above = faults_of(run), 0.0
    for row, panel in enumerate(panels):
        _draw(axes[row], panel, view.begin, view.end)
        _say_how_long(axes[row], panel, view.begin, view.end)
        mark(axes[row], phases, numbers=row == 0)
        above += shade(axes[row], faults, names=row == 0)
        axes[row].set_ylabel(panel.label)
        time_axis(axes[row], "" if row < len(panels) - 1 else SINCE_START)
    for row in close:
        _close_up(figure.add_subplot(grid[row, 1]), panels[row], view.end, faults)
    entitle(axes[0], _title(run), _subtitle(run), room=16 + above, across=True)
    key(figure, run)
    return figure


def _panel(run: Run, of: ConvergenceOf, label: str, colour: str) -> _Panel:
    slowest = worst(run.measurement.time_to_converge(of))
    number = run.measurement.phases.index(slowest.phase) + 1 if slowest else 0
    return _Panel(label, colour, run.measurement.states.convergence[of], slowest, number)


def _draw(axes: Axes, panel: _Panel, begin: int, end: int, origin: int = 0) -> None:
    """The share from `begin` to `end`; what is missing to 100 % is tinted.

    Where many changes are put together, the line is their mean, and the lowest is a lighter tint.
    """
    points = _points(panel.series, begin, end)
    seconds = [(t - origin) / SECOND for t in points.times]
    axes.set_xlim((begin - origin) / SECOND, (end - origin) / SECOND)
    axes.set_ylim(-0.04, 1.06)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(axis="y", color=LINE, lw=0.6)
    axes.set_axisbelow(True)
    if all(math.isnan(value) for value in points.mean):
        axes.text(0.5, 0.5, "nothing to converge", transform=axes.transAxes, ha="center")
        return
    all_right = [1.0] * len(seconds)
    tints = [(points.mean, all_right, 0.22), (points.lowest, points.mean, 0.4)]
    for low, high, alpha in tints if points.lowest != points.mean else tints[:1]:
        axes.fill_between(seconds, low, high, step="post", color=panel.colour, lw=0, alpha=alpha)
    axes.step(seconds, points.mean, where="post", color=panel.colour, lw=1.6)


def _points(series: Steps[Share], begin: int, end: int) -> _Points:
    """What to draw from `begin` to `end`."""
    times, shares = window(series, begin, end, closed=True)
    values = [right / total if total else math.nan for right, total in shares]
    found = _Points(times, values, values)
    if len(times) > BINS:
        found = _binned(times, values, begin, end)
    return _Points([*found.times, end], [*found.mean, found.mean[-1]], [*found.lowest, values[-1]])


def _binned(times: list[int], values: list[float], begin: int, end: int) -> _Points:
    """The mean and the lowest of the values that hold in each of `BINS` equal spans."""
    edges = [begin + (end - begin) * number // BINS for number in range(BINS + 1)]
    means, lowest = [], []
    for left, right in pairwise(edges):
        first = max(bisect_right(times, left) - 1, 0)
        after = max(bisect_left(times, right), first + 1)
        held = values[first:after]
        bounds = [left, *times[first + 1 : after], right]
        means.append(_mean(held, [last - since for since, last in pairwise(bounds)]))
        lowest.append(_least(held))
    drawn = zip(edges[:-1], means, lowest, strict=True)
    changed = [next(same) for _, same in groupby(drawn, key=itemgetter(1, 2))]
    return _Points(*(list(column) for column in zip(*changed, strict=True)))


def _mean(values: list[float], lengths: list[int]) -> float:
    """The mean over time of the defined values; not a number where none is defined."""
    defined = [
        (value, length)
        for value, length in zip(values, lengths, strict=True)
        if not math.isnan(value)
    ]
    whole = sum(length for _, length in defined)
    return sum(value * length for value, length in defined) / whole if whole else math.nan


def _least(values: list[float]) -> float:
    """The least of the defined values; not a number where none is defined."""
    return min([value for value in values if not math.isnan(value)], default=math.nan)


def _say_how_long(axes: Axes, panel: _Panel, begin: int, end: int) -> None:
    """How much of the time the share was below 100 %, in a corner of the panel."""
    times, shares = window(panel.series, begin, end, closed=True)
    spans = zip(shares, pairwise([*times, end]), strict=True)
    lengths = [(share.right < share.total, last - since) for share, (since, last) in spans]
    below = sum(length for missing, length in lengths if missing)
    if not any(share.total for share in shares):
        return
    text = (
        f"below 100 % for {time_text(below / SECOND)} of {time_text((end - begin) / SECOND)}"
        if below
        else "never below 100 %"
    )
    axes.text(
        *(0.99, 0.06, text),
        transform=axes.transAxes,
        ha="right",
        fontsize=9,
        color=MUTED,
        bbox={"boxstyle": "square,pad=0.2", "fc": PAPER, "ec": "none", "alpha": 0.85},
    )


def _deserves_close_up(panel: _Panel, view: View) -> bool:
    slowest = panel.slowest
    if slowest is None or not view.begin <= slowest.phase.disturbance < view.end:
        return False
    return 0 < (slowest.time or 0) < CLOSE_ENOUGH * (view.end - view.begin)


def _close_up(axes: Axes, panel: _Panel, end: int, faults: list[Fault]) -> None:
    """The slowest phase, with a vertical axis that begins near the lowest share in it."""
    slowest = panel.slowest
    assert slowest is not None
    assert slowest.time is not None
    phase = slowest.phase
    begin = max(0, phase.disturbance - slowest.time // 5)
    last = min(phase.disturbance + slowest.time * 3 // 2, end)
    _draw(axes, panel, begin, last, phase.disturbance)
    lowest = _least(_points(panel.series, begin, last).lowest)
    if lowest > 0.5:
        margin = (1 - lowest) * 0.1 or 0.01
        axes.set_ylim(lowest - margin, 1 + margin)
    origin = phase.disturbance / SECOND
    shade(axes, [fault.on_axis(origin) for fault in faults], names=False)
    axes.axvline(0, color=MUTED, lw=0.9, ls=":")
    axes.axvline(slowest.time / SECOND, color=panel.colour, lw=0.9, ls="--")
    title = f"close up: {time_text(slowest.time / SECOND)} after disturbance {panel.number}"
    axes.set_title(title, fontsize=9, color=MUTED)
    time_axis(axes, "time since the disturbance")


def _title(run: Run) -> str:
    started = run.measurement.info.run
    return f"{started.name if started else 'Run'}: convergence over time"


def _subtitle(run: Run) -> str:
    agents = len(run.measurement.info.planned)
    declared, rosters, available = (
        _time(run.figures[f"time_to_converge.{of}_s"]) for of in get_args(ConvergenceOf)
    )
    changes = [len(series.times) for series in run.measurement.states.convergence.values()]
    drawn = (
        f" · line: the mean in each 1/{BINS} of the time, below it tinted: the lowest"
        if max(changes) > BINS
        else ""
    )
    return (
        f"{agents:,} agents · slowest time to converge: declared watches {declared}, "
        f"rosters {rosters}, availability {available}{drawn}"
    )


def _time(figure: Measured) -> str:
    """A time to converge in words."""
    if figure.value is None:
        return "not defined"
    return "never" if math.isinf(figure.value) else time_text(figure.value)
