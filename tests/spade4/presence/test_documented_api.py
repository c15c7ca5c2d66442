"""The documented presence API of SPADE 4 on real servers, and what SPADE 4.1.4 makes of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from simulator.servers.embedded.backend import EmbeddedBackend
from simulator.servers.local.prosody import ProsodyBackend
from tests.agents.world import play, play_embedded
from tests.runs import ROOT
from tests.servers.helpers import context_of, make_local
from tests.spade4.presence.rows import ROWS

Run = Callable[..., None]

WORKS_IN_SPADE = {
    "row_02_every_show_crosses",
    "row_05_no_show_means_available",
    "row_06_status_is_a_text",
    "row_10_handlers_get_what_is_and_what_was",
    "row_17_no_contacts",
}
"""The rows that SPADE's own manager fulfils. All others it does not."""
ONLY_ON_PROSODY = {"row_13_who_approved_is_seen"}
"""What SPADE's own manager gets wrong only there."""


PAGE = ROOT / "docs" / "presence_spade4.md"


def on_embedded(script: Any, **options: Any) -> None:
    play_embedded(EmbeddedBackend(), script, **options)


@pytest.fixture(scope="module")
def on_prosody() -> Iterator[Run]:
    backend = make_local(ProsodyBackend)
    asyncio.run(backend.start(context_of()))
    yield lambda script, **options: asyncio.run(play(backend, script, **options))
    asyncio.run(backend.stop())


@pytest.fixture(params=["embedded", "prosody"])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a script on a server."""
    return on_embedded if request.param == "embedded" else request.getfixturevalue("on_prosody")


@pytest.mark.parametrize("row", ROWS)
def test_the_documented_manager_does_it(run: Run, row: str) -> None:
    run(ROWS[row])


@pytest.mark.parametrize("row", sorted(WORKS_IN_SPADE | ONLY_ON_PROSODY))
def test_spades_own_manager_does_it(row: str) -> None:
    on_embedded(ROWS[row], manager="spade")


@pytest.mark.parametrize("row", [row for row in ROWS if row not in WORKS_IN_SPADE])
def test_spades_own_manager_does_not(request: pytest.FixtureRequest, row: str) -> None:
    """Should one of these pass with a newer SPADE, its row in the documentation is to change."""
    on = request.getfixturevalue("on_prosody") if row in ONLY_ON_PROSODY else on_embedded
    with pytest.raises((AssertionError, AttributeError, KeyError, pytest.fail.Exception)):
        on(ROWS[row], manager="spade")


def test_the_page_has_the_same_rows() -> None:
    table = re.findall(r"^\| (\d+) \|[^|]*\|([^|]*)\|[^|]*\|$", PAGE.read_text("utf-8"), re.M)
    numbers = {name.split("_")[1]: name for name in ROWS}
    assert [f"{int(number):02}" for number, _ in table] == list(numbers)
    works = {numbers[f"{int(number):02}"] for number, says in table if says.startswith(" works")}
    assert works == WORKS_IN_SPADE | ONLY_ON_PROSODY
