"""An event loop that goes on when a callback tries to end the program."""

from __future__ import annotations

import asyncio


class GuardedLoop(asyncio.SelectorEventLoop):
    """asyncio's loop, for programs of which one part must not end the others.

    With an exception handler, that one is told of a SystemExit or KeyboardInterrupt that a task or
    callback raises; what it raises ends the loop, and otherwise the loop goes on. While `guarded`,
    `stop()` raises instead.
    """

    guarded = False

    def _run_once(self) -> None:
        try:
            self._run_some()
        except (SystemExit, KeyboardInterrupt) as error:
            if self.get_exception_handler() is None:
                raise
            told = {"message": "a callback wants to end the program", "exception": error}
            self.call_exception_handler(told)

    def _run_some(self) -> None:
        super()._run_once()  # type: ignore[misc]

    def stop(self) -> None:
        """As in asyncio. Raises RuntimeError while `guarded`."""
        if self.guarded:
            raise RuntimeError("loop.stop() would end the run for every agent; it was refused")
        super().stop()
