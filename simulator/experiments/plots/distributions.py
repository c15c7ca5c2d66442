"""How runs differ: the distribution of a figure, and convergence over time with bands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from matplotlib.figure import Figure

from simulator.experiments.judging.tables import figure_columns, groups
from simulator.experiments.plots.common import (
    DASHES,
    figure_label,
    group_text,
    line_style,
    note_of,
    panel_text,
    panels,
    varying,
)
from simulator.experiments.results import Results
from simulator.report.plots.style import BLUE, ORANGE, entitle, say_nothing, styled
from simulator.report.plots.view import new_figure


def _by(results: Results, by: str | Sequence[str] | None) -> list[str]:
    """The columns that make groups; by default all that have several values."""
    if by is None:
        return [name for name in results.parameters if results.runs[name].n_unique() > 1]
    names = [by] if isinstance(by, str) else list(by)
    return [found for name in names if (found := varying(results, name)) is not None]


@styled
def plot_ecdf(
    results: Results,
    figure: str = "time_to_converge.declared",
    by: str | Sequence[str] | None = None,
) -> Figure:
    """The share of runs in which a figure is at most so large: a step for each run.

    A line ends below 1 where the figure came in no other run. `by`: the columns that make groups.
    """
    column = figure_columns(results.runs, figure)[0]
    drawing = new_figure()
    axes = drawing.add_subplot()
    found = list(groups(results.runs, _by(results, by)))
    for number, (names, rows) in enumerate(found):
        values = np.sort(rows[column].drop_nulls().to_numpy().astype(float))
        finite = values[np.isfinite(values)]
        if not len(finite):
            continue
        shares = np.arange(1, len(finite) + 1) / len(values)
        style = line_style(number) | {"marker": ""}
        steps = np.concatenate([[finite[0]], finite]), np.concatenate([[0.0], shares])
        axes.step(*steps, where="post", label=group_text(names), **style)  # type: ignore[arg-type]
    axes.set_ylim(0, 1.02)
    axes.set_xlabel(figure_label(column))
    axes.set_ylabel("share of runs")
    if not axes.lines:
        say_nothing(axes, f"{figure_label(column)} came in no run")
        return drawing
    if len(found) > 1:
        axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    entitle(axes, f"{figure_label(column)} in all runs", note_of(results))
    return drawing


@styled
def plot_fan(
    results: Results,
    figure: str = "declared",
    by: str | Sequence[str] | None = None,
    until: float | None = None,
) -> Figure:
    """Convergence over time: the median run, and the bands of half and of nine tenths of the runs.

    `figure`: declared, roster or availability. `by`: the columns of the small multiples.
    """
    names = _by(results, by)
    table = results.curves(names, figure, points=201, until=until)
    parts = list(groups(table, names))
    drawing, axes = panels(len(parts), f"{figure} convergence over time", note_of(results))
    for one, (group, rows) in zip(axes, parts, strict=True):
        known = rows.filter(pl.col("p50").is_not_null())
        times = known["time_s"].to_numpy()
        for low, high, alpha in (("p05", "p95", 0.18), ("p25", "p75", 0.35)):
            ends = (known[low].to_numpy(), known[high].to_numpy())
            one.fill_between(times, *ends, color=BLUE, alpha=alpha, linewidth=0, step="post")
        one.step(times, known["p50"].to_numpy(), where="post", color=BLUE, label="median")
        mean = known["mean"].to_numpy()
        one.plot(times, mean, color=ORANGE, linestyle=DASHES[1], label="mean")
        one.set_ylim(0, 1.03)
        one.set_xlabel("time (s)")
        if len(parts) > 1:
            one.set_title(panel_text(group), fontsize=9)
    axes[0].set_ylabel("share converged")
    axes[0].legend(frameon=False, fontsize=8, loc="lower right")
    return drawing
