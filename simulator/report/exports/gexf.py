"""The graph of a run over time for Gephi (https://gephi.org): dynamic GEXF.

A node is an agent, with its `life` and its `show` over time; an edge is a watch, with its `state`
and its `sight` over time. Times are seconds from the start of the run.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TypeAlias, TypeVar

import networkx as nx

from simulator.analysis.run import Run
from simulator.analysis.states import AgentStates, DeclaredState, Sight, Steps
from simulator.journal.folder import write_private_bytes
from simulator.journal.records import SECOND
from simulator.report.replay.places import places
from simulator.report.text import printable

V = TypeVar("V")
_BESIDES = re.compile(rb' lastmodifieddate="[^"]*"| name=""')
"""What networkx writes besides: the day, and what the schema does not know."""
Spells: TypeAlias = list[tuple[str, float, float]]
"""(value, begin, end) in seconds."""
Graph: TypeAlias = "nx.DiGraph[str]"


def write_gexf(run: Run, folder: Path) -> list[Path]:
    """Write ``watches.gexf``."""
    content = BytesIO()
    nx.write_gexf(watch_graph(run), content, version="1.2draft")
    text = _BESIDES.sub(b"", content.getvalue())
    return [write_private_bytes(folder / "watches.gexf", text)]


def watch_graph(run: Run) -> Graph:
    """The graph, with attributes that change as networkx writes them."""
    states, info = run.measurement.states, run.measurement.info
    graph: Graph = nx.DiGraph(mode="dynamic")
    known = {**info.planned, **info.spawned}
    lives = run.measurement.causes.evidence.life_over_time
    at = places(list(states.agents), [(one.watcher, one.contact) for one in states.all_watches()])
    for name, agent in states.agents.items():
        plan, (x, y) = known.get(name), at[name]
        graph.add_node(
            printable(name),
            population=printable(plan.population) if plan else "",
            life=_spells(lives(name), states.end, str),
            show=_shows(agent, states.end),
            viz={"position": {"x": float(x), "y": float(-y), "z": 0.0}},
        )
    for watch in states.all_watches():
        declared = states.declared.get(watch.watcher, {}).get(watch.contact)
        graph.add_edge(
            printable(watch.watcher),
            printable(watch.contact),
            sight=_spells(watch.sights, states.end, _sight_word),
            state=_spells(declared.states, states.end, _state_word) if declared else [],
        )
    return graph


def _shows(agent: AgentStates, end: int) -> Spells:
    """The show of the first resource, ``unavailable`` for none."""
    steps = next(iter(agent.shows.values()), None)
    if steps is None:
        return _nothing("unavailable", 0, end)
    since = steps.times[0] if steps.times else end
    return _nothing("unavailable", 0, since) + _spells(steps, end, _show_word)


def _nothing(word: str, begin: int, end: int) -> Spells:
    return [(word, begin / SECOND, end / SECOND)] if begin < end else []


def _spells(steps: Steps[V], end: int, word: Callable[[V], str]) -> Spells:
    return [
        (word(value), begin / SECOND, after / SECOND) for value, begin, after in steps.spans(end)
    ]


def _show_word(show: str | None) -> str:
    return "unavailable" if show is None else show or "available"


def _sight_word(sight: Sight) -> str:
    return sight.name.lower()


def _state_word(state: DeclaredState) -> str:
    return state.name.lower()
