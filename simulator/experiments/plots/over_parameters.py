"""A figure over one or two parameters: with intervals as lines, or as a map."""

from __future__ import annotations

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulator.errors import InputError
from simulator.experiments.judging.tables import groups
from simulator.experiments.judging.verdicts import cell_text
from simulator.experiments.plots.common import (
    figure_label,
    label,
    line_style,
    note_of,
    panel_text,
    panels,
    varying,
)
from simulator.experiments.results import Results
from simulator.report.plots.style import entitle, styled
from simulator.report.plots.view import new_figure

_LOG_SPREAD = 50
"""Positive values that differ by more than this factor are drawn on a logarithmic axis."""


@styled
def plot_figure(
    results: Results,
    figure: str = "time_to_converge.declared",
    x: str | None = None,
    by: str | None = None,
    panel: str | None = None,
) -> Figure:
    """The mean of a figure with its 95 % interval over the values of a parameter.

    `x`, `by`, `panel`: the parameters along the axis, of the lines, and of the small multiples; by
    default the first, second and third one that have several values.
    """
    along = varying(results, x)
    if along is None:
        raise InputError("nothing varies: there is no axis to draw along; try kind `ecdf`")
    lines = varying(results, by, [along])
    multiples = varying(results, panel, [along, lines])
    names = [name for name in (multiples, lines, along) if name is not None]
    table = results.aggregate(names, figure)
    column = str(table["figure"][0])
    parts = list(groups(table, [multiples] if multiples else []))
    title = f"{figure_label(column)} over {label(along)}, mean and 95 % interval"
    drawing, axes = panels(len(parts), title, note_of(results, table))
    places = _Places(results.runs[along])
    for one, (names_here, rows) in zip(axes, parts, strict=True):
        _draw_lines(one, rows, along, lines, places)
        places.mark(one)
        one.set_xlabel(label(along))
        if multiples:
            one.set_title(panel_text(names_here), fontsize=9)
    axes[0].set_ylabel(figure_label(column))
    if lines:
        axes[0].legend(title=label(lines), frameon=False, fontsize=8)
    return drawing


def _draw_lines(
    axes: Axes, rows: pl.DataFrame, along: str, lines: str | None, places: _Places
) -> None:
    for number, (names, line) in enumerate(groups(rows, [lines] if lines else [])):
        known = line.filter(pl.col("mean").is_finite())
        means = known["mean"].to_numpy()
        ends = [known[end].fill_null(known["mean"]).to_numpy() for end in ("mean_low", "mean_high")]
        axes.errorbar(
            places.of(known[along]),
            means,
            yerr=np.abs([means - ends[0], ends[1] - means]),
            capsize=3,
            label=cell_text(names[lines]) if lines else None,
            **line_style(number),  # type: ignore[arg-type]
        )


class _Places:
    """Where the values of a parameter are on an axis; texts are one after the other."""

    def __init__(self, values: pl.Series) -> None:
        self._distinct = values.unique(maintain_order=True).to_list()
        self._numbers = values.dtype.is_numeric()

    def of(self, values: pl.Series) -> list[float]:
        """The places of some values."""
        if self._numbers:
            return [float(value) for value in values]
        return [float(self._distinct.index(value)) for value in values]

    def mark(self, axes: Axes) -> None:
        """Name the places on the axis."""
        if not self._numbers:
            names = [cell_text(value) for value in self._distinct]
            axes.set_xticks(range(len(names)), names, rotation=20, ha="right", fontsize=8)
        elif min(self._distinct) > 0 and max(self._distinct) > _LOG_SPREAD * min(self._distinct):
            axes.set_xscale("log")


@styled
def plot_heat(
    results: Results,
    figure: str = "time_to_converge.declared",
    x: str | None = None,
    y: str | None = None,
) -> Figure:
    """The mean of a figure for every pair of values of two parameters, as a map."""
    along = varying(results, x)
    up = varying(results, y, [along])
    if along is None or up is None:
        raise InputError("a heat map needs two parameters that vary; try kind `figure`")
    table = results.aggregate([along, up], figure)
    column = str(table["figure"][0])
    columns, rows = (results.runs[name].unique().sort().to_list() for name in (along, up))
    means = np.full((len(rows), len(columns)), np.nan)
    for names, row in groups(table, [along, up]):
        mean = row["mean"][0]
        place = rows.index(names[up]), columns.index(names[along])
        means[place] = np.nan if mean is None else mean
    drawing = new_figure(max(7.5, 3.5 + 0.9 * len(columns)), 2.4 + 0.6 * len(rows))
    axes = drawing.add_subplot()
    shown = np.ma.masked_invalid(means)
    mesh = axes.imshow(shown, origin="lower", aspect="auto", cmap="cividis")
    for (place, across), mean in np.ndenumerate(means):
        text = "never" if np.isinf(mean) else "-" if np.isnan(mean) else f"{mean:.3g}"
        light = np.isfinite(mean) and mean < (shown.min() + shown.max()) / 2
        colour = "white" if light else "black"
        axes.text(across, place, text, ha="center", va="center", color=colour, fontsize=8)
    axes.set_xticks(range(len(columns)), map(cell_text, columns), fontsize=8)
    axes.set_yticks(range(len(rows)), map(cell_text, rows), fontsize=8)
    axes.set_xlabel(label(along))
    axes.set_ylabel(label(up))
    drawing.colorbar(mesh, ax=axes, label=figure_label(column))
    entitle(axes, f"{figure_label(column)}, mean", note_of(results, table))
    return drawing
