"""The measures of a run as polars frames. A module is imported when it is first used.

polars takes half a second to import, and a run needs no frame.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.analysis.frames import events, faults, figures, measures, watches, work

__all__ = ["events", "faults", "figures", "measures", "watches", "work"]


def __getattr__(name: str) -> ModuleType:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module(f"{__name__}.{name}")
