"""Pictures of a run: a table from a kind to the function that draws it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from simulator.analysis.run import Run
from simulator.report.plots.convergence import plot_convergence
from simulator.report.plots.graph import plot_graph
from simulator.report.plots.propagation import plot_propagation
from simulator.report.plots.sequence import plot_sequence
from simulator.report.plots.spread import plot_spread
from simulator.report.plots.staleness import plot_staleness
from simulator.report.plots.style import FORMATS, save
from simulator.report.plots.timeline import plot_timeline

PLOTS: dict[str, Callable[[Run], Figure]] = {
    "convergence": plot_convergence,
    "timeline": plot_timeline,
    "propagation": plot_propagation,
    "staleness": plot_staleness,
    "graph": plot_graph,
    "sequence": plot_sequence,
    "spread": plot_spread,
}
"""Kind of picture -> the function that draws it."""

FIRST = "convergence"
"""The picture that every run writes."""

__all__ = [
    "FIRST",
    "FORMATS",
    "PLOTS",
    "plot_convergence",
    "plot_graph",
    "plot_propagation",
    "plot_sequence",
    "plot_spread",
    "plot_staleness",
    "plot_timeline",
    "save",
    "save_first_picture",
]


def save_first_picture(run: Run, path: Path) -> Path:
    """Write the first picture of a run, PNG or SVG by the path's ending."""
    return save(PLOTS[FIRST](run), path)
