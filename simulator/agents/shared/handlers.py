"""The handlers that a SPADE presence manager calls."""

from __future__ import annotations

import inspect
from collections.abc import Callable


def is_users(manager: object, handler: object) -> bool:
    """Whether a handler is the agent's own: SPADE's and ours are methods of the manager."""
    return getattr(handler, "__self__", None) is not manager


def never_awaited(handler: Callable[..., object]) -> RuntimeWarning:
    """What is wrong with a handler that is a coroutine function."""
    code = inspect.unwrap(handler).__code__
    place = f"{code.co_filename.rpartition('/')[2]}:{code.co_firstlineno}"
    return RuntimeWarning(
        f"{handler.__qualname__} ({place}) is a coroutine function, which SPADE's own presence"
        " manager never awaits: it does not run (expected a plain function)"
    )
