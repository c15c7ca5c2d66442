"""What SPADE's messages say, and the way that they go between agents of one process."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterable
from typing import Any

from simulator.agents.observer import Content
from simulator.agents.shared.replacing import replace
from simulator.agents.values import clean
from simulator.journal.work_records import MessageRoute

PERFORMATIVE = "performative"


def make_content(
    body: str | None, metadata: Iterable[tuple[str, str]], thread: str | None
) -> Content:
    """What a message says, as the journal keeps it."""
    named = {clean(name): clean(value) for name, value in metadata}
    performative = named.pop(PERFORMATIVE, "")
    return Content(
        clean(body or ""), performative, tuple(sorted(named.items())), clean(thread or "")
    )


def enter(
    stack: contextlib.ExitStack,
    container: Callable[[], Any],
    route: MessageRoute,
    content_of: Callable[[Any], Content],
) -> None:
    """Let messages go by `route` until `stack` is closed.

    `container` is SPADE's class of a singleton, `content_of` says what one of its messages says.
    """
    kind: Any = container
    # Container is a class made by a decorator, in front of this one, which has the methods.
    kind = kind.__mro__[1]
    send = _send_over_server if route == "server" else _observed(kind.send, content_of)
    replace(stack, kind, "send", send)


async def _send_over_server(_container: Any, msg: Any, behaviour: Any) -> None:
    # All agents of a run are in one process, where SPADE hands a message to its receiver at once:
    # it would meet neither the server nor the network.
    await behaviour._xmpp_send(msg=msg)


def _observed(stock: Any, content_of: Callable[[Any], Content]) -> Any:
    numbers = itertools.count(1)

    async def send(self: Any, msg: Any, behaviour: Any) -> None:
        receiver = str(msg.to)
        if self.has_agent(receiver):
            content, id = content_of(msg), f"inside-{next(numbers)}"
            sender = _observer(behaviour.agent)
            if sender is not None:
                sender.message_sent(_peer(msg.to), id, content, "container")
            heard = _observer(self.get_agent(receiver))
            if heard is not None:
                heard.message_received(_peer(msg.sender), msg.sender.resource or "", id, content)
        await stock(self, msg, behaviour)

    return send


def _peer(jid: Any) -> str:
    """The bare JID as text: the libraries disagree on how to ask a JID for it."""
    return str(jid).partition("/")[0]


def _observer(agent: Any) -> Any:
    """Who observes an agent; nobody before it connects."""
    return getattr(getattr(agent, "driver", None), "observer", None)
