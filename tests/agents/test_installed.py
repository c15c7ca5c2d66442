"""Which generation of SPADE is installed."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator

import pytest

from simulator.agents.installed import installed
from simulator.errors import SimulatorError


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    installed.cache_clear()
    yield
    installed.cache_clear()


def test_a_generation_says_what_it_was_written_for() -> None:
    assert installed().versions["spade"] == importlib.metadata.version("spade")


def test_an_unknown_generation_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda _package: "9.1")
    with pytest.raises(SimulatorError, match=r"spade 9\.1 is installed; .* works with 3\.x"):
        installed()


def test_without_spade_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(package: str) -> str:
        raise importlib.metadata.PackageNotFoundError(package)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    with pytest.raises(SimulatorError, match=r"pip install spade==3\.3\.3"):
        installed()
