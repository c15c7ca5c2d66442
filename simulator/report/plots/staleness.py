"""Staleness: who saw whom wrongly for how long, as a matrix of watchers and contacts."""

from __future__ import annotations

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure

from simulator.analysis.run import Run
from simulator.analysis.states import STALE, Sight, States
from simulator.report.plots.style import PALE, entitle, new_figure, picture, say_nothing

TICKS = {0: "0%", 0.001: "0.1%", 0.01: "1%", 0.05: "5%", 0.2: "20%", 0.5: "50%", 1: "100%"}
"""What the colour bar names."""
_GAMMA = 1 / 3
"""The same scale in every picture, so that two compare: 0.1 %, 1 % and 10 % are well apart."""
CELLS = 50
"""More agents than this are put together in groups of neighbours in the plan."""


@picture
def plot_staleness(run: Run) -> Figure:
    """The share of its authorised time that each watch was wrong."""
    figure = new_figure(8.6, 7.4)
    axes = figure.add_subplot()
    agents = list(run.measurement.info.planned)
    groups = _groups(agents)
    shares = _matrix(run.measurement.states, groups)
    if np.isnan(shares).all():
        say_nothing(axes, "No watch was ever authorised")
        return figure
    colours = matplotlib.colormaps["viridis_r"].with_extremes(bad=PALE)
    scale = PowerNorm(_GAMMA, vmin=0, vmax=1)
    image = axes.imshow(shares, cmap=colours, norm=scale, interpolation="nearest")
    bar = figure.colorbar(image, ax=axes, shrink=0.8)
    bar.set_ticks(list(TICKS), labels=list(TICKS.values()))
    bar.minorticks_off()
    bar.set_label("stale share of the authorised time (%), the same scale in every picture")
    _label(axes, agents, groups)
    entitle(axes, "Who saw whom wrongly, and for how long", _note(run, agents, groups), room=8)
    return figure


def _groups(agents: list[str]) -> dict[str, int]:
    """Agent -> cell. One agent a cell, or a run of neighbours in the plan."""
    size = -(-len(agents) // CELLS) if len(agents) > CELLS else 1
    return {agent: number // size for number, agent in enumerate(agents)}


def _matrix(states: States, groups: dict[str, int]) -> np.ndarray:
    """Stale share by cell of the watcher (row) and contact; not a number without a watch."""
    count = max(groups.values(), default=0) + 1
    stale, whole = np.zeros((count, count)), np.zeros((count, count))
    for watch in states.all_watches():
        if watch.watcher in groups and watch.contact in groups:
            cell = groups[watch.watcher], groups[watch.contact]
            for sight, begin, end in watch.sights.spans(states.end):
                stale[cell] += (end - begin) * (sight in STALE)
                whole[cell] += (end - begin) * (sight is not Sight.UNAUTHORISED)
    return np.where(whole > 0, stale / np.where(whole > 0, whole, 1), np.nan)


def _label(axes: Axes, agents: list[str], groups: dict[str, int]) -> None:
    firsts: dict[int, str] = {}
    for agent in agents:
        firsts.setdefault(groups[agent], agent)
    step = max(1, len(firsts) // 34)
    places = list(firsts)[::step]
    names = [firsts[place] for place in places]
    axes.set_xticks(places, names, rotation=90, fontsize=7)
    axes.set_yticks(places, names, fontsize=7)
    axes.set_xlabel("contact")
    axes.set_ylabel("watcher")


def _note(run: Run, agents: list[str], groups: dict[str, int]) -> str:
    figure = run.figures["staleness"]
    whole = f"{len(agents)} agents · {figure.value or 0:.2%} of all watch time was stale"
    size = -(-len(agents) // CELLS)
    if max(groups.values()) + 1 < len(agents):
        whole += f" · a cell is {size} × {size} agents, named by the first"
    return whole + " · grey: no watch"
