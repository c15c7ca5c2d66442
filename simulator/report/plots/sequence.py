"""A sequence chart: who sent what to whom, and when it arrived."""

from __future__ import annotations

from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from simulator.analysis.run import Run
from simulator.journal.records import (
    SECOND,
    FaultChanged,
)
from simulator.report.plots.sequences.chart import (
    MOST_EVENTS,
    Arrow,
    Chart,
    chart_of,
)
from simulator.report.plots.sequences.choosing import choose_agents
from simulator.report.plots.sequences.labels import Labels, box_of
from simulator.report.plots.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    MUTED,
    PAPER,
    VERMILION,
    WINE,
    entitle,
    picture,
    say_nothing,
)
from simulator.report.plots.view import View
from simulator.scenario.language.faults import MAY_LAST

_LANE, _ROW = 190, 16
"""Points from a lifeline to the next, and from row to row, about."""


@picture
def plot_sequence(run: Run, view: View) -> FigureBase:
    """Lifelines downwards, an arrow for each presence stanza and message, rosters beside them."""
    agents = list(view.agents) if view.agents else choose_agents(run, view)
    chart = chart_of(run, agents, view)
    if not chart.times:
        figure = view.canvas(9, 4)
        between = " between these agents" if view.agents else ""
        say_nothing(figure.add_subplot(), f"Nothing was sent{between}")
        return figure
    figure = view.canvas(4.4 + 2.4 * len(agents), max(2.8, 1.6 + 0.23 * len(chart.times)))
    axes = figure.add_subplot()
    _draw(axes, chart)
    entitle(axes, "Who sent what to whom", _note(run, chart), room=22)
    return figure


_COLOURS = {"subscription": BLUE, "available": GREEN, "unavailable": VERMILION, "message": WINE}


def _draw(axes: Axes, chart: Chart) -> None:
    rows = len(chart.times)
    place = {agent: number for number, agent in enumerate(chart.agents)}
    axes.set_xlim(-0.62, len(place) - 0.38 if len(place) > 1 else 0.62)
    axes.set_ylim(rows - 0.2, -0.8)
    axes.set_xticks([])
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    for agent, x in place.items():
        axes.plot([x, x], [-0.5, rows - 0.4], color=GREY, lw=1.2, zorder=1)
        axes.annotate(
            agent,
            (x, -0.6),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            va="bottom",
            weight="bold",
            bbox={"boxstyle": "round,pad=0.3", "fc": PAPER, "ec": BLACK, "lw": 0.8},
            annotation_clip=False,
        )
    for row, record in chart.faults:
        _draw_fault(axes, row, _end_row(chart, row, record), record)
    _draw_arrows(axes, chart, place)
    for row, agent, text in chart.notes:
        _draw_note(axes, row, place[agent], text)
    _label_times(axes, chart.times)


def _draw_arrows(axes: Axes, chart: Chart, place: dict[str, int]) -> None:
    ends = [
        (
            (place[arrow.sender] * _LANE, _top(arrow) * _ROW),
            (place[arrow.receiver] * _LANE, arrow.received * _ROW),
        )
        for arrow in chart.arrows
    ]
    notes = [
        box_of(
            text, place[agent] * _LANE + 6 * _side(place[agent]), row * _ROW, _side(place[agent])
        )
        for row, agent, text in chart.notes
    ]
    labels = Labels(ends, notes)
    for arrow, (start, end) in zip(chart.arrows, ends, strict=True):
        colour = _COLOURS.get(arrow.kind, GREY)
        line = {"arrowstyle": "-|>", "color": colour, "lw": 1.3, "shrinkA": 0, "shrinkB": 0}
        text = arrow.text
        if arrow.sent is None:
            line["linestyle"] = (0, (3, 2))
            text += " (from the server)"
        axes.annotate(
            *("", (place[arrow.receiver], arrow.received)),
            (place[arrow.sender], _top(arrow)),
            arrowprops=line,
            zorder=2,
        )
        x, y = labels.place(text, start, end)
        axes.text(
            *(x / _LANE, y / _ROW, text),
            ha="center",
            va="center",
            fontsize=8,
            color=colour,
            bbox={"boxstyle": "square,pad=0.05", "fc": PAPER, "ec": "none", "alpha": 0.9},
            zorder=4,
        )


def _top(arrow: Arrow) -> float:
    """The row where an arrow begins; what the server sent on its own comes just before."""
    return arrow.received - 0.7 if arrow.sent is None else arrow.sent


def _side(lane: int) -> Literal[-1, 1]:
    """The side of a lifeline where its notes are: the outer one, where there is one."""
    return -1 if lane == 0 else 1


def _end_row(chart: Chart, begin: int, record: FaultChanged) -> float:
    """The row where a fault that begins in a row ends; its own row where it is over at once."""
    if record.state == "end" or record.fault not in MAY_LAST:
        return begin
    same = (row for row, other in chart.faults if row > begin and _ends(other, record))
    return next(same, len(chart.times) - 0.4)


def _ends(end: FaultChanged, begin: FaultChanged) -> bool:
    return end.state == "end" and (end.origin, end.agents) == (begin.origin, begin.agents)


def _draw_fault(axes: Axes, row: int, end: float, record: FaultChanged) -> None:
    """A line across all lifelines, and the rows shaded while the fault lasts."""
    if end > row:
        axes.axhspan(row, end, color=WINE, alpha=0.12, lw=0, zorder=0)
    axes.axhline(row, color=WINE, lw=0.8, zorder=0.5)
    what = "" if record.fault not in MAY_LAST else f" {record.state}s"
    axes.annotate(
        f"fault: {record.fault.replace('_', ' ')}{what}",
        (0, row),
        xycoords=("axes fraction", "data"),
        xytext=(3, 2),
        textcoords="offset points",
        fontsize=8,
        color=WINE,
    )


def _draw_note(axes: Axes, row: int, x: int, text: str) -> None:
    """A note beside the lifeline."""
    towards = _side(x)
    axes.plot([x], [row], "o", color=BLACK, ms=3, zorder=3)
    axes.annotate(
        text,
        (x, row),
        xytext=(6 * towards, 0),
        textcoords="offset points",
        ha="left" if towards > 0 else "right",
        va="center",
        fontsize=8,
        color=MUTED,
        bbox={"boxstyle": "square,pad=0.08", "fc": PAPER, "ec": "none", "alpha": 0.8},
        zorder=3,
    )


def _label_times(axes: Axes, times: list[int]) -> None:
    """The time beside the first event of every millisecond."""
    texts = [f"{t / SECOND:.3f}" for t in times]
    firsts = [row for row, text in enumerate(texts) if not row or texts[row - 1] != text]
    axes.set_yticks(firsts, [texts[row] for row in firsts], fontsize=8)
    axes.tick_params(axis="y", length=2, color=GREY)
    axes.set_ylabel("time (s), not to scale")


def _note(run: Run, chart: Chart) -> str:
    population = len(run.measurement.info.planned)
    shown = len(chart.agents)
    note = "solid: a stanza from its sending to its arrival"
    if any(arrow.sent is None for arrow in chart.arrows):
        note += " · dashed: sent by the server on its own (a copy it kept, or for who is gone)"
    parts = [f"{shown} of {population} agents"] if shown < population else []
    parts += [f"the first {MOST_EVENTS} events"] if chart.cut else []
    return "\n".join([note, *([" · ".join(parts)] if parts else [])])
