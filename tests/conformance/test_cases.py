"""The scripted cases of the modules `cases_...`, on every server."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from tests.conformance import deviations
from tests.conformance.scene import CASES, play_all
from tests.conformance.selection import selected
from tests.conformance.servers import SERVERS, Server

KINDS = {"deviation", "option", "surplus", "gap"}

for module in sorted(Path(__file__).parent.glob("cases_*.py")):
    importlib.import_module(f"tests.conformance.{module.stem}")


@pytest.fixture(scope="session")
def outcomes(request: pytest.FixtureRequest, server: Server) -> dict[str, BaseException | None]:
    """What each of the selected cases has raised on the server."""
    names = selected(request, server.name, "name")
    return server.run(lambda: play_all(server.name, server.backend, names))


@pytest.mark.parametrize("name", CASES)
def test_case(outcomes: dict[str, BaseException | None], name: str) -> None:
    error = outcomes[name]
    if error is not None:
        raise error


@pytest.mark.parametrize("server_name", SERVERS)
def test_the_deviations_are_well_formed(server_name: str) -> None:
    for entry in deviations.entries(server_name):
        assert entry["name"]
        assert entry["section"], entry["name"]
        assert entry["reason"].strip(), entry["name"]
        assert entry["kind"] in KINDS, entry["name"]
        assert entry.get("steps") or entry.get("cases"), entry["name"]
        assert set(entry.get("cases", {})) <= set(CASES), entry["name"]
