"""A request to end a run now, from a signal, another thread or a limit of real time."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator

INTERRUPTED = "interrupted by"
"""How the reason of somebody's request begins, other than that of a limit."""


class Interruption:
    """A request, from a signal or another thread, to end the run now and keep what there is."""

    def __init__(self) -> None:
        self.reason = ""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._event: asyncio.Event | None = None

    def arm(self) -> None:
        """Tie the request to the running loop. A request made before takes effect at once."""
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()
        if self.reason:
            self._event.set()

    def request(self, reason: str) -> None:
        """Ask for the end of the run. Safe from signal handlers and other threads."""
        self.reason = self.reason or reason
        if self._loop is not None and self._event is not None:
            # A loop that is closed, perhaps just now by another thread, has no run to end.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._event.set)

    @contextlib.contextmanager
    def limited(self, seconds: float | None) -> Iterator[None]:
        """Meanwhile, ask for the end of the run after so many seconds of real time."""
        if seconds is None:
            yield
            return
        reason = f"the time limit of {seconds:g} s was reached"
        timer = threading.Timer(seconds, self.request, (reason,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    async def wait(self) -> None:
        """Wait for the request."""
        assert self._event is not None
        await self._event.wait()
