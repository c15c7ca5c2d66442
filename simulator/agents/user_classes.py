"""Classes by import path: ``my_package.agents:Seller``."""

from __future__ import annotations

import functools
import importlib
from typing import Any


@functools.cache
def load_class(path: str) -> Any:
    """The class that ``module:Class`` names. The plan has checked that it exists."""
    module, _, name = path.partition(":")
    return functools.reduce(getattr, name.split("."), importlib.import_module(module))
