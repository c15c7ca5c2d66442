"""What agents keep in their knowledge bases, over time: numbers, and lists by their lengths.

Attributes that a scenario observes are known at the end only, so they are not here.
"""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from simulator.analysis.folds.work.values import number
from simulator.analysis.run import Run
from simulator.journal.records import SECOND
from simulator.report.plots.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    entitle,
    new_figure,
    picture,
    say_nothing,
)

_TITLE = "What agents keep, over time"
MOST_NAMES = 6
"""A panel for each name; of more names, the first ones are drawn."""
_COLOURS = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY)
"""More lines than these in a panel are all grey, without names."""
_DASHES = ("-", "--", ":", "-.", (0, (5, 1)), (0, (1, 1)))

Series = dict[str, dict[str, list[tuple[float, float]]]]
"""Name of a value -> agent -> (seconds, number), in order."""


@picture
def plot_values(run: Run) -> Figure:
    """One panel for each name: the numbers that agents keep under it, over time."""
    series = _series(run)
    if not series:
        figure = new_figure()
        axes = figure.add_subplot()
        entitle(axes, _TITLE)
        say_nothing(axes, "No agent kept a number in its knowledge base")
        return figure
    names = list(series)[:MOST_NAMES]
    figure = new_figure(9, 1.2 + 2.2 * len(names))
    panels = figure.subplots(len(names), 1, squeeze=False, sharex=True)[:, 0]
    end = run.measurement.end / SECOND
    for axes, name in zip(panels, names, strict=True):
        _draw(axes, series[name], end)
        axes.set_ylabel(name)
    panels[-1].set_xlabel("time since the run's start (s)")
    entitle(panels[0], _TITLE, _note(len(series)))
    return figure


def _series(run: Run) -> Series:
    """The numbers, by name and agent."""
    found: Series = {}
    for record in run.measurement.values.all:
        value = number(record)
        if value is not None and record.source == "knowledge":
            agents = found.setdefault(record.name, {})
            agents.setdefault(record.agent, []).append((record.t / SECOND, float(value)))
    return found


def _draw(axes: Axes, agents: dict[str, list[tuple[float, float]]], end: float) -> None:
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
    axes.set_xlim(0, max(end, 1e-6) * 1.02)
    axes.grid(axis="y", color="#dddddd", lw=0.6)
    axes.set_axisbelow(True)
    if named:
        axes.legend(fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    else:
        axes.text(1, 1, f"{len(agents)} agents", transform=axes.transAxes, ha="right", fontsize=8)


def _note(names: int) -> str:
    note = "a list or a mapping counts with its length"
    return note + (f" · the first {MOST_NAMES} of {names} names" if names > MOST_NAMES else "")
