"""Agents of SPADE 4 on the servers that are started for a run, with faults."""

from __future__ import annotations

import pytest

from simulator.analysis.run import Run
from simulator.journal.records import Died, Received, Session
from tests.runs import run_text
from tests.servers.helpers import LOCAL, make_local

SCENARIO = """
    name: faults on a server
    populations:
      a: {count: 4, on_subscribe: approve, presence: {show: chat}}
      w: {on_subscribe: approve}
    subscriptions: [{from: w, to: a}]
    faults:
      - {at: 5s, crash: {who: "a[0]", restart_after: 2s}}
      - {at: 5s, crash: {who: "a[1]", silent: true}}
      - {at: 5s, reset: {who: "a[2]"}}
      - {at: 5s, close: {who: "a[3]"}}
    run: {duration: 14s}
"""


@pytest.fixture(scope="module", params=list(LOCAL))
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    backend = make_local(LOCAL[request.param])
    return run_text(SCENARIO, tmp_path_factory.mktemp("run"), backend=backend)


def seen(run: Run, agent: str) -> list[str]:
    """What the watcher heard of an agent's availability from the faults on."""
    return [
        one.type
        for one in run.records
        if isinstance(one, Received)
        and (one.agent, one.peer) == ("w", agent)
        and one.type in ("available", "unavailable")
        and one.t > 5_000_000
    ]


def states(run: Run, agent: str) -> list[str]:
    """The states of an agent's sessions from the faults on."""
    return [
        one.state
        for one in run.records
        if isinstance(one, Session) and one.agent == agent and one.t > 5_000_000
    ]


def test_everybody_is_there_at_the_end_but_who_died_for_good(run: Run) -> None:
    assert {one.agent: one.cause for one in run.records if isinstance(one, Died)} == {
        "a-0": "crash",
        "a-1": "crash",
        "a-2": "reset",
        "a-3": "close",
    }
    assert run.figures["declared_convergence"].value == 1


def test_a_crash_says_nothing_and_comes_back(run: Run) -> None:
    assert seen(run, "a-0") == ["unavailable", "available"]
    assert states(run, "a-0") == ["established"]


def test_a_silent_crash_leaves_a_ghost(run: Run) -> None:
    assert seen(run, "a-1") == []
    assert states(run, "a-1") == []


@pytest.mark.parametrize("agent", ["a-2", "a-3"])
def test_a_broken_connection_is_made_again_with_the_same_resource(run: Run, agent: str) -> None:
    assert seen(run, agent) == ["unavailable", "available"]
    assert states(run, agent) == ["destroyed", "established"]
    resources = {one.resource for one in run.records if isinstance(one, Session)}
    assert len(resources) == 6  # one for each, and another for a-0, which began anew
