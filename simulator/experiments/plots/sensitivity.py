"""Sobol indices as bars."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from simulator.experiments.judging.verdicts import short_names
from simulator.experiments.plots.common import figure_label, note_of
from simulator.experiments.results import Results
from simulator.report.plots.style import BLUE, ORANGE, entitle, styled
from simulator.report.plots.view import new_figure


@styled
def plot_indices(results: Results, figure: str = "time_to_converge.declared") -> Figure:
    """How much of a figure's variance each parameter makes, alone and with the others."""
    table = results.sensitivity(figure)
    drawing = new_figure(7, 1.8 + 0.6 * table.height)
    axes = drawing.add_subplot()
    places = np.arange(table.height)
    words = {"first_order": ("alone", BLUE, -0.18), "total_order": ("in all", ORANGE, 0.18)}
    for name, (text, colour, shift) in words.items():
        values, low, high = (table[f"{name}{end}"].to_numpy() for end in ("", "_low", "_high"))
        spread = np.abs([values - low, high - values])
        axes.barh(*(places + shift, values), 0.34, xerr=spread, capsize=3, color=colour, label=text)
    short = short_names(table["parameter"].to_list())
    axes.set_yticks(places, [short[name] for name in table["parameter"]])
    axes.invert_yaxis()
    axes.set_xlabel("share of the variance, with 95 % interval")
    axes.legend(frameon=False, fontsize=8)
    entitle(axes, f"What {figure_label(figure)} depends on", note_of(results))
    return drawing
