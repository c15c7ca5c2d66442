"""The documented manager without a run: on plain SPADE, with a server that anybody has set up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import spade.presence
from spade.agent import Agent

from simulator.servers.local.prosody import ProsodyBackend
from simulator.spade3.presence import DocumentedPresence, PresenceManager
from tests.runs import ROOT, printed
from tests.servers.helpers import Running, context_of, make_local
from tests.test_docs import blocks, write_files

PAGE = ROOT / "docs" / "howto" / "presence_manager.md"

ALONE = """
import sys
import spade
before = set(sys.modules)
from simulator.spade3.presence import ContactList, DocumentedPresence, PresenceManager
new = set(sys.modules) - before
print(sorted(name for name in new if not name.startswith("simulator")))
print(sorted(name for name in new if name.count(".") == 1))
"""

# The script looks its server up in the DNS, where a test cannot put one.
AT = """
import aioxmpp.connector, aioxmpp.node, runpy, sys
async def discovered(*_arguments, **_options):
    return [({host!r}, {port}, aioxmpp.connector.STARTTLSConnector())]
aioxmpp.node.discover_connectors = discovered
sys.argv = ["pair.py", {domain!r}]
runpy.run_path("pair.py", run_name="__main__")
print([name for name in {heavy!r} if name in sys.modules])
"""
HEAVY = ("networkx", "pydantic", "matplotlib", "polars", "msgspec", "yaml", "rich")


@pytest.fixture
def prosody(tmp_path: Path) -> Iterator[Running]:
    backend = make_local(ProsodyBackend)
    asyncio.run(backend.start(context_of(folder=tmp_path)))
    yield Running(backend, tmp_path)
    asyncio.run(backend.stop())


def test_it_needs_nothing_but_spade(tmp_path: Path) -> None:
    libraries, parts = printed(ALONE, tmp_path)
    assert libraries == "[]"
    assert parts == "['simulator.agents', 'simulator.rfc6121', 'simulator.spade3']"


def test_a_plain_script_works_on_prosody(prosody: Running, tmp_path: Path) -> None:
    write_files(PAGE, tmp_path)
    prosody.create("seller", "buyer")
    where = prosody.address
    domain = prosody.backend.domain
    script = AT.format(host=where.host, port=where.port, domain=domain, heavy=HEAVY)
    (promised,) = [block.text for block in blocks(PAGE) if block.comment == "output of pair.py"]
    expected = promised.replace("example.org", domain).splitlines()
    assert printed(script, tmp_path) == [*expected, "[]"]


class Documented(DocumentedPresence, Agent):
    presence_recovery = "rejoin"


class Late(Agent, DocumentedPresence):
    """The other way round."""


class OfARun(spade.presence.PresenceManager):
    """What a run puts in SPADE's place."""

    def __init__(self) -> None:
        """Connect to nothing."""


@pytest.mark.parametrize(("own", "recovery"), [(Documented, "rejoin"), (Late, "none")])
def test_spades_manager_is_replaced(own: type, recovery: str) -> None:
    async def started() -> object:
        agent = own("a@localhost", "secret")
        assert agent.presence is None
        agent.client = spade.agent.aioxmpp.PresenceManagedClient(
            agent.jid, spade.agent.aioxmpp.make_security_layer("secret", no_verify=True)
        )
        agent.presence = spade.presence.PresenceManager(agent)
        return agent.presence

    manager = asyncio.run(started())
    assert isinstance(manager, PresenceManager)
    assert manager.recovery == recovery


def test_what_a_run_made_is_kept() -> None:
    async def started() -> bool:
        agent, made = Documented("a@localhost", "secret"), OfARun()
        agent.presence = made
        return agent.presence is made

    assert asyncio.run(started())
