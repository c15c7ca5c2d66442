"""Availability over time: lanes of agents, what the server holds above what watchers saw."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from simulator.analysis.run import Run
from simulator.journal.records import SECOND
from simulator.report.plots.disturbances import key_text, mark
from simulator.report.plots.faults import faults_of, shade
from simulator.report.plots.lanes import Lane, choose, lanes_of
from simulator.report.plots.style import (
    BLACK,
    SHOW_COLOURS,
    SIGHT_COLOURS,
    WINE,
    entitle,
    new_figure,
    picture,
)

WRONG = ("ghost", "blind", "mislabelled")
_WORDS = {
    "ghost": "a watcher saw it available, it was not",
    "blind": "a watcher saw it unavailable, it was available",
    "mislabelled": "a watcher saw another show or other resources",
}
_UPPER, _LOWER = (-0.4, 0.04), (0.08, 0.38)
"""Bands of a lane: what the server holds, and what watchers saw wrongly."""
_CROSS: Any = {"marker": "X", "color": BLACK, "mec": "white", "mew": 0.8, "ms": 8, "ls": ""}
_HELD: Any = {"facecolor": "#FFFFFFA0", "edgecolor": BLACK, "hatch": "/////", "linewidth": 0}
"""How what a server still holds of the dead is drawn, above what is held."""
_Bar = tuple[int, float, float]
"""The number of a lane, begin and end in seconds."""


@picture
def plot_timeline(run: Run) -> Figure:
    """Who was available as what, and when a watcher saw something else."""
    wrong = run.sights().filter(pl.col("sight").cast(pl.String).is_in(WRONG))
    held = _held(run)
    lanes = choose(lanes_of(run), _weights(wrong, held))
    figure = new_figure(11, 2.8 + 0.24 * max(len(lanes), 4))
    axes = figure.add_subplot()
    axes.set_xlim(0, max(run.measurement.end / SECOND, 1e-6))
    axes.set_ylim(len(lanes) - 0.4, -0.6)
    _draw_hit(axes, run, lanes)
    _draw_actual(axes, run.availability(), lanes)
    _draw_held(axes, held, lanes)
    _draw_deaths(axes, run, lanes)
    _draw_seen(axes, wrong, lanes)
    mark(axes, run.measurement.phases)
    above = shade(axes, faults_of(run))
    axes.set_yticks(range(len(lanes)), [lane.label for lane in lanes], fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("time since the run's start (s)")
    _explain(figure, run, _handles(run, wrong, held))
    entitle(axes, "Who was available, and who saw otherwise", _note(run, lanes), room=16 + above)
    return figure


def _held(run: Run) -> pl.DataFrame:
    """What the server held available of agents that had died: spans of their resources."""
    over = pl.col("over_s").fill_null(run.measurement.end / SECOND)
    deaths = run.deaths().select("agent", "died_s", over)
    return (
        run.availability()
        .join(deaths, on="agent")
        .with_columns(
            begin_s=pl.max_horizontal("begin_s", "died_s"),
            end_s=pl.min_horizontal("end_s", "over_s"),
        )
        .filter(pl.col("begin_s") < pl.col("end_s"))
    )


def _weights(wrong: pl.DataFrame, held: pl.DataFrame) -> dict[str, float]:
    """How long each agent was seen wrongly or held dead, in seconds of watchers and resources."""
    spans = pl.concat(
        [
            wrong.select("begin_s", "end_s", agent="contact"),
            held.select("begin_s", "end_s", "agent"),
        ]
    )
    length = (pl.col("end_s") - pl.col("begin_s")).sum()
    return dict(spans.group_by("agent").agg(length).rows())


def _draw_hit(axes: Axes, run: Run, lanes: list[Lane]) -> None:
    """The lanes of agents that a fault hits are shaded more than the others."""
    spans = run.faults().select("agent", "begin_s", "end_s").rows()
    bars = [
        (number, begin, end)
        for number, lane in enumerate(lanes)
        for agent, begin, end in spans
        if agent == lane.agent
    ]
    _bars(axes, bars, (-0.5, 0.5), facecolor=WINE, alpha=0.2, linewidth=0, zorder=0.5)


def _draw_actual(axes: Axes, spans: pl.DataFrame, lanes: list[Lane]) -> None:
    for show, colour in SHOW_COLOURS.items():
        bars = _in_lanes(spans.filter(pl.col("show") == show), lanes)
        _bars(axes, bars, _UPPER, facecolor=colour, linewidth=0)


def _draw_held(axes: Axes, held: pl.DataFrame, lanes: list[Lane]) -> None:
    _bars(axes, _in_lanes(held, lanes), _UPPER, zorder=2, **_HELD)


def _draw_deaths(axes: Axes, run: Run, lanes: list[Lane]) -> None:
    """A cross in an agent's first lane at each of its deaths."""
    deaths = run.deaths().select("agent", "died_s").rows()
    first = {lane.agent: number for number, lane in reversed(list(enumerate(lanes)))}
    crosses = [(time, first[agent] + sum(_UPPER) / 2) for agent, time in deaths if agent in first]
    if crosses:
        axes.plot(*zip(*crosses, strict=True), zorder=4, clip_on=False, **_CROSS)


def _draw_seen(axes: Axes, wrong: pl.DataFrame, lanes: list[Lane]) -> None:
    """What watchers saw wrongly, in an agent's last lane; an edge keeps short bars visible."""
    last = {lane.agent: number for number, lane in enumerate(lanes)}
    for sight in WRONG:
        rows = wrong.filter(pl.col("sight") == sight).select("contact", "begin_s", "end_s").rows()
        bars = [(last[agent], begin, end) for agent, begin, end in rows if agent in last]
        colour = SIGHT_COLOURS[sight]
        _bars(axes, bars, _LOWER, facecolor=colour, edgecolor=colour, linewidth=1.2)


def _in_lanes(spans: pl.DataFrame, lanes: list[Lane]) -> list[_Bar]:
    """Spans of resources, each in its lane."""
    place = {(lane.agent, name): row for row, lane in enumerate(lanes) for name in lane.resources}
    rows = spans.select("agent", "resource", "begin_s", "end_s").rows()
    return [
        (place[agent, resource], begin, end)
        for agent, resource, begin, end in rows
        if (agent, resource) in place
    ]


def _bars(axes: Axes, bars: Iterable[_Bar], band: tuple[float, float], **style: Any) -> None:
    """Bars in a band of the lanes."""
    low, high = band
    corners = [
        [(begin, row + low), (end, row + low), (end, row + high), (begin, row + high)]
        for row, begin, end in bars
    ]
    if corners:
        axes.add_collection(PolyCollection(corners, **style), autolim=False)


def _handles(run: Run, wrong: pl.DataFrame, held: pl.DataFrame) -> list[Patch | Line2D]:
    """The entries of the legend, of what there is."""
    shown = set(run.availability()["show"])
    seen = set(wrong["sight"].cast(pl.String))
    handles: list[Patch | Line2D] = [
        Patch(color=colour, label=f"available{f', {show}' if show else ''}")
        for show, colour in SHOW_COLOURS.items()
        if show in shown
    ]
    handles += [
        Patch(color=SIGHT_COLOURS[sight], label=_WORDS[sight]) for sight in WRONG if sight in seen
    ]
    if len(run.deaths()):
        handles.append(Line2D([], [], label="died or cut off, and could tell nobody", **_CROSS))
    if len(held):
        handles.append(Patch(label="not heard of since, and held available by the server", **_HELD))
    return handles


def _explain(figure: Figure, run: Run, handles: list[Patch | Line2D]) -> None:
    figure.legend(
        handles=handles,
        title=key_text(run),
        title_fontproperties={"size": 8},
        loc="outside lower left",
        alignment="left",
        ncols=3,
        fontsize=8,
        frameon=False,
    )


def _note(run: Run, lanes: list[Lane]) -> str:
    population = len(run.measurement.info.planned)
    agents = len({lane.agent for lane in lanes})
    bars = "upper bar: what the server holds · lower bar: what some watcher saw wrongly"
    if population > agents:
        return f"{agents} of {population} agents, those that looked wrong the longest · {bars}"
    lane = " · a lane for each resource" if len(lanes) > agents else ""
    return f"{population} agents{lane} · {bars}"
