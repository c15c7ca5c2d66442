"""The subscription graph at the end, its edges coloured by the state of the roster entry."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypeAlias

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from simulator.analysis.run import Run
from simulator.lazily import import_lazily
from simulator.report.plots.style import (
    BLUE,
    GREY,
    ORANGE,
    VERMILION,
    entitle,
    new_figure,
    picture,
    say_nothing,
)

if TYPE_CHECKING:
    import networkx as nx
else:
    nx = import_lazily("networkx")

NODES = 60
"""More agents than this are sampled."""
NAMED = 40
"""Up to so many agents are named."""
Graph: TypeAlias = "nx.DiGraph[str]"
_STYLES: dict[str, tuple[str, Any, float]] = {
    "in force": (BLUE, "-", 1.0),
    "pending": (ORANGE, (0, (4, 2)), 1.6),
    "wanted": (GREY, (0, (1, 2)), 1.2),
    "wrong": (VERMILION, "-", 2.2),
}
"""State of a watch's entry -> colour, dash, width; drawn in this order."""


@picture
def plot_graph(run: Run) -> Figure:
    """Who wants to see whom, and what has become of it at the end."""
    few = len(run.measurement.ledger.planned) <= 3
    figure = new_figure(9, 4.4 if few else 8)
    axes = figure.add_subplot()
    axes.set_axis_off()
    states = watch_states(run)
    if not states:
        say_nothing(axes, "Nobody wants to see anybody: the plan has no watch")
        return figure
    graph: Graph = nx.DiGraph()
    graph.add_nodes_from(run.measurement.ledger.planned)
    graph.add_edges_from((*pair, {"state": state}) for pair, state in states.items())
    shown = graph.subgraph(_sample(graph))
    _draw(axes, shown)
    _explain(axes, graph, shown, Counter(states.values()))
    return figure


def watch_states(run: Run) -> dict[tuple[str, str], str]:
    """The state of each watch (watcher, contact) at the end.

    wrong: the served entry is not an expected one. in force: `to` or `both`. pending: the
    request waits. wanted: none of these.
    """
    monitor = run.measurement.monitor
    wrong = set(monitor.wrong_entries())
    states = {}
    for watch in monitor.watches:
        pair = (watch.watcher, watch.contact)
        entry = monitor.served.entry(*pair)
        if pair in wrong:
            states[pair] = "wrong"
        elif monitor.served.sees(*pair):
            states[pair] = "in force"
        else:
            states[pair] = "pending" if entry and entry.ask else "wanted"
    return states


def _sample(graph: Graph) -> list[str]:
    """All agents, or those around the watches that are not in force, then the first ones."""
    if len(graph) <= NODES:
        return list(graph)
    states: dict[tuple[str, str], str] = nx.get_edge_attributes(graph, "state")
    restless = [pair for pair, state in states.items() if state != "in force"]
    queue = [agent for pair in restless for agent in pair] or list(graph)[:1]
    chosen = dict.fromkeys(queue[:NODES])
    for agent in queue:
        for near in sorted(nx.all_neighbors(graph, agent)):
            if len(chosen) >= NODES:
                return list(chosen)
            if near not in chosen:
                chosen[near] = None
                queue.append(near)
    return list(chosen)


def _draw(axes: Axes, graph: Graph) -> None:
    ordered: nx.Graph[str] = nx.Graph()
    ordered.add_nodes_from(sorted(graph))
    ordered.add_edges_from(sorted((min(edge), max(edge)) for edge in graph.edges))
    places = (
        nx.circular_layout(ordered)
        if len(ordered) <= 6
        else nx.spring_layout(ordered, seed=1, k=2.2 / len(ordered) ** 0.5, iterations=80)
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
            style=dash,
            width=width,
            node_size=size,
            arrowsize=9,
            connectionstyle="arc3,rad=0.08",
        )
        for arrow in arrows or ():
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


def _label(name: str) -> str:
    """A name in a circle: long ones in two lines."""
    head, dash, tail = name.rpartition("-")
    text = f"{head[:8]}\n{tail[:8]}" if dash and len(name) > 6 else name
    return text if len(text) <= 17 else text[:16] + "…"


def _explain(axes: Axes, graph: Graph, shown: Graph, counts: Counter[str]) -> None:
    handles = [
        Line2D([], [], color=colour, ls=dash, lw=width + 0.6, label=f"{state}: {counts[state]:,}")
        for state, (colour, dash, width) in _STYLES.items()
    ]
    axes.legend(
        handles=handles, loc="lower center", ncols=4, frameon=False, bbox_to_anchor=(0.5, -0.04)
    )
    note = (
        f"{len(graph)} agents, {graph.number_of_edges():,} watches · "
        "an arrow points from the watcher to the contact"
    )
    if len(shown) < len(graph):
        restless = len(graph.edges) > counts["in force"]
        where = "the watches that are not in force" if restless else "the first agent"
        note = (
            f"{len(shown)} of {len(graph)} agents: those around {where} · "
            "the counts are of all watches"
        )
    entitle(axes, "Who wants to see whom, and what came of it", note)
