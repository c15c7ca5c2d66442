"""Tells of what ends a SPADE behaviour."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from types import ModuleType
from typing import Any

from simulator.agents.shared.replacing import replace

Tell = Callable[[Any, Any, BaseException], None]
"""Called with the agent, its behaviour, and the exception that ended it."""

_WITH_RUN = ("CyclicBehaviour", "PeriodicBehaviour", "TimeoutBehaviour", "FSMBehaviour")
"""SPADE's classes that call a user's `run()`."""


def enter(stack: contextlib.ExitStack, module: ModuleType, tell: Tell) -> None:
    """Let the classes of `module`, SPADE's behaviours, tell of exceptions until `stack` closes."""
    cyclic = module.CyclicBehaviour
    replace(stack, cyclic, "kill", _observed(cyclic.kill, tell))
    for name in _WITH_RUN:
        kind = getattr(module, name)
        replace(stack, kind, "_run", _telling_of_cancellation(kind._run, tell))


def _observed(kill: Callable[..., None], tell: Tell) -> Callable[..., None]:
    def observed_kill(self: Any, exit_code: Any = None) -> None:
        # SPADE's step loop swallows an exception and calls this from its except clause.
        if isinstance(exit_code, Exception):
            tell(self.agent, self, exit_code)
        kill(self, exit_code)

    return observed_kill


def _telling_of_cancellation(
    run: Callable[[Any], Coroutine[object, object, None]], tell: Tell
) -> Callable[[Any], Coroutine[object, object, None]]:
    """`_run()` of a behaviour, which tells of a CancelledError that is not ours.

    SPADE swallows it, and calls `run()` again.
    """

    async def observed_run(self: Any) -> None:
        try:
            await run(self)
        except asyncio.CancelledError as error:
            if not self.is_killed():
                tell(self.agent, self, error)
            raise

    return observed_run
