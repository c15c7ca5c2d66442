"""What pictures of many runs share: groups, colours and labels."""

from __future__ import annotations

import math
from collections.abc import Sequence

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulator.errors import InputError
from simulator.experiments.judging.verdicts import settings_text, short_names
from simulator.experiments.results import Results
from simulator.report.plots.style import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    WINE,
    entitle,
)
from simulator.report.plots.view import new_figure

COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, WINE, BLACK)
DASHES = ("-", "--", "-.", ":")
MARKERS = "os^Dv<>P"
MOST_PANELS = 12
_COLUMNS = 3


def line_style(number: int) -> dict[str, str]:
    """Colour, dash and marker of the lines of a picture, one after the other."""
    return {
        "color": COLOURS[number % len(COLOURS)],
        "linestyle": DASHES[number // 2 % len(DASHES)],
        "marker": MARKERS[number % len(MARKERS)],
    }


def varying(results: Results, name: str | None, others: Sequence[str | None] = ()) -> str | None:
    """A parameter that was named, or the first one left that has several values; None for none.

    Raises InputError for a name that no parameter has.
    """
    if name is not None:
        if name in results.parameters:
            return name
        long = [one for one, short in short_names(results.parameters).items() if short == name]
        if not long:
            listed = ", ".join(results.parameters) or "nothing varies"
            raise InputError(f"no parameter {name!r}; there are: {listed}")
        return long[0]
    rest = [one for one in results.parameters if one not in others]
    return next((one for one in rest if results.runs[one].n_unique() > 1), None)


def label(column: str) -> str:
    """The name of a column as an axis has it: ``latency (s)``."""
    name = short_names([column])[column]
    return f"{name.removesuffix('_s')} (s)" if name.endswith("_s") else name


def figure_label(column: str) -> str:
    """The name of a figure as an axis has it."""
    return f"{column.removesuffix('_s')} (s)" if column.endswith("_s") else column


def note_of(results: Results, table: pl.DataFrame | None = None) -> str:
    """How many runs a picture shows."""
    counts = sorted(set((table if table is not None else results.aggregate())["runs"].to_list()))
    each = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    return f"{results.name}; {each} runs each, {results.runs.height} in all"


def panels(count: int, title: str, note: str) -> tuple[Figure, list[Axes]]:
    """A picture with several axes that share their scales. Raises InputError for too many."""
    if count > MOST_PANELS:
        raise InputError(f"{count} panels are too many; name fewer groups with `by`")
    columns = min(count, _COLUMNS)
    rows = math.ceil(count / columns)
    figure = new_figure(max(7.5, 3.6 * columns), 1.2 + (2.9 if count > 1 else 3.4) * rows)
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    axes = [one for row in grid for one in row]
    for spare in axes[count:]:
        spare.set_axis_off()
    if count == 1:
        entitle(axes[0], title, note)
    else:
        figure.suptitle(f"{title}\n{note}", x=0.01, ha="left", fontsize=11)
    return figure, axes[:count]


def panel_text(names: dict[str, object]) -> str:
    """A group in words, a parameter a line, over its panel."""
    return "\n".join(settings_text({name: value}) for name, value in names.items())


def group_text(names: dict[str, object]) -> str:
    """A group in words, for a legend or a title."""
    return settings_text(names) or "all runs"
