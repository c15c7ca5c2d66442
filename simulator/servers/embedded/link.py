"""One direction of an in-memory connection: FIFO, with one-way latency, and open to faults.

A link never reorders, and never loses by itself. What is sent at the same time travels together,
as one chunk. Latency is drawn for each chunk, and a chunk never overtakes the one before it, as
on one TCP connection.
"""

from __future__ import annotations

import contextvars
from collections import deque
from collections.abc import Callable
from random import Random

from simulator.scenario.plan import Distribution
from simulator.servers.link_faults import LinkState
from simulator.virtual_time.clock import SECOND, Timer
from simulator.virtual_time.loop import VirtualTimeLoop


class Link:
    """One direction of a connection: bytes go in, and come out later in the same order.

    Chunks that arrive at the same time are handed over together. `deliver` gets the bytes;
    `finish` is called once, after the last chunk, with the exception that `close` was given. Both
    are called in the context in which the link was made.
    """

    def __init__(
        self,
        loop: VirtualTimeLoop,
        latency: Distribution,
        random: Random,
        deliver: Callable[[bytes], None],
        finish: Callable[[Exception | None], None],
        state: LinkState | None = None,
    ) -> None:
        self._loop = loop
        self._latency = latency
        self._random = random
        self._deliver = deliver
        self._finish = finish
        self._state = state or LinkState()
        self._in_flight: deque[list[bytes]] = deque()
        self._timers: deque[Timer] = deque()
        """That of each chunk in flight."""
        self._free: list[Timer] = []
        """Those that have fired, to be used again."""
        self._context = contextvars.copy_context()
        self._waiting: list[bytes] = []
        self._ending: list[Exception | None] = []
        self._arrival = 0
        self._sent_at = -1
        self._closed = False
        self._severed = False

    def send(self, data: bytes) -> None:
        """Put `data` on the way. Data sent after `close` or `sever` goes nowhere."""
        if self._closed or self._severed:
            return
        if self._state.lost:
            # A hole in a stream of bytes cannot be mended: nothing more comes through.
            self.sever()
        elif self._state.held:
            self._waiting.append(data)
        else:
            self._put_on_the_way(data)

    def close(self, error: Exception | None = None) -> None:
        """Let what is on the way arrive, then finish."""
        if self._closed:
            return
        self._closed = True
        if self._state.lost:
            self.sever()
        elif self._state.held:
            self._ending.append(error)
        else:
            self._end_later(error)

    def release(self) -> None:
        """Go on with what waited, unless the link is still held."""
        if self._state.held:
            return
        for data in self._waiting:
            self._put_on_the_way(data)
        for error in self._ending:
            self._end_later(error)
        self._waiting.clear()
        self._ending.clear()

    def sever(self) -> None:
        """Lose what is on the way and everything that follows, without telling anybody."""
        self._severed = True
        self._timers.clear()
        self._free.clear()

    def _put_on_the_way(self, data: bytes) -> None:
        now, in_flight = self._loop.now, self._in_flight
        if in_flight and self._sent_at == now:
            in_flight[-1].append(data)
            return
        self._sent_at = now
        arrival = self._next_arrival()
        if in_flight and arrival == self._arrival:
            in_flight[-1].append(data)
            return
        self._arrival = arrival
        in_flight.append([data])
        if self._free:
            timer = self._free.pop()
            self._loop.call_again_at(arrival / SECOND, timer)
        else:
            timer = self._loop.call_at(arrival / SECOND, self._arrive, context=self._context)
        self._timers.append(timer)

    def _end_later(self, error: Exception | None) -> None:
        self._arrival = arrival = self._next_arrival()
        self._loop.call_at(arrival / SECOND, self._end, error, context=self._context)

    def _next_arrival(self) -> int:
        latency = self._latency.sample(self._random)
        if self._state.slowed:
            latency = self._state.latency(latency)
        return max(self._arrival, self._loop.now + latency)

    def _arrive(self) -> None:
        chunks = self._in_flight.popleft()
        if not self._severed:
            self._free.append(self._timers.popleft())
            self._deliver(chunks[0] if len(chunks) == 1 else b"".join(chunks))

    def _end(self, error: Exception | None) -> None:
        self._free.clear()
        if not self._severed:
            self._finish(error)
