"""Convergence of rosters and availability over time, with the disturbances marked."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from simulator.analysis.figures.named import Figure as Measured
from simulator.analysis.folds.time_to_converge import Converged, window, worst
from simulator.analysis.run import Run
from simulator.analysis.states import ConvergenceOf, Share, Steps
from simulator.journal.records import SECOND
from simulator.report.plots.disturbances import key, key_text, mark
from simulator.report.plots.faults import Fault, faults_of, shade
from simulator.report.plots.style import BLUE, GREEN, VERMILION, entitle, new_figure, picture

BINS = 1_200
"""If there are more changes, the lowest share in each of so many equal spans is drawn."""
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


@picture
def plot_convergence(run: Run) -> Figure:
    """What has converged over time: watches, rosters, availability; beside it close-ups."""
    found = run.measurement
    panels = [
        _panel(run, "declared", "declared watches\nin force", GREEN),
        _panel(run, "roster", "roster entries\nserved as expected", BLUE),
        _panel(run, "availability", "watches\nseen as it is", VERMILION),
    ]
    end = max(found.end, 1)
    figure = new_figure(11, 7.6 + 0.16 * key_text(run).count("\n"))
    close = [number for number, panel in enumerate(panels) if _deserves_close_up(panel, end)]
    widths = [2.4, 1] if close else [1]
    grid = figure.add_gridspec(len(panels), len(widths), width_ratios=widths)
    axes = [figure.add_subplot(grid[row, 0]) for row in range(len(panels))]
    faults, above = faults_of(run), 0.0
    for row, panel in enumerate(panels):
        _draw(axes[row], panel, 0, end)
        mark(axes[row], found.phases, numbers=row == 0)
        above += shade(axes[row], faults, names=row == 0)
        axes[row].set_ylabel(panel.label)
    for row in close:
        _close_up(figure.add_subplot(grid[row, 1]), panels[row], end, faults)
        figure.axes[-1].set_xlabel("time since the disturbance (s)")
    entitle(axes[0], _title(run), _subtitle(run), room=16 + above)
    axes[-1].set_xlabel("time since the run's start (s)")
    key(figure, run)
    return figure


def _panel(run: Run, of: ConvergenceOf, label: str, colour: str) -> _Panel:
    slowest = worst(run.measurement.time_to_converge(of))
    number = run.measurement.phases.index(slowest.phase) + 1 if slowest else 0
    return _Panel(label, colour, run.measurement.states.convergence[of], slowest, number)


def _draw(axes: Axes, panel: _Panel, begin: int, end: int, origin: int = 0) -> None:
    """The share from `begin` to `end`; what is missing to 100 % is tinted."""
    times, values = _points(panel.series, begin, end)
    seconds = [(t - origin) / SECOND for t in times]
    axes.set_xlim((begin - origin) / SECOND, (end - origin) / SECOND)
    axes.set_ylim(-0.04, 1.06)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(axis="y", color="#dddddd", lw=0.6)
    axes.set_axisbelow(True)
    if all(math.isnan(value) for value in values):
        axes.text(0.5, 0.5, "nothing to converge", transform=axes.transAxes, ha="center")
        return
    axes.fill_between(seconds, values, 1, step="post", color=panel.colour, alpha=0.22, lw=0)
    axes.step(seconds, values, where="post", color=panel.colour, lw=1.6)


def _points(series: Steps[Share], begin: int, end: int) -> tuple[list[int], list[float]]:
    """Times and shares to draw; the share is not a number where it is undefined."""
    times, shares = window(series, begin, end, closed=True)
    values = [right / total if total else math.nan for right, total in shares]
    if len(times) > BINS:
        times, values = _lowest(times, values, begin, end)
    return [*times, end], [*values, values[-1]]


def _lowest(
    times: list[int], values: list[float], begin: int, end: int
) -> tuple[list[int], list[float]]:
    """The lowest value that holds anywhere in each of `BINS` equal spans."""
    edges = [begin + (end - begin) * number // BINS for number in range(BINS + 1)]
    lowest = []
    for left, right in pairwise(edges):
        first = max(bisect_right(times, left) - 1, 0)
        lowest.append(_least(values[first : max(bisect_right(times, right - 1), first + 1)]))
    return edges[:-1], lowest


def _least(values: list[float]) -> float:
    """The least of the defined values; not a number where none is defined."""
    return min([value for value in values if value == value], default=math.nan)  # noqa: PLR0124


def _deserves_close_up(panel: _Panel, end: int) -> bool:
    slowest = panel.slowest
    return slowest is not None and 0 < (slowest.time or 0) < CLOSE_ENOUGH * end


def _close_up(axes: Axes, panel: _Panel, end: int, faults: list[Fault]) -> None:
    """The slowest phase, with a vertical axis that begins near the lowest share in it."""
    slowest = panel.slowest
    assert slowest is not None
    assert slowest.time is not None
    phase = slowest.phase
    begin = max(0, phase.disturbance - slowest.time // 5)
    last = min(phase.disturbance + slowest.time * 3 // 2, end)
    _draw(axes, panel, begin, last, phase.disturbance)
    lowest = _least(_points(panel.series, begin, last)[1])
    if lowest > 0.5:
        margin = (1 - lowest) * 0.1 or 0.01
        axes.set_ylim(lowest - margin, 1 + margin)
    origin = phase.disturbance / SECOND
    shade(axes, [fault.on_axis(origin) for fault in faults], names=False)
    axes.axvline(0, color="#444444", lw=0.9, ls=":")
    axes.axvline(slowest.time / SECOND, color=panel.colour, lw=0.9, ls="--")
    title = f"close up: {slowest.time / SECOND:.3g} s after disturbance {panel.number}"
    axes.set_title(title, fontsize=9, color="#444444")


def _title(run: Run) -> str:
    started = run.measurement.info.run
    return f"{started.name if started else 'Run'}: convergence over time"


def _subtitle(run: Run) -> str:
    agents = len(run.measurement.info.planned)
    declared = time_text(run.figures["time_to_converge.declared"])
    rosters = time_text(run.figures["time_to_converge.roster"])
    available = time_text(run.figures["time_to_converge.availability"])
    changes = [len(series.times) for series in run.measurement.states.convergence.values()]
    drawn = " · drawn: the lowest share in each 1/1200 of the time" if max(changes) > BINS else ""
    return (
        f"{agents} agents · slowest time to converge: declared watches {declared}, "
        f"rosters {rosters}, "
        f"availability {available}{drawn}"
    )


def time_text(figure: Measured) -> str:
    """A time to converge in words."""
    if figure.value is None:
        return "not defined"
    return "never" if math.isinf(figure.value) else f"{figure.value / SECOND:.3g} s"
