"""The handlers that a SPADE presence manager calls.

Those of users are called so that none of them can harm the agent that it serves.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Callable, Coroutine

Report = Callable[[str, BaseException], None]
"""Told where an exception came from (the handler's name) and the exception."""


class HandlerCalls:
    """Calls handlers one by one; what one raises goes to `report`, and the caller goes on.

    Only `Exception`s are held: a livelock or an interrupt must end the run.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._tasks: set[asyncio.Task[object]] = set()

    def call(self, where: str, handler: Callable[..., object], *arguments: object) -> None:
        """Call `handler`. A coroutine function, which SPADE never awaits, is run as a task."""
        try:
            result = handler(*arguments)
        except Exception as error:
            self._report(where, error)
        else:
            if result is not None and inspect.iscoroutine(result):
                self._run(where, result)

    def _run(self, where: str, handling: Coroutine[object, object, object]) -> None:
        task = asyncio.get_running_loop().create_task(handling)
        self._tasks.add(task)
        task.add_done_callback(functools.partial(self._finished, where))

    def _finished(self, where: str, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._report(where, error)


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
