"""Servers for the tests of the backends.

A server that is not installed skips its tests; with SIMULATOR_REQUIRE_SERVERS=1 it fails them.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.servers.local.backend import LocalBackend
from simulator.servers.local.prosody import ProsodyBackend
from tests.servers.helpers import LOCAL, Running, context_of, make_local


def running(kind: type[LocalBackend], folder: Path) -> Iterator[Running]:
    backend = make_local(kind)
    asyncio.run(backend.start(context_of(folder=folder)))
    yield Running(backend, folder)
    asyncio.run(backend.stop())


@pytest.fixture(scope="session", params=list(LOCAL))
def server(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Running]:
    """Each of our servers, running, one for all tests."""
    yield from running(LOCAL[request.param], tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="session")
def prosody(tmp_path_factory: Any) -> Iterator[Running]:
    """A running Prosody, one for all tests."""
    yield from running(ProsodyBackend, tmp_path_factory.mktemp("prosody"))


@pytest.fixture(params=list(LOCAL))
def kind(request: pytest.FixtureRequest) -> type[LocalBackend]:
    """The class of each of our servers."""
    return LOCAL[request.param]
