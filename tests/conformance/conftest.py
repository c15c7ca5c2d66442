"""The servers under test, one process each for a whole test session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conformance.servers import SERVERS, Server, running


@pytest.fixture(scope="session", params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Server]:
    """Each server in turn, running."""
    with running(request.param, tmp_path_factory.mktemp(request.param)) as started:
        yield started


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With ``-n 2 --dist loadgroup`` all cases of a server go to one worker: they are played
    together, once.
    """
    for item in items:
        name = getattr(item, "callspec", None) and item.callspec.params.get("server")  # type: ignore[attr-defined]
        if name in SERVERS:
            item.add_marker(pytest.mark.xdist_group(f"conformance-{name}"))
