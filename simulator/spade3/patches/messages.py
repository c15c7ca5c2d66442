"""How messages between agents of the run go: over the server, or by SPADE's short-cut.

SPADE's container hands a message for an agent of the same process to it at once, so that it meets
neither the server nor the network. All agents of a run are in one process.
"""

from __future__ import annotations

import contextlib
import itertools
from typing import Any

from spade.container import Container

from simulator.journal.work_records import MessageRoute
from simulator.spade3.messages import content_inside
from simulator.spade3.patches.replacing import replace


def enter(stack: contextlib.ExitStack, route: MessageRoute) -> None:
    """Let messages go this way until `stack` is closed."""
    # Container is a class made by a decorator, in front of the one that has the methods.
    container = Container.__mro__[1]
    replace(stack, container, "send", _send_over_server if route == "server" else _observed_send())


async def _send_over_server(_container: Any, msg: Any, behaviour: Any) -> None:
    await behaviour._xmpp_send(msg=msg)


def _observed_send() -> Any:
    stock: Any = Container.__mro__[1].send
    numbers = itertools.count(1)

    async def send(self: Any, msg: Any, behaviour: Any) -> None:
        receiver = str(msg.to)
        if self.has_agent(receiver):
            content, id = content_inside(msg), f"inside-{next(numbers)}"
            sender = _observer(behaviour.agent)
            if sender is not None:
                sender.message_sent(msg.to, id, content, "container")
            heard = _observer(self.get_agent(receiver))
            if heard is not None:
                heard.message_received(msg.sender, msg.sender.resource or "", id, content)
        await stock(self, msg, behaviour)

    return send


def _observer(agent: Any) -> Any:
    """Who observes an agent; nobody before it connects."""
    return getattr(getattr(agent, "driver", None), "observer", None)
