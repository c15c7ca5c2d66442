"""What agents believe at the end of a run, against what the server holds, on every server.

SPADE's presence manager merges each roster push into what it had, so an answered request stays
asked for, and a contact that was removed stays for ever. The documented manager must be right.
"""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

import simulator
from simulator.servers.embedded.backend import EmbeddedBackend
from tests.servers.helpers import LOCAL, make_local

SCENARIO = """
    name: populations that change their minds
    populations:
      fan:
        count: 3
        presence_manager: spade
        on_subscribe: &later {approve: {delay: 400ms}}
        behaviours: &reading [{class: "tests.conformance.readers:ReadsContacts"}]
      star: {count: 3, presence_manager: spade, behaviours: *reading}
      follower:
        {count: 3, presence_manager: documented, on_subscribe: *later, behaviours: *reading}
      idol: {count: 3, presence_manager: documented, behaviours: *reading}
    subscriptions:
      - {from: fan, to: star, at: 300ms}
      - {from: follower, to: idol, at: 300ms}
    timeline:
      - {at: 800ms, who: star, do: approve, peer: "fan[0:2]"}
      - {at: 800ms, who: star, do: deny, peer: "fan[2]"}
      - {at: 1.2s, who: star, do: subscribe, peer: "fan[0]"}
      - {at: 2.2s, who: "fan[0]", do: unsubscribe, peer: "star[0]"}
      - {at: 2.2s, who: "fan[1]", do: remove, peer: "star[1]"}
      - {at: 2.2s, who: "star[2]", do: remove, peer: "fan[1]"}
      - {at: 800ms, who: idol, do: approve, peer: "follower[0:2]"}
      - {at: 800ms, who: idol, do: deny, peer: "follower[2]"}
      - {at: 1.2s, who: idol, do: subscribe, peer: "follower[0]"}
      - {at: 2.2s, who: "follower[0]", do: unsubscribe, peer: "idol[0]"}
      - {at: 2.2s, who: "follower[1]", do: remove, peer: "idol[1]"}
      - {at: 2.2s, who: "idol[2]", do: remove, peer: "follower[1]"}
    run: {duration: 2.8s, settle: 500ms}
    expect:
      - {figure: roster_convergence, equals: 100%}
"""
"""The same story twice: fans and stars with SPADE's manager, followers and idols with ours."""

STALE = {
    # Approved long ago, and `ask` is still there.
    ("fan-0", "star-1", "both + ask", "both"),
    ("fan-0", "star-2", "both + ask", "both"),
    ("fan-1", "star-0", "to + ask", "to"),
    ("star-1", "fan-0", "both + ask", "both"),
    ("star-2", "fan-0", "both + ask", "both"),
    # Unsubscribed again: the request of long ago is still there, on both sides.
    ("fan-0", "star-0", "from + ask", "from"),
    ("star-0", "fan-0", "to + ask", "to"),
    # Denied, or cancelled by a removal on the other side.
    ("fan-2", "star-0", "none + ask", "none"),
    ("fan-2", "star-1", "none + ask", "none"),
    ("fan-2", "star-2", "none + ask", "none"),
    ("fan-1", "star-2", "none + ask", "none"),
    # Removed, and still there as it was.
    ("fan-1", "star-1", "to + ask", "absent"),
    ("star-2", "fan-1", "from", "absent"),
}
"""SPADE's stale entries: agent, contact, what the agent believes, what the server holds."""


def _backend(name: str) -> Any:
    if name == "embedded":
        return EmbeddedBackend()
    return make_local(LOCAL[name])


@pytest.mark.parametrize("name", ["embedded", "prosody", "ejabberd"])
def test_belief_and_truth(tmp_path: Path, name: str) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(textwrap.dedent(SCENARIO), encoding="utf-8")
    run = simulator.run(file, backend=_backend(name), out=tmp_path / "run")
    assert run.verdict.value == "pass", run.verdict
    assert {tuple(row) for row in run.belief_divergence().rows()} == STALE
