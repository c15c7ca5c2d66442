"""Calls of the command in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Called:
    """What a call of the command came to."""

    code: int
    out: str
    err: str


Call = Callable[..., Called]
