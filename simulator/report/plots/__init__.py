"""Pictures of a run: a table from a kind to the function that draws it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from simulator.analysis.run import Run
from simulator.report.plots.convergence import plot_convergence
from simulator.report.plots.style import FORMATS, save

PLOTS: dict[str, Callable[[Run], Figure]] = {
    "convergence": plot_convergence,
}
"""Kind of picture -> the function that draws it."""

FIRST = "convergence"
"""The picture that every run writes."""

__all__ = ["FIRST", "FORMATS", "PLOTS", "plot_convergence", "save", "save_first_picture"]


def save_first_picture(run: Run, path: Path) -> Path:
    """Write the first picture of a run, PNG or SVG by the path's ending."""
    return save(PLOTS[FIRST](run), path)
