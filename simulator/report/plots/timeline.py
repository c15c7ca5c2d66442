"""Availability over time: lanes of agents, what the server holds above what watchers saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypedDict, Unpack

from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import FigureBase
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from simulator.analysis.run import Run
from simulator.analysis.states import STALE, Sight, States
from simulator.journal.records import SECOND
from simulator.report.plots.style import (
    BLACK,
    SHOW_COLOURS,
    SIGHT_COLOURS,
    WINE,
    entitle,
    picture,
)
from simulator.report.plots.time.axis import time_axis
from simulator.report.plots.time.disturbances import key_text, mark
from simulator.report.plots.time.faults import faults_of, shade
from simulator.report.plots.time.lanes import Lane, choose, lanes_of
from simulator.report.plots.view import View

_WORDS = {
    Sight.GHOST: "a watcher saw it available, it was not",
    Sight.BLIND: "a watcher saw it unavailable, it was available",
    Sight.MISLABELLED: "a watcher saw another show or other resources",
}
_UPPER, _LOWER = (-0.4, 0.04), (0.08, 0.38)
"""Bands of a lane: what the server holds, and what watchers saw wrongly."""


class _Fill(TypedDict, total=False):
    """How bars are filled."""

    facecolor: str
    edgecolor: str
    hatch: str
    linewidth: float
    alpha: float
    zorder: float


_HELD: _Fill = {"facecolor": "#FFFFFFA0", "edgecolor": BLACK, "hatch": "/////"}
_HELD |= {"linewidth": 0, "zorder": 2}
"""How what a server still holds of the dead is drawn, above what is held."""


class _Span(NamedTuple):
    """A time (in microseconds) of one agent; `what` is a show or a sight."""

    agent: str
    resource: str
    what: object
    begin: int
    end: int


@picture
def plot_timeline(run: Run, view: View) -> FigureBase:
    """Who was available as what, and when a watcher saw something else."""
    states = run.measurement.states
    actual, held, wrong = list(_actual(states)), list(_held(states)), list(_wrong(states))
    shown = {agent: lanes for agent, lanes in lanes_of(run).items() if view.shows(agent)}
    lanes = choose(shown, _weights([*held, *wrong]))
    figure = view.canvas(11, 2.8 + 0.24 * max(len(lanes), 4))
    axes = figure.add_subplot()
    axes.set_xlim(view.begin / SECOND, view.end / SECOND)
    axes.set_ylim(len(lanes) - 0.4, -0.6)
    _draw_hit(axes, states, lanes)
    for show, colour in SHOW_COLOURS.items():
        bars = [span for span in actual if span.what == show]
        _bars(axes, _in_lanes(bars, lanes), _UPPER, facecolor=colour, linewidth=0)
    _bars(axes, _in_lanes(held, lanes), _UPPER, **_HELD)
    _draw_deaths(axes, states, lanes)
    _draw_seen(axes, wrong, lanes)
    mark(axes, run.measurement.phases)
    above = shade(axes, faults_of(run))
    beside = [row + sum(_UPPER) / 2 for row in range(len(lanes))]
    axes.set_yticks(beside, [lane.label for lane in lanes], fontsize=8)
    axes.tick_params(axis="y", length=0)
    time_axis(axes)
    handles = _handles({span.what for span in [*actual, *wrong]}, bool(states.deaths), bool(held))
    _explain(figure, run, handles)
    note = _note(run, shown, lanes, chosen=bool(held or wrong))
    entitle(axes, "Who was available, and who saw otherwise", note, room=16 + above)
    return figure


def _actual(states: States) -> Iterator[_Span]:
    """What the server held available."""
    for agent, one in states.agents.items():
        for resource, shows in sorted(one.shows.items()):
            for show, begin, end in shows.spans(states.end):
                if show is not None:
                    yield _Span(agent, resource, show, begin, end)


def _held(states: States) -> Iterator[_Span]:
    """What the server held available of agents that had died."""
    for death in states.deaths:
        agent, died = death.died.agent, death.died.t
        over = states.end if death.over is None else death.over
        for resource, shows in states.agents[agent].shows.items():
            for show, begin, end in shows.spans(over, died):
                if show is not None and max(begin, died) < end:
                    yield _Span(agent, resource, show, max(begin, died), end)


def _wrong(states: States) -> Iterator[_Span]:
    """When a watcher saw an agent wrongly."""
    for watch in states.sorted_watches():
        for sight, begin, end in watch.sights.spans(states.end):
            if sight in STALE:
                yield _Span(watch.contact, "", sight, begin, end)


def _weights(spans: Iterable[_Span]) -> Counter[str]:
    """How long each agent was seen wrongly or held dead, times watchers and resources."""
    weights: Counter[str] = Counter()
    for span in spans:
        weights[span.agent] += span.end - span.begin
    return weights


_Bar = tuple[int, int, int]
"""The number of a lane, begin and end."""


def _draw_hit(axes: Axes, states: States, lanes: Sequence[Lane]) -> None:
    """The lanes of agents that a fault hits are shaded more than the others."""
    bars = [
        (number, fault.begin, fault.end)
        for number, lane in enumerate(lanes)
        for fault in states.faults
        if lane.agent in fault.agents
    ]
    _bars(axes, bars, (-0.5, 0.5), facecolor=WINE, alpha=0.2, linewidth=0, zorder=0.5)


def _draw_deaths(axes: Axes, states: States, lanes: Sequence[Lane]) -> None:
    """A cross in an agent's first lane at each of its deaths."""
    first = {lane.agent: number for number, lane in reversed(list(enumerate(lanes)))}
    deaths = [death.died for death in states.deaths if death.died.agent in first]
    places = [first[died.agent] + sum(_UPPER) / 2 for died in deaths]
    if deaths:
        axes.add_line(_crosses([died.t / SECOND for died in deaths], places))


def _crosses(times: Sequence[float], places: Sequence[float], label: str = "") -> Line2D:
    cross = Line2D(times, places, marker="X", color=BLACK, ls="", ms=8, label=label)
    cross.set(mec="white", mew=0.8, zorder=4, clip_on=False)
    return cross


def _draw_seen(axes: Axes, wrong: Sequence[_Span], lanes: Sequence[Lane]) -> None:
    """What watchers saw wrongly, in an agent's last lane; an edge keeps short bars visible."""
    last = {lane.agent: number for number, lane in enumerate(lanes)}
    for sight in STALE:
        bars = [
            (last[span.agent], span.begin, span.end)
            for span in wrong
            if span.what is sight and span.agent in last
        ]
        colour = SIGHT_COLOURS[sight]
        _bars(axes, bars, _LOWER, facecolor=colour, edgecolor=colour, linewidth=1.2)


def _in_lanes(spans: Iterable[_Span], lanes: Sequence[Lane]) -> list[_Bar]:
    """Spans of resources, each in its lane."""
    place = {(lane.agent, name): row for row, lane in enumerate(lanes) for name in lane.resources}
    return [
        (place[span.agent, span.resource], span.begin, span.end)
        for span in spans
        if (span.agent, span.resource) in place
    ]


def _bars(
    axes: Axes, bars: Iterable[_Bar], band: tuple[float, float], **fill: Unpack[_Fill]
) -> None:
    """Bars in a band of the lanes."""
    low, high = band
    corners = [
        [(begin, row + low), (end, row + low), (end, row + high), (begin, row + high)]
        for row, begin, end in ((row, begin / SECOND, end / SECOND) for row, begin, end in bars)
    ]
    if corners:
        axes.add_collection(PolyCollection(corners, **fill), autolim=False)


def _handles(shown: set[object], deaths: bool, held: bool) -> list[Patch | Line2D]:
    """The entries of the legend, of what there is."""
    handles: list[Patch | Line2D] = [
        Patch(color=colour, label=f"available{f', {show}' if show else ''}")
        for show, colour in SHOW_COLOURS.items()
        if show in shown
    ]
    handles += [
        Patch(color=SIGHT_COLOURS[sight], label=_WORDS[sight]) for sight in STALE if sight in shown
    ]
    if deaths:
        handles.append(_crosses([], [], "died or cut off, and could tell nobody"))
    if held:
        handles.append(Patch(label="not heard of since, and held available by the server", **_HELD))
    return handles


def _explain(figure: FigureBase, run: Run, handles: list[Patch | Line2D]) -> None:
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


def _note(run: Run, shown: Mapping[str, Sequence[Lane]], lanes: list[Lane], *, chosen: bool) -> str:
    population = len(run.measurement.info.planned)
    agents = len({lane.agent for lane in lanes})
    bars = "upper bar: what the server holds · lower bar: what some watcher saw wrongly"
    if len(shown) > agents:
        which = "those that looked wrong longest" if chosen else "the first of them"
        return f"{agents} of {population:,} agents, {which} · {bars}"
    lane = " · a lane for each resource" if len(lanes) > agents else ""
    few = f"{agents} of " if agents < population else ""
    return f"{few}{population:,} agents{lane} · {bars}"
