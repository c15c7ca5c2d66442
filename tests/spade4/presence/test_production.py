"""The documented manager without a run: on plain SPADE, with a server that anybody has set up."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.servers.local.prosody import ProsodyBackend
from simulator.spade4.presence import PresenceManager
from tests.runs import ROOT, process_environment
from tests.servers.helpers import Running, context_of, make_local
from tests.test_docs import blocks, write_files

PAGE = ROOT / "docs" / "howto" / "presence_manager_spade4.md"

ALONE = """
import sys
import spade
before = set(sys.modules)
from simulator.spade4.presence import ContactList, DocumentedPresence, PresenceManager
new = set(sys.modules) - before
print(sorted(name for name in new if not name.startswith("simulator")))
print(sorted(name for name in new if name.count(".") == 1))
"""
HEAVY = ("networkx", "pydantic", "matplotlib", "polars", "msgspec", "yaml", "rich")
AT = """
import runpy, sys
runpy.run_path("pair.py", run_name="__main__")
print([name for name in {heavy!r} if name in sys.modules])
"""


def printed(script: str, folder: Path, *arguments: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=folder,
        env=process_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture
def prosody(tmp_path: Path) -> Iterator[Running]:
    backend = make_local(ProsodyBackend)
    asyncio.run(backend.start(context_of(folder=tmp_path)))
    yield Running(backend, tmp_path)
    asyncio.run(backend.stop())


def test_it_needs_nothing_but_spade(tmp_path: Path) -> None:
    libraries, parts = printed(ALONE, tmp_path)
    assert libraries == "[]"
    assert parts == "['simulator.agents', 'simulator.spade4']"


def test_a_plain_script_works_on_prosody(prosody: Running, tmp_path: Path) -> None:
    write_files(PAGE, tmp_path)
    prosody.create("seller", "buyer")
    where = prosody.address
    assert where.host == "127.0.0.1"
    (promised,) = [block.text for block in blocks(PAGE) if block.comment == "output of pair.py"]
    found = printed(AT.format(heavy=HEAVY), tmp_path, prosody.backend.domain, str(where.port))
    assert found == [*promised.splitlines(), "[]"]


def test_the_page_names_what_is_there() -> None:
    text = PAGE.read_text("utf-8")
    for name in ("decline_subscription", "approve_subscription", "set_presence", "get_contacts"):
        assert name in text
        assert callable(getattr(PresenceManager, name))
