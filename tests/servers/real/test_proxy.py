"""An agent's proxy: bytes, ends, and a port that can be closed."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from random import Random

import pytest

from simulator.servers.real.ports import LOOPBACK
from simulator.servers.real.proxy import Line
from tests.servers.helpers import Instantly


class Scene:
    """An echoing server, a line to it, and an agent's connection through that."""

    def __init__(self) -> None:
        self.over: list[object] = []
        self.ends: list[str] = []

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, LOOPBACK, 0)
        port = self._server.sockets[0].getsockname()[1]
        self.line = Line(LOOPBACK, port, Instantly(), Random(1), self.over.append)
        await self.line.open()
        self.reader, self.writer = await self.connect()
        await self.say(b"hello")
        assert await self.hear() == b"hello"
        self.passage = self.line.newest

    async def connect(self):
        return await asyncio.open_connection(LOOPBACK, self.line.port)

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def hear(self, patience: float = 2.0) -> bytes:
        async with asyncio.timeout(patience):
            heard: bytes = await self.reader.read(100)
            return heard

    async def _serve(self, reader, writer) -> None:
        try:
            while data := await reader.read(100):
                writer.write(data)
            self.ends.append("end")
        except ConnectionResetError:
            self.ends.append("reset")
        writer.close()

    async def close(self) -> None:
        self.line.close()
        self.writer.close()
        self._server.close()

    async def until(self, reached: Callable[[], object]) -> None:
        async with asyncio.timeout(2):
            while not reached():  # noqa: ASYNC110  no event of ours
                await asyncio.sleep(0.01)


def through(test: Callable[[Scene], Awaitable[None]]) -> Callable[[], None]:
    def run() -> None:
        async def main() -> None:
            scene = Scene()
            await scene.open()
            try:
                await test(scene)
            finally:
                await scene.close()

        asyncio.run(main())

    run.__name__ = test.__name__
    return run


@through
async def test_an_end_in_order_reaches_both_sides(scene):
    scene.writer.write_eof()
    assert await scene.hear() == b""
    assert scene.ends == ["end"]
    assert scene.over == [scene.passage]
    await scene.until(lambda: scene.passage.is_over)


@through
async def test_a_reset_is_a_reset_on_both_sides(scene):
    scene.passage.reset()
    with pytest.raises(ConnectionResetError):
        await scene.hear()
    await scene.until(lambda: scene.ends)
    assert scene.ends == ["reset"]
    assert scene.over == [scene.passage]


@through
async def test_a_close_is_an_end_on_both_sides(scene):
    scene.passage.close()
    assert await scene.hear() == b""
    await scene.until(lambda: scene.ends)
    assert scene.ends == ["end"]


@through
async def test_a_crash_tells_the_server_and_not_the_agent(scene):
    scene.passage.crash(silent=False)
    await scene.until(lambda: scene.ends)
    assert scene.ends == ["end"]
    await scene.until(lambda: scene.over)
    with pytest.raises(TimeoutError):
        await scene.hear(0.1)


@through
async def test_a_silent_crash_tells_nobody(scene):
    scene.passage.crash(silent=True)
    await scene.say(b"from the grave")
    with pytest.raises(TimeoutError):
        await scene.hear(0.1)
    assert scene.ends == []
    assert scene.over == []


@through
async def test_a_refusing_port_is_closed_until_the_last_refusal_ends(scene):
    port = scene.line.port
    scene.line.refuse()
    scene.line.refuse()
    await scene.line.accept()
    with pytest.raises(ConnectionRefusedError):
        await scene.connect()
    await scene.say(b"still here")
    assert await scene.hear() == b"still here"
    await scene.line.accept()
    assert scene.line.port == port
    _, writer = await scene.connect()
    writer.close()


@through
async def test_a_dead_server_is_a_reset(scene):
    scene._server.close()
    reader, writer = await scene.connect()
    with contextlib.suppress(ConnectionResetError):
        writer.write(b"anybody?")
        assert await reader.read(1) == b""
    writer.close()
    assert len(scene.line.passages) >= 1


@through
async def test_slowness_is_what_faults_add_to_the_plans_latency(scene):
    class Tenth:
        def sample(self, _random):
            return 100_000

    scene.line._latency = Tenth()
    scene.line.state.up.slowed.append((3.0, 50_000))
    assert scene.line.delay(scene.line.state.up) == pytest.approx(0.25)
    assert scene.line.delay(scene.line.state.down) == 0
    scene.line.state.down.slowed.append((0.5, 0))
    assert scene.line.delay(scene.line.state.down) == 0
