"""One change's spread: when each watcher learned of it."""

from __future__ import annotations

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulator.analysis.run import Run
from simulator.report.plots.faults import faults_of, shade
from simulator.report.plots.style import (
    BLUE,
    SKY,
    VERMILION,
    entitle,
    new_figure,
    picture,
    say_nothing,
)

MS = 1000
NAMED = 45
"""More watchers than this are counted, and not named."""
_MARKS = {"lost": ("x", VERMILION), "superseded": ("s", SKY)}


@picture
def plot_spread(run: Run) -> Figure:
    """How the change that was due to the most watchers reached one after the other."""
    due = run.propagation().filter(pl.col("delivery") != "not_due")
    if due.is_empty():
        figure = new_figure(9, 4)
        say_nothing(figure.add_subplot(), "No presence change was due to an authorised watcher")
        return figure
    change = due.group_by("change").len().sort(["len", "change"], descending=[True, False])[0, 0]
    rows = due.filter(pl.col("change") == change).sort("latency_s", "watcher", nulls_last=True)
    figure = new_figure(9, 2.2 + 0.2 * min(len(rows), NAMED))
    axes = figure.add_subplot()
    _draw(axes, rows)
    first = rows.row(0, named=True)
    faults = [fault.on_axis(first["issued_s"], MS) for fault in faults_of(run)]
    above = shade(axes, faults, room=4)
    what = (first["show"] or "available") if first["available"] else "unavailable"
    title = (
        f"{first['contact']} becomes {what} at {first['issued_s']:.4g} s: who learns of it, when"
    )
    entitle(axes, title, _note(rows, due), room=6 + above)
    return figure


def _note(rows: pl.DataFrame, due: pl.DataFrame) -> str:
    counts = dict(rows["delivery"].cast(pl.String).value_counts().rows())
    fates = ", ".join(f"{count} {fate}" for fate, count in sorted(counts.items()))
    return f"{fates} · the change with the most watchers of {due['change'].n_unique():,} changes"


def _draw(axes: Axes, rows: pl.DataFrame) -> None:
    latencies = [None if seconds is None else seconds * MS for seconds in rows["latency_s"]]
    longest = max((ms for ms in latencies if ms is not None), default=1.0)
    reached = [(place, ms) for place, ms in enumerate(latencies) if ms is not None]
    named = len(rows) <= NAMED
    if named:
        axes.hlines([p for p, _ in reached], 0, [ms for _, ms in reached], color=BLUE, lw=1)
    axes.plot(
        [ms for _, ms in reached], [p for p, _ in reached], "o", color=BLUE, ms=4 if named else 2
    )
    for fate, (shape, colour) in _MARKS.items():
        missed = [place for place, found in enumerate(rows["delivery"]) if found == fate]
        if missed:
            axes.plot([longest * 1.1] * len(missed), missed, shape, color=colour, label=fate)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="upper right")
    axes.set_xlim(0, longest * 1.2)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel("time since the issue (ms)")
    if named:
        axes.set_yticks(range(len(rows)), rows["watcher"].to_list(), fontsize=8)
        axes.set_ylabel("watcher")
    else:
        axes.set_ylabel("watchers reached, one after the other")
