"""Pins what leaks wall-clock time or unseeded randomness into a virtual-time run."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Iterator
from types import SimpleNamespace
from typing import Any

import aioxmpp.stanza
import aioxmpp.utils

from simulator.spade3.patches.replacing import replace


@contextlib.contextmanager
def virtual_time(clock: Callable[[], float], seed: int) -> Iterator[None]:
    """Pin aioxmpp's clock and every source of randomness that agents may use.

    `clock` gives seconds since the run's start. Stanza ids become a counter, and the global
    `random` generator is seeded for the length of the run. `asyncio.wait_for` takes as many turns
    of the loop on every Python, which decides what comes first within one instant.
    """
    state = random.getstate()
    with contextlib.ExitStack() as stack:
        stack.callback(random.setstate, state)
        random.seed(f"{seed}/global")
        replace(stack, aioxmpp.utils, "time", SimpleNamespace(monotonic=clock))
        replace(stack, aioxmpp.stanza, "random", _Counter())
        replace(stack, aioxmpp.stanza, "to_nmtoken", "s{:x}".format)
        replace(stack, asyncio, "wait_for", _wait_for)
        yield


async def _wait_for(
    awaitable: Awaitable[Any],
    timeout: float | None,  # noqa: ASYNC109  (asyncio's own signature)
) -> Any:
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


class _Counter:
    """Stands for `random` in aioxmpp.stanza, which makes stanza ids with it."""

    def __init__(self) -> None:
        self._count = 0

    def getrandbits(self, _bits: int) -> int:
        self._count += 1
        return self._count
