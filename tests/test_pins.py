"""The patches of spade and aioxmpp: they work, and they leave nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import aioxmpp
import aioxmpp.callbacks
import aioxmpp.node
import aioxmpp.protocol
import aioxmpp.stanza
import aioxmpp.stream
import aioxmpp.structs
import aioxmpp.utils
import aioxmpp.xml
import pytest
import spade.agent
import spade.behaviour
from spade.container import Container

from simulator import pins
from simulator.errors import SimulatorError

HOLDERS: tuple[Any, ...] = (
    aioxmpp.callbacks.AbstractSignal,
    aioxmpp.node,
    aioxmpp.stanza,
    aioxmpp.structs,
    aioxmpp.structs.JID,
    aioxmpp.utils,
    aioxmpp.xml,
    aioxmpp.xml.XMLStreamWriter,
    aioxmpp.protocol.XMLStream,
    aioxmpp.stream.StanzaStream,
    aioxmpp.stream.custom_queue,
    spade.agent,
    spade.behaviour.CyclicBehaviour,
)


def namespace() -> list[dict[str, Any]]:
    return [dict(vars(holder)) for holder in HOLDERS]


def seams() -> AbstractContextManager[None]:
    return pins.seams(lambda agent: agent, lambda behaviour, error: None)


@pytest.mark.parametrize("group", [seams, lambda: pins.virtual_time(lambda: 0.0, 1), pins.tuning])
def test_a_group_restores_everything_it_replaced(
    group: Callable[[], AbstractContextManager[None]],
) -> None:
    async def main() -> None:
        before, thresholds, state = namespace(), gc.get_threshold(), random.getstate()
        with contextlib.suppress(ZeroDivisionError), group():
            replaced = namespace() != before
            raise ZeroDivisionError
        assert replaced
        assert namespace() == before
        assert gc.get_threshold() == thresholds
        assert random.getstate() == state

    asyncio.run(main())


def test_nobody_but_the_named_peer_is_discovered() -> None:
    async def main() -> None:
        with seams():
            assert await aioxmpp.node.discover_connectors("example.org") == []

    asyncio.run(main())


def test_no_server_says_where_its_stream_is_resumed() -> None:
    async def main() -> None:
        stream = aioxmpp.stream.StanzaStream()
        stream._sm_enabled, stream._sm_location = True, ("elsewhere.example", 5222)
        assert stream.sm_location == ("elsewhere.example", 5222)
        with seams():
            assert stream.sm_location is None

    asyncio.run(main())


def test_other_versions_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(pins.WRITTEN_FOR, "spade", "9.9")
    with pytest.raises(SimulatorError, match=r"spade 3\.3\.3 is installed; .* spade 9\.9 only"):
        pins.check_versions()


def test_the_container_follows_the_running_loop() -> None:
    async def main() -> None:
        with seams():
            assert Container().loop is asyncio.get_running_loop()

    asyncio.run(main())
    asyncio.run(main())


def test_stanza_ids_count_and_the_global_generator_is_seeded() -> None:
    def draw() -> tuple[list[str], float]:
        stanzas = [aioxmpp.Presence() for _ in range(3)]
        for stanza in stanzas:
            stanza.autoset_id()
        return [stanza.id_ for stanza in stanzas], random.random()

    with pins.virtual_time(lambda: 0.0, 7):
        first = draw()
    with pins.virtual_time(lambda: 0.0, 7):
        assert draw() == first
    assert first[0] == ["s1", "s2", "s3"]


def test_the_tuned_jids_are_the_stock_ones() -> None:
    texts = ["a@localhost", "A@LocalHost/Res", "ñ@exämple/ü", "localhost"]
    stock = [(aioxmpp.JID.fromstr(text), aioxmpp.JID.fromstr(text).bare()) for text in texts]
    with pins.tuning():
        for _ in range(2):
            tuned = [
                (aioxmpp.JID.fromstr(text), aioxmpp.JID.fromstr(text).bare()) for text in texts
            ]
            assert tuned == stock
        with pytest.raises(ValueError, match="must not be empty"):
            aioxmpp.JID.fromstr("@localhost")


def test_wait_for_is_the_one_of_every_python() -> None:
    async def waits() -> list[str]:
        found = []
        quick = asyncio.ensure_future(asyncio.sleep(0, "there"))
        found.append(await asyncio.wait_for(quick, 1))
        found.append(await asyncio.wait_for(quick, 0))
        found.append(await asyncio.wait_for(asyncio.sleep(0, "no limit"), None))
        for timeout in (0, 0.01):
            slow = asyncio.ensure_future(asyncio.sleep(5))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(slow, timeout)
            found.append(f"cancelled {slow.cancelled()}")
        return found

    before = asyncio.wait_for
    with pins.virtual_time(lambda: 0.0, 7):
        assert asyncio.wait_for is not before
        found = asyncio.run(waits())
    assert found == ["there", "there", "no limit", "cancelled True", "cancelled True"]
    assert asyncio.wait_for is before


def test_the_forgotten_futures_of_a_stream_do_not_complain() -> None:
    complaints: list[dict[str, Any]] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: complaints.append(context))
        with seams():
            stream = aioxmpp.protocol.XMLStream(to="localhost")
            stream.error_future()
            waited = stream.error_future()
            stream.abort()
            with pytest.raises(ConnectionError, match="stream shut down"):
                await waited
            del stream, waited
            gc.collect()
            await asyncio.sleep(0)

    asyncio.run(main())
    assert complaints == []
