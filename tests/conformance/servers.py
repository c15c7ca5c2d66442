"""The servers under test: started once for a session, used by any number of event loops."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from simulator import pins
from simulator.agents.managers import make_manager
from simulator.backends.base import Backend
from simulator.backends.ejabberd import EjabberdBackend
from simulator.backends.embedded import EmbeddedBackend
from simulator.backends.local import LocalBackend
from simulator.backends.loop import run_on_real_loop
from simulator.backends.prosody import ProsodyBackend
from tests.backends.helpers import context_of, make_local

T = TypeVar("T")
Main = Callable[[], Awaitable[T]]

SERVERS = ("embedded", "prosody", "ejabberd")
_LOCAL: dict[str, type[LocalBackend]] = {"prosody": ProsodyBackend, "ejabberd": EjabberdBackend}


class Server:
    """A server that is up. `run(main)` runs a coroutine function with agents on it."""

    def __init__(self, name: str, backend: Backend) -> None:
        self.name = name
        self.backend = backend

    def run(self, main: Main[T]) -> T:
        """Run `main()` to its end, in virtual time on the embedded server."""

        async def inside() -> T:
            with pins.seams(make_manager, _raise), pins.tuning():
                return await main()

        if isinstance(self.backend, EmbeddedBackend):
            result: T = self.backend.run(inside, 1)
            return result
        result = run_on_real_loop(inside)
        return result


def _raise(_behaviour: Any, error: BaseException) -> None:
    raise error


@contextlib.contextmanager
def running(name: str, folder: Path) -> Iterator[Server]:
    """Start a server and stop it at the end. Skips, or fails, where it is not installed."""
    if name == "embedded":
        backend: Backend = EmbeddedBackend()
        asyncio.run(backend.start(context_of()))
        yield Server(name, backend)
        return
    backend = make_local(_LOCAL[name])
    asyncio.run(backend.start(context_of(agents=500, folder=folder)))
    try:
        yield Server(name, backend)
    finally:
        asyncio.run(backend.stop())
