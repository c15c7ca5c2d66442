"""A run leaves nothing behind in its process."""

from __future__ import annotations

import gc
import logging
from pathlib import Path

import aioxmpp
import pytest
import spade.agent

from simulator.running import runner
from tests.runs import run_text

SCENARIO = """
name: Again
seed: 1
populations:
  member: {count: 8, on_subscribe: approve}
subscriptions:
  - {graph: {generator: cycle_graph}, among: member, at: 0s}
run: {duration: 5s}
"""


WITH_A_NAME = (spade.agent.Agent, aioxmpp.Client)


def alive(name: str) -> list[str]:
    """The agents and clients that are alive and whose name begins so."""
    gc.collect()
    things = [thing for thing in gc.get_objects() if isinstance(thing, WITH_A_NAME)]
    jids = [getattr(thing, "jid", None) or thing.local_jid for thing in things]
    return [str(jid) for jid in jids if str(jid).startswith(name)]


def test_no_agent_outlives_its_run(tmp_path: Path) -> None:
    run_text(SCENARIO.replace("member", "leaver"), tmp_path)
    assert alive("leaver") == []


def test_no_agent_outlives_its_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the run goes on only the agent in its place is there, and its client."""
    during: list[list[str]] = []
    monkeypatch.setattr(runner, "collect_failures", lambda: during.append(alive("fragile-1@")))
    crash = "faults: [{at: 1s, crash: {who: fragile-1, restart_after: 1s}}]"
    scenario = SCENARIO.replace("member", "fragile").replace("5s", "5min")
    run_text(scenario + crash, tmp_path)
    assert list(map(len, during)) == [2]


def test_runs_in_one_process_do_not_grow(tmp_path: Path) -> None:
    run_text(SCENARIO, tmp_path / "warm")
    gc.collect()
    objects, loggers = len(gc.get_objects()), len(logging.Logger.manager.loggerDict)
    for number in range(3):
        run_text(SCENARIO.replace("member", f"other{number}"), tmp_path / str(number))
    gc.collect()
    assert len(logging.Logger.manager.loggerDict) == loggers
    assert len(gc.get_objects()) < objects + 500
