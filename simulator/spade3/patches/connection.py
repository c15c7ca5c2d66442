"""What a run needs on any server: no discovery of other servers, our presence manager."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import aioxmpp.node
import aioxmpp.protocol
import aioxmpp.stream
import spade.agent
import spade.behaviour
from spade.container import Container

from simulator.agents.base import Meet
from simulator.agents.shared import behaviours, spawning
from simulator.agents.shared import messages as shared_messages
from simulator.agents.shared.replacing import replace
from simulator.agents.shared.versions import check_versions
from simulator.journal.work_records import MessageRoute
from simulator.spade3.driver import adopt
from simulator.spade3.managers import make_manager
from simulator.spade3.messages import content_inside
from simulator.spade3.patches import loggers, signals
from simulator.spade3.patches.versions import WRITTEN_FOR


@contextlib.contextmanager
def connection_patches(
    on_behaviour_error: Callable[[Any, Any, BaseException], None],
    meet: Meet | None = None,
    messages: MessageRoute = "server",
) -> Iterator[None]:
    """What a run needs on any server.

    `on_behaviour_error(agent, behaviour, error)` is told of each exception that ends a SPADE
    behaviour. `meet`: the host of each agent that an agent starts. `messages`: the way that
    messages go between agents of this process. Enter it inside the running loop: SPADE's
    container, a singleton, is reset to it.
    """
    check_versions(WRITTEN_FOR)
    with contextlib.ExitStack() as stack:
        behaviours.enter(stack, spade.behaviour, on_behaviour_error)
        replace(stack, aioxmpp.node, "discover_connectors", _discover_nobody)
        replace(stack, aioxmpp.stream.StanzaStream, "sm_location", _nowhere)
        replace(stack, aioxmpp.protocol.XMLStream, "_stream_starts_closing", _closing())
        replace(stack, spade.agent, "PresenceManager", make_manager)
        shared_messages.enter(stack, Container, messages, content_inside)
        replace(stack, spade.agent, "logging", loggers.Logging())
        signals.enter(stack)
        if meet is not None:
            spawning.enter(stack, spade.agent.Agent, adopt, meet)
        stack.callback(Container().reset)
        Container().reset()
        yield


# A server may name another address for resuming a stream, which aioxmpp would use without
# verifying it.
_nowhere = property(lambda _stream: None)


def _closing() -> Any:
    """`XMLStream._stream_starts_closing`, without complaints that nobody asked for its error.

    Each step of a login makes a future for the stream's error and forgets it. The error is told
    to the client, and asyncio would tell it again for each of them, whenever they are collected.
    """
    stock: Any = aioxmpp.protocol.XMLStream._stream_starts_closing

    def closing(self: Any, task: Any) -> None:
        futures = list(self._error_futures)
        stock(self, task)
        for future in futures:
            if not future.cancelled():
                future.exception()
        if not task.cancelled() and (skipped := task.exception()) is not None:
            # It refers to the future that has it.
            skipped.__traceback__ = None

    return closing


async def _discover_nobody(*_arguments: Any, **_options: Any) -> list[Any]:
    # aioxmpp falls back to DNS, and then to port 5222 of the domain, whenever the peer that it
    # was given fails. An agent must meet the server that was named, or fail.
    return []
