"""Agents that agents make: they join the run when they start."""

from __future__ import annotations

import contextlib
import functools
from typing import Any

import spade.agent

from simulator.agents.base import Meet, Newcomer
from simulator.spade3.driver import adopt
from simulator.spade3.patches.replacing import replace


def enter(stack: contextlib.ExitStack, meet: Meet) -> None:
    """Let agents that no plan made join, until `stack` is closed."""
    stock_start = spade.agent.Agent._async_start
    stock_stop = spade.agent.Agent._async_stop
    # By identity: an agent's class may compare as it likes. Those that are planned are not here.
    newcomers: dict[int, tuple[Any, Newcomer]] = {}

    async def start(self: Any, auto_register: bool = True) -> None:
        if id(self) not in newcomers and getattr(self, "harness", None) is not None:
            await stock_start(self, auto_register)
            return
        own = type(self) if id(self) not in newcomers else type(self).__mro__[2]
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

    replace(stack, spade.agent.Agent, "_async_start", start)
    replace(stack, spade.agent.Agent, "_async_stop", stop)
