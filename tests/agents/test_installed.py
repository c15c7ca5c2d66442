"""Which generation of SPADE is installed."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from collections.abc import Iterator

import pytest

from simulator.agents.installed import installed
from simulator.errors import SimulatorError
from tests.runs import ROOT, process_environment


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    installed.cache_clear()
    yield
    installed.cache_clear()


def test_a_generation_says_what_it_was_written_for() -> None:
    assert installed().versions["spade"] == importlib.metadata.version("spade")


def test_an_unknown_generation_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda _package: "9.1")
    with pytest.raises(SimulatorError, match=r"spade 9\.1 is installed; .* 3\.x or 4\.x"):
        installed()


def test_without_spade_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(package: str) -> str:
        raise importlib.metadata.PackageNotFoundError(package)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    with pytest.raises(SimulatorError, match=r"not installed \(pip install"):
        installed()


def test_half_a_generation_is_a_message() -> None:
    library = next(name for name in ("aioxmpp", "slixmpp") if importlib.util.find_spec(name))
    script = f"""
import sys
sys.modules[{library!r}] = None
from simulator.cli import application
sys.argv = ["simulator", "doctor"]
sys.exit(application())
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=process_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    told = " ".join((done.stdout + done.stderr).split())
    assert "is installed, and not all that it needs" in told
    assert "pip install 'spade-simulator[spade" in told
    assert "Traceback" not in told
    assert done.returncode
