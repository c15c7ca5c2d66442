"""One change's spread: when each watcher learned of it."""

from __future__ import annotations

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from simulator.analysis.naming import natural_order
from simulator.analysis.quantities import time_text
from simulator.analysis.run import Run
from simulator.journal.records import SECOND
from simulator.report.plots.style import (
    BLUE,
    LINE,
    MUTED,
    SKY,
    VERMILION,
    entitle,
    latency_unit,
    picture,
    say_nothing,
)
from simulator.report.plots.time.faults import faults_of, shade
from simulator.report.plots.view import View

NAMED = 45
"""More watchers than this are counted, and not named."""
_MARKS = {"lost": ("x", VERMILION), "superseded": ("s", SKY)}


@picture
def plot_spread(run: Run, view: View) -> FigureBase:
    """How the change that was due to the most watchers reached one after the other."""
    since, until = view.begin / SECOND, view.end / SECOND
    due = run.propagation().filter(
        (pl.col("delivery") != "not_due") & pl.col("issued_s").is_between(since, until)
    )
    if view.agents is not None:
        due = due.filter(pl.col("contact").is_in(view.agents))
    if due.is_empty():
        figure = view.canvas(9, 4)
        say_nothing(figure.add_subplot(), "No presence change was due to an authorised watcher")
        return figure
    change = due.group_by("change").len().sort(["len", "change"], descending=[True, False])[0, 0]
    rows = due.filter(pl.col("change") == change)
    place = {watcher: number for number, watcher in enumerate(natural_order(rows["watcher"]))}
    rows = rows.sort("latency_s", pl.col("watcher").replace_strict(place), nulls_last=True)
    named = len(rows) <= NAMED
    figure = view.canvas(9, 2.2 + 0.2 * len(rows) if named else 5)
    axes = figure.add_subplot()
    unit, per_second = latency_unit(rows["latency_s"].max() or 0)  # type: ignore[arg-type]
    if named:
        _draw_each(axes, rows, per_second)
    else:
        _draw_share(axes, rows, unit, per_second)
    axes.set_xlabel(f"time since the issue ({unit})")
    first = rows.row(0, named=True)
    faults = [fault.on_axis(first["issued_s"], per_second) for fault in faults_of(run)]
    above = shade(axes, faults, room=4)
    shown = run.measurement.propagation.changes[change]
    does = "becomes" if shown.of == "presence" else f"changes its {shown.of} to"
    at = time_text(first["issued_s"])
    title = f"{first['contact']} {does} {shown.what} at {at}: who learns of it, when"
    entitle(axes, title, _note(rows, due), room=6 + above)
    return figure


def _note(rows: pl.DataFrame, due: pl.DataFrame) -> str:
    counts = dict(rows["delivery"].cast(pl.String).value_counts().rows())
    fates = ", ".join(f"{count:,} {fate}" for fate, count in sorted(counts.items()))
    return f"{fates} · the change with the most watchers of {due['change'].n_unique():,} changes"


def _draw_each(axes: Axes, rows: pl.DataFrame, per_second: float) -> None:
    """A line for each watcher, up to when it learned of the change."""
    latencies = [None if found is None else found * per_second for found in rows["latency_s"]]
    reached = [(place, found) for place, found in enumerate(latencies) if found is not None]
    longest = max((found for _, found in reached), default=1.0)
    axes.hlines([p for p, _ in reached], 0, [time for _, time in reached], color=BLUE, lw=1)
    axes.plot([time for _, time in reached], [p for p, _ in reached], "o", color=BLUE, ms=4)
    for fate, (shape, colour) in _MARKS.items():
        missed = [place for place, found in enumerate(rows["delivery"]) if found == fate]
        if missed:
            axes.plot([longest * 1.1] * len(missed), missed, shape, color=colour, label=fate)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="upper right")
    axes.set_xlim(0, longest * 1.2)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks(range(len(rows)), rows["watcher"].to_list(), fontsize=8)
    axes.set_ylabel("watcher")


def _draw_share(axes: Axes, rows: pl.DataFrame, unit: str, per_second: float) -> None:
    """Many watchers: how many of them know of the change by when."""
    times = [found * per_second for found in rows["latency_s"].drop_nulls()]
    counts = list(range(1, len(times) + 1))
    longest = max(times, default=1.0)
    axes.step([0, *times, longest * 1.2], [0, *counts, len(times)], where="post", color=BLUE)
    axes.fill_between(
        [0, *times, longest * 1.2], [0, *counts, len(times)], step="post", color=BLUE, alpha=0.22
    )
    axes.axhline(len(rows), color=MUTED, lw=0.8, ls=":")
    for share, name in ((0.5, "half"), (0.95, "95 %"), (1.0, "all")):
        place = max(round(share * len(rows)), 1)
        if place > len(times):
            break
        time = times[place - 1]
        axes.plot([time], [place], "o", color=BLUE, ms=5)
        axes.annotate(
            f"{name} after {time:.3g} {unit}",
            (time, place),
            xytext=(8, -4),
            textcoords="offset points",
            va="top",
            fontsize=9,
        )
    if missed := len(rows) - len(times):
        axes.text(
            *(longest * 1.19, len(rows) * 0.99, f"{missed:,} not reached"),
            ha="right",
            va="top",
            color=VERMILION,
        )
    axes.set_xlim(0, longest * 1.2)
    axes.set_ylim(0, len(rows) * 1.03)
    axes.grid(axis="y", color=LINE, lw=0.6)
    axes.set_axisbelow(True)
    axes.set_ylabel("watchers that know")
