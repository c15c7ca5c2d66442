"""Agents that agents make: they join the run when they start."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from typing import Any

from simulator.agents.base import Meet, Newcomer
from simulator.agents.shared.harnessed import own_class
from simulator.agents.shared.replacing import replace


def enter(
    stack: contextlib.ExitStack, kind: Any, adopt: Callable[[Any, Newcomer], None], meet: Meet
) -> None:
    """Let agents that no plan made join, until `stack` is closed.

    `kind` is SPADE's class of agents; `adopt` gives one of them its host.
    """
    stock_start, stock_stop = kind._async_start, kind._async_stop
    # By identity: an agent's class may compare as it likes. Those that are planned are not here.
    newcomers: dict[int, tuple[Any, Newcomer]] = {}

    async def start(self: Any, auto_register: bool = True) -> None:
        if id(self) not in newcomers and getattr(self, "harness", None) is not None:
            await stock_start(self, auto_register)
            return
        own = own_class(self)
        newcomer = meet(str(self.jid), self.password, f"{own.__module__}:{own.__qualname__}")
        newcomers[id(self)] = (self, newcomer)
        adopt(self, newcomer)
        begin = functools.partial(stock_start, self, auto_register=False)
        await newcomer.join(self.driver, begin, registers=auto_register)

    async def stop(self: Any) -> None:
        _, newcomer = newcomers.get(id(self), (None, None))
        if newcomer is None or not self.is_alive():
            await stock_stop(self)
        else:
            await newcomer.leave(functools.partial(stock_stop, self))

    replace(stack, kind, "_async_start", start)
    replace(stack, kind, "_async_stop", stop)
