"""A run leaves nothing behind in its process."""

from __future__ import annotations

import gc
import logging
from pathlib import Path

import aioxmpp
import spade.agent

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


def left(kind: type) -> int:
    """How many objects of a class are alive."""
    gc.collect()
    return sum(isinstance(thing, kind) for thing in gc.get_objects())


def test_runs_in_one_process_do_not_grow(tmp_path: Path) -> None:
    run_text(SCENARIO, tmp_path / "warm")
    agents, clients = left(spade.agent.Agent), left(aioxmpp.Client)
    objects, loggers = len(gc.get_objects()), len(logging.Logger.manager.loggerDict)
    for number in range(3):
        run_text(SCENARIO.replace("member", f"other{number}"), tmp_path / str(number))
    assert left(spade.agent.Agent) == agents
    assert left(aioxmpp.Client) == clients
    assert len(logging.Logger.manager.loggerDict) == loggers
    assert len(gc.get_objects()) < objects + 2000


def test_no_agent_outlives_its_run(tmp_path: Path) -> None:
    before = left(spade.agent.Agent), left(aioxmpp.Client)
    run_text(SCENARIO, tmp_path)
    assert (left(spade.agent.Agent), left(aioxmpp.Client)) == before
