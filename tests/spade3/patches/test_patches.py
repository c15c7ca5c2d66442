"""The patches of spade and aioxmpp: they work, and they leave nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import gc
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

from simulator.agents.shared.versions import check_versions
from simulator.errors import SimulatorError
from simulator.spade3 import patches

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


def connection_patches() -> AbstractContextManager[None]:
    return patches.connection_patches(lambda agent, behaviour, error: None)


@pytest.mark.parametrize(
    "group", [connection_patches, lambda: patches.virtual_time(lambda: 0.0), patches.tuning]
)
def test_a_group_restores_everything_it_replaced(
    group: Callable[[], AbstractContextManager[None]],
) -> None:
    async def main() -> None:
        before, thresholds = namespace(), gc.get_threshold()
        with contextlib.suppress(ZeroDivisionError), group():
            replaced = namespace() != before
            raise ZeroDivisionError
        assert replaced
        assert namespace() == before
        assert gc.get_threshold() == thresholds

    asyncio.run(main())


def test_nobody_but_the_named_peer_is_discovered() -> None:
    async def main() -> None:
        with connection_patches():
            assert await aioxmpp.node.discover_connectors("example.org") == []

    asyncio.run(main())


def test_no_server_says_where_its_stream_is_resumed() -> None:
    async def main() -> None:
        stream = aioxmpp.stream.StanzaStream()
        stream._sm_enabled, stream._sm_location = True, ("elsewhere.example", 5222)
        assert stream.sm_location == ("elsewhere.example", 5222)
        with connection_patches():
            assert stream.sm_location is None

    asyncio.run(main())


def test_other_versions_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(patches.WRITTEN_FOR, "spade", "9.9")
    with pytest.raises(SimulatorError, match=r"spade 3\.3\.3 is installed; .* spade 9\.9 only"):
        check_versions(patches.WRITTEN_FOR)


def test_the_container_follows_the_running_loop() -> None:
    async def main() -> None:
        with connection_patches():
            assert Container().loop is asyncio.get_running_loop()

    asyncio.run(main())
    asyncio.run(main())


def test_stanza_ids_count() -> None:
    def draw() -> list[str]:
        stanzas = [aioxmpp.Presence() for _ in range(3)]
        for stanza in stanzas:
            stanza.autoset_id()
        return [stanza.id_ for stanza in stanzas]

    for _ in range(2):
        with patches.virtual_time(lambda: 0.0):
            assert draw() == ["s1", "s2", "s3"]


def test_the_tuned_jids_are_the_stock_ones() -> None:
    texts = ["a@localhost", "A@LocalHost/Res", "ñ@exämple/ü", "localhost"]
    stock = [(aioxmpp.JID.fromstr(text), aioxmpp.JID.fromstr(text).bare()) for text in texts]
    with patches.tuning():
        for _ in range(2):
            tuned = [
                (aioxmpp.JID.fromstr(text), aioxmpp.JID.fromstr(text).bare()) for text in texts
            ]
            assert tuned == stock
        with pytest.raises(ValueError, match="must not be empty"):
            aioxmpp.JID.fromstr("@localhost")


def test_the_forgotten_futures_of_a_stream_do_not_complain() -> None:
    complaints: list[dict[str, Any]] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: complaints.append(context))
        with connection_patches():
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
