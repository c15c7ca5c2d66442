"""In-memory links: order, latency, closing."""

from __future__ import annotations

import asyncio
import contextvars
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from simulator.servers.embedded.link import Link
from simulator.virtual_time.loop import VirtualTimeLoop, run


class Latencies:
    """Gives the latencies of a list, in microseconds, over and over."""

    def __init__(self, *values: int) -> None:
        self._values = values
        self._next = 0

    def sample(self, _random: Random) -> int:
        value = self._values[self._next % len(self._values)]
        self._next += 1
        return value


class Receiver:
    """Remembers what arrived, and when."""

    def __init__(self, *latencies: int) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop)
        self.loop = loop
        self.arrived: list[tuple[int, bytes]] = []
        self.ended: list[tuple[int, Exception | None]] = []
        self.link = Link(loop, Latencies(*latencies), Random(0), self._deliver, self._finish)

    def _deliver(self, data: bytes) -> None:
        self.arrived.append((self.loop.now, data))

    def _finish(self, error: Exception | None) -> None:
        self.ended.append((self.loop.now, error))


def test_a_chunk_takes_the_latency() -> None:
    async def main() -> Receiver:
        receiver = Receiver(20_000)
        receiver.link.send(b"a")
        await asyncio.sleep(1)
        return receiver

    assert run(main).arrived == [(20_000, b"a")]


def test_a_chunk_never_overtakes_the_one_before() -> None:
    async def main() -> Receiver:
        receiver = Receiver(30_000, 10_000, 40_000)
        for data in (b"a", b"b", b"c"):
            receiver.link.send(data)
            await asyncio.sleep(0.001)
        await asyncio.sleep(1)
        return receiver

    # b would arrive at 11 ms alone; it comes with a.
    assert run(main).arrived == [(30_000, b"ab"), (42_000, b"c")]


def test_what_is_sent_at_the_same_time_travels_together() -> None:
    async def main() -> Receiver:
        receiver = Receiver(30_000, 10_000)
        for data in (b"a", b"b"):
            receiver.link.send(data)
        await asyncio.sleep(0.025)
        receiver.link.send(b"c")
        await asyncio.sleep(1)
        return receiver

    # One draw serves a and b; c has the second one.
    assert run(main).arrived == [(30_000, b"ab"), (35_000, b"c")]


def test_closing_lets_what_is_on_the_way_arrive() -> None:
    async def main() -> Receiver:
        receiver = Receiver(5_000)
        receiver.link.send(b"a")
        receiver.link.close(None)
        receiver.link.send(b"too late")
        await asyncio.sleep(1)
        return receiver

    receiver = run(main)
    assert receiver.arrived == [(5_000, b"a")]
    assert receiver.ended == [(5_000, None)]


def test_a_severed_link_loses_what_is_on_the_way_and_tells_nobody() -> None:
    async def main() -> Receiver:
        receiver = Receiver(5_000)
        receiver.link.send(b"a")
        receiver.link.sever()
        receiver.link.send(b"b")
        receiver.link.close(None)
        await asyncio.sleep(1)
        return receiver

    receiver = run(main)
    assert receiver.arrived == []
    assert receiver.ended == []


@given(
    st.lists(st.tuples(st.integers(0, 50_000), st.binary(min_size=1, max_size=3)), max_size=20),
    st.lists(st.integers(0, 50_000), min_size=1, max_size=5),
)
def test_the_bytes_arrive_as_they_were_sent(
    sends: list[tuple[int, bytes]], latencies: list[int]
) -> None:
    async def main() -> Receiver:
        receiver = Receiver(*latencies)
        for wait, data in sends:
            await asyncio.sleep(wait / 1e6)
            receiver.link.send(data)
        await asyncio.sleep(1)
        return receiver

    receiver = run(main)
    assert b"".join(data for _, data in receiver.arrived) == b"".join(data for _, data in sends)
    times = [time for time, _ in receiver.arrived]
    assert times == sorted(times)


def test_it_delivers_in_the_context_in_which_it_was_made() -> None:
    who = contextvars.ContextVar[str]("who")
    seen: list[str] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop)
        who.set("maker")
        link = Link(
            loop,
            Latencies(1_000),
            Random(0),
            lambda _: seen.append(who.get()),
            lambda _: seen.append(who.get()),
        )
        who.set("sender")
        for _ in range(2):
            link.send(b"a")
            await asyncio.sleep(1)
        link.close()
        await asyncio.sleep(1)

    run(main)
    assert seen == ["maker"] * 3
