"""The servers under test: started once for a session, used by any number of event loops."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from simulator.servers.base import Backend
from simulator.servers.embedded.backend import EmbeddedBackend
from simulator.spade3.generation import GENERATION
from simulator.virtual_time.loop import VirtualTimeLoop
from simulator.virtual_time.repeatable import repeatable
from simulator.virtual_time.wallclock import virtual_wall_clock
from tests.servers.helpers import LOCAL, context_of, make_local

T = TypeVar("T")
Main = Callable[[], Awaitable[T]]

SERVERS = ("embedded", *LOCAL)


class Server:
    """A server that is up. `run(main)` runs a coroutine function with agents on it."""

    def __init__(self, name: str, backend: Backend) -> None:
        self.name = name
        self.backend = backend

    def run(self, main: Main[T]) -> T:
        """Run `main()` to its end, in virtual time on the embedded server."""
        with self.loop() as do:
            return do(main())

    @contextlib.contextmanager
    def loop(self) -> Iterator[Callable[[Awaitable[T]], T]]:
        """An event loop that runs one coroutine after the other, with agents that stay."""
        with contextlib.ExitStack() as stack:
            runner = stack.enter_context(asyncio.Runner(loop_factory=self._loop_factory()))
            loop = runner.get_loop()
            if isinstance(loop, VirtualTimeLoop):
                stack.enter_context(virtual_wall_clock(loop))
                stack.enter_context(repeatable(1))
                stack.enter_context(GENERATION.virtual_time(loop.time))
            else:
                loop.set_exception_handler(_on_loop_error)

            async def enter() -> None:
                # Inside the running loop, to which SPADE binds itself.
                stack.enter_context(GENERATION.patches(_raise))
                stack.enter_context(GENERATION.tuning())

            runner.run(enter())
            yield lambda coroutine: runner.run(_await(coroutine))

    def _loop_factory(self) -> Callable[[], asyncio.AbstractEventLoop]:
        virtual = isinstance(self.backend, EmbeddedBackend)
        return VirtualTimeLoop if virtual else asyncio.new_event_loop


async def _await(coroutine: Awaitable[T]) -> T:
    return await coroutine


def _on_loop_error(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    if not GENERATION.is_reported_elsewhere(context):
        loop.default_exception_handler(context)


def _raise(_agent: object, _behaviour: object, error: BaseException) -> None:
    raise error


@contextlib.contextmanager
def running(name: str, folder: Path) -> Iterator[Server]:
    """Start a server and stop it at the end. Skips, or fails, where it is not installed."""
    if name == "embedded":
        backend: Backend = EmbeddedBackend()
        asyncio.run(backend.start(context_of()))
        yield Server(name, backend)
        return
    backend = make_local(LOCAL[name])
    asyncio.run(backend.start(context_of(agents=500, folder=folder)))
    try:
        yield Server(name, backend)
    finally:
        asyncio.run(backend.stop())
