"""Pictures of a run: `plot_<kind>` draws one, `save` writes it, `PLOTS` has them all by kind.

A picture's module is imported when it is first used, because only some need polars or networkx.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from simulator.report.plots.style import FORMATS, Plot, save

if TYPE_CHECKING:
    from simulator.report.plots.convergence import plot_convergence
    from simulator.report.plots.graph import plot_graph
    from simulator.report.plots.propagation import plot_propagation
    from simulator.report.plots.sequence import plot_sequence
    from simulator.report.plots.spread import plot_spread
    from simulator.report.plots.staleness import plot_staleness
    from simulator.report.plots.timeline import plot_timeline
    from simulator.report.plots.values import plot_values

    PLOTS: dict[str, Plot]
    """Kind of picture -> the function that draws it."""

KINDS = (
    *("convergence", "timeline", "propagation", "staleness", "graph", "sequence", "spread"),
    "values",
)
"""The kinds of picture. Each is a module of this package."""

__all__ = [
    "FORMATS",
    "KINDS",
    "PLOTS",
    "plot_convergence",
    "plot_graph",
    "plot_propagation",
    "plot_sequence",
    "plot_spread",
    "plot_staleness",
    "plot_timeline",
    "plot_values",
    "save",
]


def __getattr__(name: str) -> object:
    if name == "PLOTS":
        return {kind: _plotter(kind) for kind in KINDS}
    kind = name.removeprefix("plot_")
    if kind == name or kind not in KINDS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _plotter(kind)


def _plotter(kind: str) -> Plot:
    plotter: Plot = getattr(importlib.import_module(f"{__name__}.{kind}"), f"plot_{kind}")
    return plotter
