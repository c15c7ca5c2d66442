"""Availability over time: a lane for each agent, what is true above what its watchers saw."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from simulator.analysis.run import Run
from simulator.report.plots.disturbances import key_text, mark
from simulator.report.plots.style import (
    SHOW_COLOURS,
    SIGHT_COLOURS,
    entitle,
    new_figure,
    picture,
)

LANES = 40
"""More agents than this are sampled: those that were seen wrongly the longest."""
WRONG = ("ghost", "blind", "mislabelled")
_WORDS = {
    "ghost": "a watcher saw it available, it was not",
    "blind": "a watcher saw it unavailable, it was available",
    "mislabelled": "a watcher saw another show",
}


@picture
def plot_timeline(run: Run) -> Figure:
    """Who was available as what, and when a watcher saw something else."""
    wrong = run.sights().filter(pl.col("sight").cast(pl.String).is_in(WRONG))
    agents = _lanes(run, wrong)
    figure = new_figure(11, 2.2 + 0.24 * max(len(agents), 4))
    axes = figure.add_subplot()
    axes.set_xlim(0, max(run.measurement.end / 1_000_000, 1e-6))
    axes.set_ylim(len(agents) - 0.4, -0.6)
    place = {agent: number for number, agent in enumerate(agents)}
    _draw_actual(axes, run.availability(), place)
    for sight in WRONG:
        spans = wrong.filter(pl.col("sight") == sight)
        rows = spans.select("contact", "begin_s", "end_s").rows()
        _bars(axes, rows, place, (0.08, 0.38), SIGHT_COLOURS[sight], edge=1.2)
    mark(axes, run.phases())
    axes.set_yticks(range(len(agents)), agents, fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("time since the run's start (s)")
    _explain(figure, axes, run, agents, wrong)
    return figure


def _lanes(run: Run, wrong: pl.DataFrame) -> list[str]:
    """All agents in the order of the plan, or those that were seen wrongly the longest."""
    agents = list(run.measurement.ledger.planned)
    if len(agents) <= LANES:
        return agents
    length = (pl.col("end_s") - pl.col("begin_s")).sum()
    times = dict(wrong.group_by("contact").agg(length).rows())
    chosen = sorted(agents, key=lambda agent: -times.get(agent, 0.0))[:LANES]
    return [agent for agent in agents if agent in set(chosen)]


def _draw_actual(axes: Axes, spans: pl.DataFrame, place: dict[str, int]) -> None:
    for show, colour in SHOW_COLOURS.items():
        rows = spans.filter(pl.col("show") == show).select("agent", "begin_s", "end_s").rows()
        _bars(axes, rows, place, (-0.4, 0.04), colour)


def _bars(
    axes: Axes,
    rows: Iterable[tuple[str, float, float]],
    place: dict[str, int],
    band: tuple[float, float],
    colour: str,
    edge: float = 0,
) -> None:
    """Bars in a band of the lanes; an `edge` in points keeps short ones visible."""
    low, high = band
    corners = [
        [
            (begin, place[agent] + low),
            (end, place[agent] + low),
            (end, place[agent] + high),
            (begin, place[agent] + high),
        ]
        for agent, begin, end in rows
        if agent in place
    ]
    if corners:
        bars = PolyCollection(corners, facecolors=colour, edgecolors=colour, linewidths=edge)
        axes.add_collection(bars, autolim=False)


def _explain(figure: Figure, axes: Axes, run: Run, agents: list[str], wrong: pl.DataFrame) -> None:
    shown = set(run.availability()["show"])
    seen = set(wrong["sight"].cast(pl.String))
    handles = [
        Patch(color=colour, label=f"available{f', {show}' if show else ''}")
        for show, colour in SHOW_COLOURS.items()
        if show in shown
    ]
    handles += [
        Patch(color=SIGHT_COLOURS[sight], label=_WORDS[sight]) for sight in WRONG if sight in seen
    ]
    figure.legend(
        handles=handles,
        title=key_text(run.phases()),
        title_fontproperties={"size": 8},
        loc="outside lower left",
        alignment="left",
        ncols=3,
        fontsize=8,
        frameon=False,
    )
    population = len(run.measurement.ledger.planned)
    note = (
        f"{population} agents · upper bar: what is true · lower bar: what some watcher saw wrongly"
    )
    if population > len(agents):
        note = (
            f"{len(agents)} of {population} agents: those that were seen wrongly the longest · "
            "lower bar: what a watcher saw wrongly"
        )
    entitle(axes, "Who was available, and who saw otherwise", note, room=16)
