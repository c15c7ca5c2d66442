"""Replace an attribute for a while."""

from __future__ import annotations

import contextlib
from typing import Any


def replace(stack: contextlib.ExitStack, holder: Any, name: str, value: Any) -> None:
    """Set `holder.name`, a class's or module's own attribute; `stack` puts the old one back."""
    stack.callback(setattr, holder, name, vars(holder)[name])
    setattr(holder, name, value)
