"""Pictures of many runs; `Results.plot` draws one by its kind."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = {
    "figure": "over_parameters",
    "heat": "over_parameters",
    "ecdf": "distributions",
    "fan": "distributions",
    "indices": "sensitivity",
}
"""The kinds of picture, and the module of this package that has each."""


def plotter(kind: str) -> Callable[..., Figure]:
    """The function that draws pictures of a kind. Raises KeyError."""
    module = importlib.import_module(f"{__name__}.{KINDS[kind]}")
    found: Callable[..., Figure] = getattr(module, f"plot_{kind}")
    return found
