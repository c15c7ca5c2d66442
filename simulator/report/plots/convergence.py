"""Convergence of rosters and availability over time, with the disturbances marked."""

from __future__ import annotations

import math

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from simulator.analysis.figures import Figure as Measured
from simulator.analysis.run import Run
from simulator.report.plots.style import (
    BLUE,
    GREY,
    ORANGE,
    entitle,
    new_figure,
    picture,
    say_nothing,
)

_LINES = {
    "roster": ("rosters: served as expected", BLUE, "-"),
    "availability": ("availability: seen as it is", ORANGE, (0, (4, 1.5))),
}
MOST_MARKS = 12
"""More disturbances than this are marked, and not named."""


@picture
def plot_convergence(run: Run) -> Figure:
    """Roster and availability convergence over time; dotted lines are the disturbances."""
    figure = new_figure()
    axes = figure.add_subplot()
    shares = run.convergence()
    if shares["share"].is_null().all():
        say_nothing(axes, "Nothing to converge: no roster entry and no authorised watch")
        return figure
    for name, (label, colour, dash) in _LINES.items():
        line = shares.filter(pl.col("figure") == name)
        values = [math.nan if share is None else share for share in line["share"]]
        axes.step(line["time_s"], values, where="post", color=colour, ls=dash, lw=2, label=label)
    _mark(axes, run.phases())
    _shape(axes, run)
    return figure


def _shape(axes: Axes, run: Run) -> None:
    end = run.measurement.end / 1_000_000
    axes.set_xlim(0, end or 1)
    axes.set_ylim(-0.03, 1.05)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xlabel("time since the run's start (s)")
    axes.set_ylabel("share that is right")
    axes.grid(axis="y", color="#dddddd", lw=0.6)
    axes.set_axisbelow(True)
    axes.legend(loc="lower right", framealpha=0.95)
    entitle(axes, _title(run), _subtitle(run))


def _title(run: Run) -> str:
    started = run.measurement.ledger.run
    name = started.name if started else "Run"
    return f"{name}: convergence over time"


def _subtitle(run: Run) -> str:
    agents = len(run.measurement.ledger.planned)
    rosters = _time(run.figures["time_to_converge.roster"])
    available = _time(run.figures["time_to_converge.availability"])
    return (
        f"{agents} agents · slowest time to converge: rosters {rosters}, availability {available}"
    )


def _time(figure: Measured) -> str:
    if figure.value is None:
        return "not defined"
    return "never" if math.isinf(figure.value) else f"{figure.value / 1_000_000:.3g} s"


def _mark(axes: Axes, phases: pl.DataFrame) -> None:
    """A dotted line at each disturbance; long phases are shaded from their first action."""
    many = len(phases) > MOST_MARKS
    for number, row in enumerate(phases.iter_rows(named=True)):
        begin, disturbance = row["begin_s"], row["disturbance_s"]
        if disturbance > begin:
            axes.axvspan(begin, disturbance, color=GREY, alpha=0.12, lw=0)
        axes.axvline(disturbance, color="#555555", lw=1, ls=":", label=None if number else _MARK)
        if not many:
            axes.annotate(
                _short(row["name"]),
                (disturbance, 0.5),
                xytext=(3, 0),
                textcoords="offset points",
                rotation=90,
                va="center",
                fontsize=8,
                color="#555555",
            )


_MARK = "disturbance (a phase's last action)"


def _short(name: str) -> str:
    origins = name.split(" + ")
    if len(origins) <= 3:
        return name
    return f"{origins[0]} + {len(origins) - 1} more"
