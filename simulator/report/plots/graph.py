"""The subscription graph at the end, its edges coloured by the state of the roster entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import hypot
from typing import TypeAlias

import networkx as nx
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch
from matplotlib.textpath import TextPath

from simulator.analysis.figures.rosters import believed_ghosts
from simulator.analysis.naming import natural_order, natural_tuples
from simulator.analysis.run import Run
from simulator.analysis.states import SEEING
from simulator.report.plots.layout import FEW, SHAPE, Curve, place, ways_between
from simulator.report.plots.style import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    PAPER,
    PURPLE,
    VERMILION,
    entitle,
    picture,
    say_nothing,
)
from simulator.report.plots.view import View

NODES = 60
"""More agents than this are sampled, `NAMED` of them."""
NAMED = 40
"""Up to so many agents are named."""
Graph: TypeAlias = "nx.DiGraph[str]"
_Dash: TypeAlias = str | tuple[int, tuple[int, int]]
_STYLES: dict[str, tuple[str, _Dash, float]] = {
    "in force": (BLUE, "-", 1.0),
    "pending": (ORANGE, (0, (4, 2)), 1.6),
    "wanted": (GREY, (0, (1, 2)), 1.2),
    "wrong": (VERMILION, "-", 2.2),
}
"""State of a watch's entry -> colour, dash, width; drawn in this order."""
_INCHES = 7.6
"""How wide a large graph is."""
_BADGES = {
    "subscription": ("agent believes another subscription", "D", PURPLE),
    "ghost": ("agent believes it available, it is gone", "o", PAPER),
}
"""What an agent believes wrongly of a contact -> words, marker and colour near the agent."""
_BADGE_AT = {"subscription": 0.3, "ghost": 0.4}
"""Where on the way from the agent to the contact a badge is."""


@picture(window=False)
def plot_graph(run: Run, view: View) -> FigureBase:
    """Who wants to see whom, and what has become of it at the end."""
    planned = [agent for agent in run.measurement.info.planned if view.shows(agent)]
    figure = view.canvas(9, {2: 3.2, 3: 5}.get(len(planned), 8))
    axes = figure.add_subplot()
    axes.set_axis_off()
    states = {pair: state for pair, state in watch_states(run).items() if view.shows(*pair)}
    if not states:
        say_nothing(axes, "Nobody wants to see anybody: the plan has no watch")
        return figure
    graph: Graph = nx.DiGraph()
    graph.add_nodes_from(planned)
    graph.add_edges_from((*pair, {"state": state}) for pair, state in states.items())
    beliefs = wrong_beliefs(run)
    shown = graph.subgraph(sample(graph, [pair for pairs in beliefs.values() for pair in pairs]))
    _draw(axes, shown, beliefs)
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
        for near in natural_order(nx.all_neighbors(graph, agent)):
            if len(chosen) >= NAMED:
                return list(chosen)
            if near not in chosen:
                chosen[near] = None
                queue.append(near)
    return list(chosen)


def _draw(axes: Axes, graph: Graph, beliefs: Mapping[str, Sequence[tuple[str, str]]]) -> None:
    """Draw agents and watches, and what is believed wrongly."""
    named = len(graph) <= NAMED
    size = 10 if len(graph) <= FEW else 7
    labels = {name: _label(name) if named else "" for name in graph}
    # Points; an agent without a name is a dot.
    wide = max(_width(label, size) for label in labels.values()) + 4 if named else 8
    places = place(graph, wide / 72 / _INCHES)
    states: dict[tuple[str, str], str] = nx.get_edge_attributes(graph, "state")
    ways = ways_between(places, states, wide / 72 / _INCHES)
    for pair, curve in ways.items():
        colour, dash, width = _STYLES[states[pair]]
        back = (pair[1], pair[0])
        both = states.get(back) == states[pair] and pair[0] != pair[1]
        if both and natural_tuples([pair, back])[0] != pair:
            continue  # drawn with the other direction
        axes.add_patch(
            FancyArrowPatch(
                *(tuple(curve.start), tuple(curve.end)),
                arrowstyle="<|-|>" if both else "-|>",
                connectionstyle=f"arc3,rad={curve.bend}",
                color=colour,
                linestyle=dash,
                linewidth=width,
                mutation_scale=9,
                shrinkA=wide / 2,
                shrinkB=wide / 2,
                zorder=1 + width,
            )
        )
    agents = natural_order(graph)
    at = np.array([places[agent] for agent in agents])
    dots = axes.scatter(at[:, 0], at[:, 1], s=wide**2, c=PAPER, ec=BLACK, lw=0.9, zorder=5)
    dots.set_clip_on(False)
    for agent in agents:
        x, y = places[agent]
        axes.text(x, y, labels[agent], size=size, ha="center", va="center", zorder=6)
    _draw_beliefs(axes, ways, places, beliefs)
    if len(graph) > FEW:
        axes.set_xlim(-0.06, SHAPE[0] + 0.06)
        axes.set_ylim(-0.06, SHAPE[1] + 0.06)
        axes.set_aspect("equal")
    else:
        axes.margins(0.12, 0.25)
        axes.set_aspect("equal", adjustable="datalim")


def _width(label: str, size: float) -> float:
    """How many points the circle around a label is wide."""
    font = FontProperties(family="DejaVu Sans", size=size)
    lines = label.split("\n")
    widths = (TextPath((0, 0), line, prop=font).get_extents().width for line in lines if line)
    return hypot(max(widths, default=0), size * (1.3 * len(lines) - 0.6))


def _draw_beliefs(
    axes: Axes,
    ways: Mapping[tuple[str, str], Curve],
    places: Mapping[str, np.ndarray],
    beliefs: Mapping[str, Sequence[tuple[str, str]]],
) -> None:
    for belief, pairs in beliefs.items():
        at = [
            ways.get(pair, Curve(places[pair[0]], places[pair[1]], 0)).at(_BADGE_AT[belief])
            for pair in pairs
            if {*pair} <= places.keys()
        ]
        if at:
            axes.add_line(_badge(belief, [x for x, _ in at], [y for _, y in at]))


def _badge(belief: str, x: list[float], y: list[float], label: str = "") -> Line2D:
    _, marker, colour = _BADGES[belief]
    badge = Line2D(x, y, marker=marker, color=colour, ls="", ms=7, label=label, zorder=7)
    badge.set(mec=BLACK, mew=1.2)
    return badge


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
        f"{len(graph):,} agents, {watches:,} watch{'es' * (watches != 1)} · "
        "an arrow points from the watcher to the contact"
    )
    if len(shown) < len(graph):
        restless = len(graph.edges) > counts["in force"]
        where = "the watches that are not in force" if restless else "the first agent"
        if any(beliefs.values()):
            where = "what is not in force or believed wrongly"
        note = (
            f"{len(shown)} of {len(graph):,} agents: those around {where} · "
            "the counts are of all watches"
        )
    entitle(axes, "Who wants to see whom, and what came of it", note)
