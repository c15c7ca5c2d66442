"""The subscription graph at the end, its edges coloured by the state of the roster entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

import networkx as nx
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from simulator.analysis.figures.rosters import believed_ghosts
from simulator.analysis.run import Run
from simulator.analysis.states import SEEING
from simulator.report.plots.style import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    PURPLE,
    VERMILION,
    entitle,
    new_figure,
    picture,
    say_nothing,
)

NODES = 60
"""More agents than this are sampled, `NAMED` of them."""
NAMED = 40
"""Up to so many agents are named."""
Graph: TypeAlias = "nx.DiGraph[str]"
_Places: TypeAlias = "Mapping[str, np.ndarray]"
"""Agent -> its place, x and y."""
_Dash: TypeAlias = str | tuple[int, tuple[int, int]]
_STYLES: dict[str, tuple[str, _Dash, float]] = {
    "in force": (BLUE, "-", 1.0),
    "pending": (ORANGE, (0, (4, 2)), 1.6),
    "wanted": (GREY, (0, (1, 2)), 1.2),
    "wrong": (VERMILION, "-", 2.2),
}
"""State of a watch's entry -> colour, dash, width; drawn in this order."""
_SHAPE = (1.0, 0.8)
"""Width and height of a large graph, in parts of its width."""
_CIRCLE, _STEPS = 0.068, 60
"""How wide the circle of a named agent is, in the same parts; steps in which circles are parted."""
_BEND = 0.08
"""How much an edge bends to its side, as a part of its length."""
_BADGES = {
    "subscription": ("agent believes another subscription", "D", PURPLE),
    "ghost": ("agent believes it available, it is gone", "o", "white"),
}
"""What an agent believes wrongly of a contact -> words, marker and colour near the agent."""
_BADGE_AT = {"subscription": 0.3, "ghost": 0.4}
"""Where on the way from the agent to the contact a badge is."""


@picture
def plot_graph(run: Run) -> Figure:
    """Who wants to see whom, and what has become of it at the end."""
    few = len(run.measurement.info.planned) <= 3
    figure = new_figure(9, 4.4 if few else 8)
    axes = figure.add_subplot()
    axes.set_axis_off()
    states = watch_states(run)
    if not states:
        say_nothing(axes, "Nobody wants to see anybody: the plan has no watch")
        return figure
    graph: Graph = nx.DiGraph()
    graph.add_nodes_from(run.measurement.info.planned)
    graph.add_edges_from((*pair, {"state": state}) for pair, state in states.items())
    beliefs = wrong_beliefs(run)
    shown = graph.subgraph(sample(graph, [pair for pairs in beliefs.values() for pair in pairs]))
    places = _draw(axes, shown)
    _draw_beliefs(axes, places, beliefs)
    _explain(axes, graph, shown, Counter(states.values()), beliefs)
    return figure


def watch_states(run: Run) -> dict[tuple[str, str], str]:
    """The state of each watch (watcher, contact) at the end.

    wrong: the served entry is not an expected one. in force: `to` or `both`. pending: the
    request waits. wanted: none of these.
    """
    wrong = set(run.measurement.rosters.wrong())
    entries = run.measurement.states.entries
    states = {}
    for watch in run.measurement.states.all_watches():
        pair = (watch.watcher, watch.contact)
        found = entries.get(watch.watcher, {}).get(watch.contact)
        entry = found.served.last if found else None
        if pair in wrong:
            states[pair] = "wrong"
        elif entry in SEEING:
            states[pair] = "in force"
        else:
            states[pair] = "pending" if entry and entry.ask else "wanted"
    return states


def wrong_beliefs(run: Run) -> dict[str, list[tuple[str, str]]]:
    """The pairs (agent, peer) at the end of which the agent's manager believes what is not so.

    subscription: `belief_divergence`. ghost: `believed_ghosts`.
    """
    diverging = run.belief_divergence().select("agent", "peer").rows()
    return {"subscription": diverging, "ghost": believed_ghosts(run.measurement)}


def sample(graph: Graph, believed: list[tuple[str, str]]) -> list[str]:
    """All agents, or those around watches that are not in force or are believed wrongly."""
    if len(graph) <= NODES:
        return list(graph)
    states: dict[tuple[str, str], str] = nx.get_edge_attributes(graph, "state")
    restless = believed + [pair for pair, state in states.items() if state != "in force"]
    queue = [agent for pair in restless for agent in pair if agent in graph] or list(graph)[:1]
    chosen = dict.fromkeys(queue[:NAMED])
    for agent in queue:
        for near in sorted(nx.all_neighbors(graph, agent)):
            if len(chosen) >= NAMED:
                return list(chosen)
            if near not in chosen:
                chosen[near] = None
                queue.append(near)
    return list(chosen)


def _draw(axes: Axes, graph: Graph) -> _Places:
    """Draw agents and watches; returns where the agents are."""
    ordered: nx.Graph[str] = nx.Graph()
    ordered.add_nodes_from(sorted(graph))
    ordered.add_edges_from(sorted((min(edge), max(edge)) for edge in graph.edges))
    # Springs push parts that nothing holds together out of sight of each other.
    ordered.add_edges_from(pairwise(min(part) for part in list(nx.connected_components(ordered))))
    places = (
        nx.circular_layout(ordered)
        if len(ordered) <= 6
        else _fill(nx.spring_layout(ordered, seed=1, k=2.2 / len(ordered) ** 0.5, iterations=80))
    )
    states: dict[tuple[str, str], str] = nx.get_edge_attributes(graph, "state")
    size = 820 if len(graph) <= NAMED else 60
    for state, (colour, dash, width) in _STYLES.items():
        edges = sorted(pair for pair, found in states.items() if found == state)
        arrows = nx.draw_networkx_edges(
            graph,
            places,
            ax=axes,
            edgelist=edges,
            edge_color=colour,
            style=dash,  # type: ignore[arg-type]  # any dash of matplotlib will do
            width=width,
            node_size=size,
            arrowsize=9,
            connectionstyle=f"arc3,rad={_BEND}",
        )
        for arrow in arrows if isinstance(arrows, list) else ():
            arrow.set_zorder(1 + width)
    nx.draw_networkx_nodes(
        graph,
        places,
        ax=axes,
        nodelist=sorted(graph),
        node_size=size,
        node_color="white",
        edgecolors="#333333",
        linewidths=0.9,
    ).set_zorder(5)
    if len(graph) <= NAMED:
        labels = {name: _label(name) for name in graph}
        texts = nx.draw_networkx_labels(graph, places, labels, ax=axes, font_size=7)
        for text in texts.values():
            text.set_zorder(6)
    axes.margins(0.08)
    axes.set_aspect("equal", adjustable="datalim")
    return places


def _fill(places: _Places) -> _Places:
    """The same places, stretched to the shape of the picture."""
    low, high = np.min([*places.values()], axis=0), np.max([*places.values()], axis=0)
    size = np.maximum(high - low, 1e-9)
    return _apart({agent: (place - low) / size * _SHAPE for agent, place in places.items()})


def _apart(places: _Places) -> _Places:
    """The same places, those apart whose circles would lie on each other."""
    at = np.array([*places.values()])
    for _ in range(_STEPS):
        gaps = at[:, None] - at[None]
        far = np.maximum(np.linalg.norm(gaps, axis=2), 1e-9)
        push = np.maximum(_CIRCLE - far, 0) / far / 2
        at += (gaps * push[:, :, None]).sum(axis=1)
    return dict(zip(places, at, strict=True))


def _draw_beliefs(
    axes: Axes, places: _Places, beliefs: Mapping[str, Sequence[tuple[str, str]]]
) -> None:
    for belief, pairs in beliefs.items():
        at = [
            _on_the_way(places[agent], places[peer], _BADGE_AT[belief])
            for agent, peer in pairs
            if agent in places and peer in places
        ]
        if at:
            axes.add_line(_badge(belief, [x for x, _ in at], [y for _, y in at]))


def _badge(belief: str, x: list[float], y: list[float], label: str = "") -> Line2D:
    _, marker, colour = _BADGES[belief]
    badge = Line2D(x, y, marker=marker, color=colour, ls="", ms=7, label=label, zorder=7)
    badge.set(mec=BLACK, mew=1.2)
    return badge


def _on_the_way(start: np.ndarray, end: np.ndarray, part: float) -> tuple[float, float]:
    """A point on the bent edge from an agent to another, so much of the way along it."""
    (left, low), (right, high) = start, end
    bend_x, bend_y = _BEND * (high - low), -_BEND * (right - left)
    middle = 2 * part * (1 - part)
    along = left + part * (right - left), low + part * (high - low)
    return along[0] + middle * bend_x, along[1] + middle * bend_y


def _label(name: str) -> str:
    """A name in a circle: long ones in two lines."""
    head, dash, tail = name.rpartition("-")
    return f"{_cut(head)}\n{_cut(tail)}" if dash and len(name) > 6 else _cut(name)


def _cut(text: str) -> str:
    return text if len(text) <= 9 else text[:8] + "…"


def _explain(
    axes: Axes,
    graph: Graph,
    shown: Graph,
    counts: Counter[str],
    beliefs: Mapping[str, Sequence[tuple[str, str]]],
) -> None:
    handles = [
        Line2D([], [], color=colour, ls=dash, lw=width + 0.6, label=f"{state}: {counts[state]:,}")
        for state, (colour, dash, width) in _STYLES.items()
    ]
    handles += [
        _badge(belief, [], [], f"{_BADGES[belief][0]}: {len(pairs):,}")
        for belief, pairs in beliefs.items()
        if pairs
    ]
    columns = 4 if len(handles) == len(_STYLES) else 3
    axes.legend(
        handles=handles,
        loc="upper center",
        ncols=columns,
        frameon=False,
        fontsize=9,
        bbox_to_anchor=(0.5, 0.02),
    )
    watches = graph.number_of_edges()
    note = (
        f"{len(graph)} agents, {watches:,} watch{'es' * (watches != 1)} · "
        "an arrow points from the watcher to the contact"
    )
    if len(shown) < len(graph):
        restless = len(graph.edges) > counts["in force"]
        where = "the watches that are not in force" if restless else "the first agent"
        if any(beliefs.values()):
            where = "what is not in force or believed wrongly"
        note = (
            f"{len(shown)} of {len(graph)} agents: those around {where} · "
            "the counts are of all watches"
        )
    entitle(axes, "Who wants to see whom, and what came of it", note)
