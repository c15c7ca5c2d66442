"""The event loop of every backend with real sockets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import aioopenssl
from aioxmpp.stream import DestructionRequested

_logger = logging.getLogger(__name__)


def run_on_real_loop(main: Callable[[], Awaitable[Any]]) -> Any:
    """Run `main()` to its end on a fresh asyncio loop, in any thread that has none running."""

    async def body() -> Any:
        asyncio.get_running_loop().set_exception_handler(_on_loop_error)
        return await main()

    return asyncio.run(body())


def reported_elsewhere(context: dict[str, Any]) -> bool:
    """Whether a loop's error context only repeats what its cause reports by itself.

    aioopenssl tells the loop of each broken connection besides raising it, once for every
    agent when a server dies, and of a failed handshake a second time as an InvalidStateError
    of its own. aioxmpp leaves the futures of requests that a closed stream cut short.
    """
    broken = isinstance(context.get("transport"), aioopenssl.STARTTLSTransport)
    failed_handshake = "STARTTLSTransport" in repr(context.get("handle"))
    cut_short = isinstance(context.get("exception"), DestructionRequested)
    return broken or failed_handshake or cut_short


def _on_loop_error(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    if reported_elsewhere(context):
        _logger.debug("%s", context.get("message"), exc_info=context.get("exception"))
    else:
        loop.default_exception_handler(context)
