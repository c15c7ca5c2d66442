"""Makes a run in virtual time repeatable: randomness from a seed, and a fixed order."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Iterator
from typing import TypeVar

_T = TypeVar("_T")


@contextlib.contextmanager
def repeatable(seed: int) -> Iterator[None]:
    """Seed the global `random` generator, which agents may use, for the length of a run.

    `asyncio.wait_for` takes as many turns of the loop on every Python, which decides what comes
    first within one moment of virtual time.
    """
    state, wait_for = random.getstate(), asyncio.wait_for
    random.seed(f"{seed}/global")
    asyncio.wait_for = _wait_for  # type: ignore[assignment]
    try:
        yield
    finally:
        asyncio.wait_for = wait_for
        random.setstate(state)


async def _wait_for(
    awaitable: Awaitable[_T],
    timeout: float | None,  # noqa: ASYNC109  (asyncio's own signature)
) -> _T:
    """`asyncio.wait_for` as Python 3.12 has it. Before, it took a task, and a turn, more."""
    if timeout is None or timeout > 0:
        async with asyncio.timeout(timeout):
            return await awaitable
    task = asyncio.ensure_future(awaitable)
    if not task.done():
        task.cancel()
        await asyncio.wait([task])
    try:
        return task.result()
    except asyncio.CancelledError as error:
        raise TimeoutError from error
