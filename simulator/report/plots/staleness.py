"""Staleness: who saw whom wrongly for how long, as a matrix of watchers and contacts."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from simulator.analysis.quantities import share_text
from simulator.analysis.run import Run
from simulator.analysis.states import STALE, Sight
from simulator.report.plots.style import BLACK, LINE, MUTED, PAPER, entitle, picture, say_nothing
from simulator.report.plots.view import View

CLASSES = {
    0.0: ("never", "#D6ECE3"),
    0.001: ("up to 0.1 %", "#FDE3B5"),
    0.01: ("up to 1 %", "#F9B967"),
    0.05: ("up to 5 %", "#EE8A3C"),
    0.2: ("up to 20 %", "#D0521E"),
    1.0: ("more", "#7F1D10"),
}
"""The stale share of a cell is at most this -> words and colour: pale where all is well.

The same in every picture, so that two compare.
"""
CELLS = 50
"""More agents than this are put together in groups of neighbours in the plan."""

FEW = 10
"""The cells of so few agents say their share in words, too."""
_CELL = Path.unit_rectangle()


@picture
def plot_staleness(run: Run, view: View) -> FigureBase:
    """The share of its authorised time that each watch was wrong."""
    agents = [agent for agent in run.measurement.info.planned if view.shows(agent)]
    figure = view.canvas(8, 8 if len(agents) > FEW else 5)
    axes = figure.add_subplot()
    groups = _groups(agents)
    stale, whole = _times(run, view, groups)
    shares = np.where(whole > 0, stale / np.where(whole > 0, whole, 1), np.nan)
    if np.isnan(shares).all():
        between = " between these agents" if view.agents else ""
        say_nothing(axes, f"No watch{between} was ever authorised")
        return figure
    _draw(axes, shares)
    _label(axes, agents, groups)
    figure.legend(
        handles=[
            Patch(fc=colour, ec=LINE, lw=0.6, label=words) for words, colour in CLASSES.values()
        ],
        title="seen wrongly, of the authorised time",
        alignment="left",
        loc="outside lower center",
        ncols=len(CLASSES),
        frameon=False,
        fontsize=8.5,
        title_fontsize=8.5,
        handlelength=1.2,
        columnspacing=1.2,
    )
    note = _note(len(agents), float(stale.sum()) / float(whole.sum()), groups)
    entitle(axes, "Who saw whom wrongly, and for how long", note, room=8)
    return figure


def _groups(agents: list[str]) -> dict[str, int]:
    """Agent -> cell. One agent a cell, or a run of neighbours in the plan."""
    size = -(-len(agents) // CELLS) if len(agents) > CELLS else 1
    return {agent: number // size for number, agent in enumerate(agents)}


def _times(run: Run, view: View, groups: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """Stale and authorised time by cell of the watcher (row) and contact."""
    count = max(groups.values(), default=0) + 1
    stale, whole = np.zeros((count, count)), np.zeros((count, count))
    for watch in run.measurement.states.all_watches():
        if watch.watcher in groups and watch.contact in groups:
            cell = groups[watch.watcher], groups[watch.contact]
            for sight, begin, end in watch.sights.spans(view.end, view.begin):
                lasted = end - max(begin, view.begin)
                stale[cell] += lasted * (sight in STALE)
                whole[cell] += lasted * (sight is not Sight.UNAUTHORISED)
    return stale, whole


def class_of(share: float) -> int:
    """The number of a share's class."""
    return bisect_left(list(CLASSES), share)


def _draw(axes: Axes, shares: np.ndarray) -> None:
    """The cells of each class as one shape: small in an SVG, and without seams."""
    count = len(shares)
    cells: dict[int, list[Path]] = {}
    for row, column in np.argwhere(~np.isnan(shares)):
        box = _CELL.transformed(Affine2D().translate(column - 0.5, row - 0.5))
        cells.setdefault(class_of(shares[row, column]), []).append(box)
    for number, (words, colour) in enumerate(CLASSES.values()):
        if number in cells:
            shape = Path.make_compound_path(*cells[number])
            edge = 0.6 if count <= CELLS else 0
            axes.add_patch(PathPatch(shape, fc=colour, ec=PAPER, lw=edge, label=words))
    for row, column in np.argwhere(~np.isnan(shares)) if count <= FEW else ():
        share = shares[row, column]
        colour = PAPER if class_of(share) > 3 else BLACK
        axes.text(column, row, share_text(share), ha="center", va="center", size=8, color=colour)
    axes.set_xlim(-0.5, count - 0.5)
    axes.set_ylim(count - 0.5, -0.5)
    axes.set_aspect("equal")
    for side in axes.spines.values():
        side.set(visible=True, color=LINE)
    axes.tick_params(color=LINE)


def _label(axes: Axes, agents: list[str], groups: dict[str, int]) -> None:
    firsts: dict[int, str] = {}
    for agent in agents:
        firsts.setdefault(groups[agent], agent)
    step = max(1, -(-len(firsts) // 34))
    places = list(firsts)[::step]
    names = [firsts[place] for place in places]
    axes.set_xticks(places, names, rotation=90, fontsize=7)
    axes.set_yticks(places, names, fontsize=7)
    axes.set_xlabel("contact", color=MUTED)
    axes.set_ylabel("watcher", color=MUTED)


def _note(agents: int, share: float, groups: dict[str, int]) -> str:
    whole = f"{agents:,} agents · {share_text(share)} of all watch time was stale"
    size = -(-agents // CELLS)
    if max(groups.values()) + 1 < agents:
        whole += f" · a cell is {size} × {size} agents, named by the first"
    return whole + " · empty: no watch"
