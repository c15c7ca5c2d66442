"""The event loop of every backend with real sockets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import aioopenssl

_logger = logging.getLogger(__name__)


def run_on_real_loop(main: Callable[[], Awaitable[Any]]) -> Any:
    """Run `main()` to its end on a fresh asyncio loop, in any thread that has none running."""

    async def body() -> Any:
        asyncio.get_running_loop().set_exception_handler(_on_loop_error)
        return await main()

    return asyncio.run(body())


def _on_loop_error(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Keep aioopenssl's account of a broken connection out of the user's sight.

    It reports each one to the loop besides raising it, once for every agent when a server
    dies, and a failed handshake a second time as an InvalidStateError of its own.
    """
    from_transport = isinstance(context.get("transport"), aioopenssl.STARTTLSTransport)
    if from_transport or "STARTTLSTransport" in repr(context.get("handle")):
        _logger.debug("%s", context.get("message"), exc_info=context.get("exception"))
    else:
        loop.default_exception_handler(context)
