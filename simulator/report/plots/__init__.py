"""Pictures of a run: `plot_<kind>` draws one, `save` writes it, `PLOTS` has them all by kind.

A picture's module is imported when it is first used, because only some need polars or networkx.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, cast

from simulator.report.pictures import PICTURES
from simulator.report.plots.style import FORMATS, Plot, save

if TYPE_CHECKING:
    PLOTS: dict[str, Plot]
    """Kind of picture -> the function that draws it."""

__all__ = ["FORMATS", "PLOTS", "save"]


def __getattr__(name: str) -> Plot:
    if name == "PLOTS":
        return cast("Plot", {kind: _plotter(kind) for kind in PICTURES})  # its type is above
    kind = name.removeprefix("plot_")
    if kind == name or kind not in PICTURES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _plotter(kind)


def _plotter(kind: str) -> Plot:
    module = importlib.import_module(f"{__name__}.{kind}")
    plotter: Plot = getattr(module, f"plot_{kind}")
    return plotter
