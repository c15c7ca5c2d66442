"""The order of names that people expect: agent-2 before agent-10."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T", bound=tuple[str, ...])
_NUMBER = re.compile(r"([0-9]+)")


@lru_cache(maxsize=50_000)
def natural(name: str) -> tuple[tuple[str | int, ...], str]:
    """A key to sort by: numbers within a name count as numbers."""
    parts = _NUMBER.split(name)
    return tuple(int(part) if place % 2 else part for place, part in enumerate(parts)), name


def natural_order(names: Iterable[str]) -> list[str]:
    """The names, sorted as people count."""
    return sorted(names, key=natural)


def natural_tuples(tuples: Iterable[T]) -> list[T]:
    """Tuples of names, sorted by the first name, then by the second."""
    return sorted(tuples, key=lambda names: [natural(name) for name in names])
