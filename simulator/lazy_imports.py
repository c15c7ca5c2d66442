"""Modules that are imported when something of them is used first.

SPADE, networkx, polars and matplotlib take seconds to import, and most commands need only some.
"""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType


def import_lazily(name: str) -> ModuleType:
    """The module of that name, which runs at the first use of an attribute.

    Raises ModuleNotFoundError at once where there is no such module.
    """
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
