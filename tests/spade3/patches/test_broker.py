"""The leaner broker does what aioxmpp's does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aioxmpp
import aioxmpp.protocol
import aioxmpp.stream
import pytest

from simulator.spade3 import patches
from simulator.virtual_time import loop as virtual

Main = Callable[[], Awaitable[Any]]


def on_a_virtual_loop(main: Main) -> Any:
    return virtual.run(main)


def on_asyncios_loop(main: Main) -> Any:
    async def started() -> Any:
        return await main()

    return asyncio.run(started())


@pytest.fixture(params=[on_a_virtual_loop, on_asyncios_loop])
def run(request: pytest.FixtureRequest) -> Callable[[Main], Any]:
    made: Callable[[Main], Any] = request.param
    return made


@pytest.fixture(params=[True, False], ids=["tuned", "stock"], autouse=True)
def _tuned(request: pytest.FixtureRequest) -> Any:
    if request.param:
        with patches.tuning():
            yield
    else:
        yield


def presence() -> aioxmpp.Presence:
    return aioxmpp.Presence(from_=aioxmpp.JID.fromstr("a@b/c"))


def started_stream() -> aioxmpp.stream.StanzaStream:
    stream = aioxmpp.stream.StanzaStream(
        aioxmpp.JID.fromstr("d@e"), loop=asyncio.get_running_loop()
    )
    stream.start(aioxmpp.protocol.XMLStream("e"))
    return stream


async def listening() -> tuple[aioxmpp.stream.StanzaStream, list[Any]]:
    """A stream whose task waits, and what it hears."""
    stream = started_stream()
    heard: list[Any] = []
    stream.on_presence_received.connect(heard.append)
    await asyncio.sleep(0.01)
    return stream, heard


def test_handlers_run_in_the_streams_task(run: Callable[[Main], Any]) -> None:
    async def main() -> None:
        stream = started_stream()
        tasks: list[Any] = []
        stream.on_presence_received.connect(lambda _: tasks.append(asyncio.current_task()))
        for _ in range(3):
            await asyncio.sleep(0.01)
            stream.recv_stanza(presence())
            stream.recv_stanza(presence())
        await asyncio.sleep(0.01)
        assert tasks == [stream._task] * 6
        stream.stop()
        await asyncio.sleep(0.01)

    run(main)


def test_a_failure_ends_the_task(run: Callable[[Main], Any]) -> None:
    async def main() -> None:
        stream = started_stream()
        failures: list[BaseException] = []
        stream.on_failure.connect(failures.append)
        await asyncio.sleep(0.01)
        stream._process_incoming_presence = lambda _: 1 / 0
        stream.recv_stanza(presence())
        await asyncio.sleep(0.01)
        assert not stream.running
        assert [type(failure) for failure in failures] == [ZeroDivisionError]

    run(main)


def test_who_stops_in_a_handler_hears_no_more(run: Callable[[Main], Any]) -> None:
    async def main() -> None:
        stream, heard = await listening()
        stream.on_presence_received.connect(lambda _: stream.stop())
        stream.recv_stanza(presence())
        await asyncio.sleep(0.01)
        assert not stream.running
        stream.recv_stanza(presence())
        await asyncio.sleep(0.01)
        assert len(heard) == 1

    run(main)


def test_an_item_waits_for_the_brokers_lock(run: Callable[[Main], Any]) -> None:
    async def main() -> None:
        stream, heard = await listening()
        async with stream._broker_lock:
            stream.recv_stanza(presence())
            await asyncio.sleep(0.01)
            assert heard == []
        await asyncio.sleep(0.01)
        assert len(heard) == 1
        stream.stop()
        await asyncio.sleep(0.01)

    run(main)
