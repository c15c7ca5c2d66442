"""Whom a sequence chart shows where nobody says: those whose exchange tells the most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from simulator.analysis.causes.sights import UNDER_WAY
from simulator.analysis.run import Run
from simulator.journal.records import Received
from simulator.journal.work_records import MessageReceived
from simulator.report.plots.view import View

MOST_AGENTS = 5
"""Of more agents than this only some are shown,"""
SHOWN = 3
"""as many as these."""

_Pair = frozenset[str]


def choose_agents(run: Run, view: View) -> list[str]:
    """All agents of a small run; else those whose exchange tells the most, in the plan's order.

    First two of whom one has a declared watch on the other that is not in force, or who failed,
    or who saw the other wrongly for the longest; where all is well, the two with the most stanzas
    between them. Then those who have the most to do with them.
    """
    agents = list(run.measurement.info.planned)
    if len(agents) <= MOST_AGENTS:
        return agents
    exchanged = Counter(_exchanges(run, view))
    if not exchanged:
        return agents[:SHOWN]
    wrong = _ranked(run)
    chosen = max(exchanged, key=lambda pair: (wrong(pair), exchanged[pair]))
    while len(chosen) < SHOWN:
        near: Counter[str] = Counter()
        for pair, count in exchanged.items():
            if len(pair & chosen) == 1:
                near[next(iter(pair - chosen))] += count
        if not near:
            break
        chosen |= {max(near, key=lambda agent: (near[agent], -agents.index(agent)))}
    return [agent for agent in agents if agent in chosen]


def _exchanges(run: Run, view: View) -> Iterator[_Pair]:
    """Who got something from whom, once for each stanza."""
    known = run.measurement.info.planned
    for record in run.records:
        if not isinstance(record, Received | MessageReceived) or record.agent == record.peer:
            continue
        if record.agent in known and record.peer in known and view.begin <= record.t <= view.end:
            yield frozenset((record.agent, record.peer))


def _ranked(run: Run) -> Callable[[_Pair], tuple[int, int, int]]:
    """How much is wrong between two: watches not in force, failures, and microseconds."""
    causes = run.measurement.causes
    absent, wrong = Counter[_Pair](), Counter[_Pair]()
    for one in causes.not_in_force:
        if not one.watch.is_prescribed:
            absent[frozenset((one.watch.watcher, one.watch.contact))] += 1
    for time in causes.wrong_times:
        if time.cause != UNDER_WAY:
            wrong[frozenset((time.watch.watcher, time.watch.contact))] += time.lasted
    failed = {failure.agent for failure in run.measurement.info.failures}
    return lambda pair: (absent[pair], len(failed & pair), wrong[pair])
