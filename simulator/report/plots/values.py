"""What agents keep in their knowledge bases, over time: numbers, and lists by their lengths.

Attributes that a scenario observes are known at the end only, so they are not here.
"""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.ticker import MaxNLocator

from simulator.analysis.folds.work.values import number
from simulator.analysis.naming import natural_order
from simulator.analysis.run import Run
from simulator.journal.records import SECOND
from simulator.report.plots.style import (
    BLUE,
    GREEN,
    GREY,
    LINE,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    entitle,
    picture,
    say_nothing,
)
from simulator.report.plots.time.axis import time_axis
from simulator.report.plots.view import View

_TITLE = "What agents keep, over time"
MOST_NAMES = 6
"""A panel for each name; of more names, the first ones are drawn."""
_COLOURS = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY)
"""More lines than these in a panel are all grey, without names."""
_DASHES = ("-", "--", ":", "-.", (0, (5, 1)), (0, (1, 1)))

Series = dict[str, dict[str, list[tuple[float, float]]]]
"""Name of a value -> agent -> (seconds, number), in order."""


@picture
def plot_values(run: Run, view: View) -> FigureBase:
    """One panel for each name: the numbers that agents keep under it, over time."""
    series = _series(run, view)
    if not series:
        figure = view.canvas()
        axes = figure.add_subplot()
        entitle(axes, _TITLE)
        say_nothing(axes, "No agent kept a number in its knowledge base")
        return figure
    names = list(series)[:MOST_NAMES]
    figure = view.canvas(9, 1.2 + 2.2 * len(names))
    panels = figure.subplots(len(names), 1, squeeze=False, sharex=True)[:, 0]
    for axes, name in zip(panels, names, strict=True):
        _draw(axes, series[name], view)
        axes.set_ylabel(name)
    time_axis(panels[-1])
    entitle(panels[0], _TITLE, _note(len(series)))
    return figure


def _series(run: Run, view: View) -> Series:
    """The numbers, by name and agent."""
    found: Series = {}
    for record in run.measurement.values.all:
        value = number(record)
        if value is not None and record.source == "knowledge" and view.shows(record.agent):
            agents = found.setdefault(record.name, {})
            agents.setdefault(record.agent, []).append((record.t / SECOND, float(value)))
    return {
        name: {agent: agents[agent] for agent in natural_order(agents)}
        for name, agents in found.items()
    }


def _draw(axes: Axes, agents: dict[str, list[tuple[float, float]]], view: View) -> None:
    begin, end = view.begin / SECOND, view.end / SECOND
    named = len(agents) <= len(_COLOURS)
    for place, (agent, points) in enumerate(agents.items()):
        times = [time for time, _ in points]
        numbers = [value for _, value in points]
        axes.step(
            [*times, max(end, times[-1])],
            [*numbers, numbers[-1]],
            where="post",
            color=_COLOURS[place] if named else GREY,
            ls=_DASHES[place] if named else "-",
            lw=1.6 if named else 0.8,
            marker="o",
            ms=3,
            markevery=range(len(times)),
            label=agent,
        )
    axes.set_ylim(bottom=min(0, axes.get_ylim()[0]))
    if all(value.is_integer() for points in agents.values() for _, value in points):
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlim(begin, end + 0.02 * (end - begin))
    axes.grid(axis="y", color=LINE, lw=0.6)
    axes.set_axisbelow(True)
    if named:
        axes.legend(fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    else:
        axes.text(1, 1, f"{len(agents)} agents", transform=axes.transAxes, ha="right", fontsize=8)


def _note(names: int) -> str:
    note = "a list or a mapping counts with its length"
    return note + (f" · the first {MOST_NAMES} of {names} names" if names > MOST_NAMES else "")
