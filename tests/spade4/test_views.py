"""Agents of SPADE 4 that change their minds: what they believe at the end, on every server."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

import simulator
from simulator.servers.embedded.backend import EmbeddedBackend
from tests.conformance.test_views import SCENARIO
from tests.servers.helpers import LOCAL, make_local

LATER = {"at: 300ms": "at: 2s", "at: 800ms": "at: 3s", "at: 1.2s": "at: 4s", "at: 2.2s": "at: 6s"}
"""A busy machine takes a second for the logins."""


def later(text: str) -> str:
    """The scenario with more time."""
    for early, late in {**LATER, "duration: 2.8s": "duration: 7s"}.items():
        text = text.replace(early, late)
    return text


@pytest.mark.parametrize("server", ["embedded", *LOCAL])
def test_the_documented_manager_believes_what_the_server_holds(tmp_path: Path, server: str) -> None:
    backend = EmbeddedBackend() if server == "embedded" else make_local(LOCAL[server])
    file = tmp_path / "views.yaml"
    text = textwrap.dedent(SCENARIO).replace(
        "presence_manager: spade", "presence_manager: documented"
    )
    file.write_text(textwrap.dedent(text), "utf-8")
    run = simulator.run(file, backend, out=tmp_path / "run")
    assert run.verdict.value == "pass", run.verdict
    assert run.figures["belief_divergence"].value == 0, run.summary["belief_divergence"]
