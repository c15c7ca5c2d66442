"""One direction of a connection that goes through a proxy: in order, and open to faults."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial

from simulator.servers.link_faults import LinkState


class Flow:
    """Bytes go in, and come out untouched in the same order; at once while there are no faults.

    `delay()` gives the seconds that faults delay a chunk by now, 0 when nothing slows it.
    `deliver` gets the bytes; `finish` is called once, after the last chunk, with the exception
    that `end` was given.
    """

    def __init__(
        self,
        state: LinkState,
        delay: Callable[[], float],
        deliver: Callable[[bytes], None],
        finish: Callable[[Exception | None], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._state = state
        self._delay = delay
        self._deliver = deliver
        self._finish = finish
        self._waiting: deque[tuple[float, Callable[[], None]]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._ended = False
        self._severed = False

    def send(self, data: bytes) -> None:
        """Put `data` on the way. Data sent after `end` or `sever` goes nowhere."""
        if self._ended:
            return
        if self._state.lost:
            # A hole in a stream of bytes cannot be mended: nothing more comes through.
            self.sever()
        self._put(partial(self._deliver, data))

    def mark(self, arrived: Callable[[], None]) -> None:
        """Call `arrived` when what is sent next arrives; never, if that gets lost."""
        if not self._state.lost:
            self._put(arrived)

    def end(self, error: Exception | None = None) -> None:
        """Let what is on the way arrive, then finish."""
        if self._ended:
            return
        self._ended = True
        if self._state.lost:
            self.sever()
        self._put(partial(self._finish, error))

    def sever(self) -> None:
        """Lose what is on the way and everything that follows, without telling anybody."""
        self._severed = True
        self._waiting.clear()

    def release(self) -> None:
        """Go on with what waited, as far as its time has come and unless the flow is held."""
        while self._waiting and not self._state.held:
            due, step = self._waiting[0]
            if due > self._loop.time():
                self._wake_at(due)
                return
            self._waiting.popleft()
            step()

    def _put(self, step: Callable[[], None]) -> None:
        if self._severed:
            return
        # Nothing overtakes what was sent before it: it waits behind it.
        self._waiting.append((self._loop.time() + self._delay(), step))
        self.release()

    def _wake_at(self, due: float) -> None:
        if self._timer is None:
            self._timer = self._loop.call_at(due, self._wake)

    def _wake(self) -> None:
        self._timer = None
        self.release()
