"""What a run needs on any server: our presence manager, the run's loop, no second way out."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator

import spade.agent
import spade.behaviour
import spade.container
from spade.container import Container

from simulator.agents.base import Meet
from simulator.agents.shared import behaviours, messages, spawning
from simulator.agents.shared.replacing import replace
from simulator.agents.shared.versions import check_versions
from simulator.journal.work_records import MessageRoute
from simulator.spade4.driver import adopt
from simulator.spade4.managers import make_manager
from simulator.spade4.messages import content_inside
from simulator.spade4.patches.versions import WRITTEN_FOR


@contextlib.contextmanager
def connection_patches(
    on_behaviour_error: Callable[[object, object, BaseException], None],
    meet: Meet | None = None,
    messages_route: MessageRoute = "server",
) -> Iterator[None]:
    """What a run needs on any server.

    `on_behaviour_error(agent, behaviour, error)` is told of each exception that ends a SPADE
    behaviour. `meet`: the host of each agent that an agent starts. `messages_route`: the way that
    messages go between agents of this process. Enter it inside the running loop: SPADE's
    container, a singleton, is reset to it.
    """
    check_versions(WRITTEN_FOR)
    with contextlib.ExitStack() as stack:
        # SPADE's sets uvloop's policy for the whole process.
        replace(stack, spade.container, "get_or_create_eventloop", asyncio.get_running_loop)
        stack.callback(Container().reset)
        Container().reset()
        behaviours.enter(stack, spade.behaviour, on_behaviour_error)
        replace(stack, spade.agent, "PresenceManager", make_manager)
        messages.enter(stack, Container, messages_route, content_inside)
        if meet is not None:
            spawning.enter(stack, spade.agent.Agent, adopt, meet)
        yield
