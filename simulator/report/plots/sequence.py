"""A sequence chart: who sent what to whom, and when it arrived."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulator.analysis.measurement import Measurement, observed
from simulator.analysis.run import Run
from simulator.analysis.states import SEEING
from simulator.journal.records import (
    SECOND,
    Agent,
    AnyRecord,
    Died,
    FaultChanged,
    Received,
    Roster,
    Sent,
)
from simulator.journal.work_records import MessageReceived, MessageSent
from simulator.report.plots.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    VERMILION,
    WINE,
    entitle,
    new_figure,
    picture,
    say_nothing,
)
from simulator.scenario.language.faults import MAY_LAST

MOST_AGENTS = 5
"""More agents than this are sampled: the first one, and whom it deals with."""
MOST_EVENTS = 50
"""The chart ends after so many events."""
_SUBSCRIPTION = frozenset(("subscribe", "subscribed", "unsubscribe", "unsubscribed"))


@dataclass(slots=True)
class _Arrow:
    """A stanza: from a lifeline and row to another. `sent` None: the server made it."""

    sender: str
    receiver: str
    text: str
    kind: str
    sent: int | None
    received: int


@dataclass(slots=True)
class _Chart:
    """What is drawn: a row for each event, in the order of the journal."""

    agents: list[str]
    times: list[int]
    arrows: list[_Arrow]
    notes: list[tuple[int, str, str]]
    faults: list[tuple[int, FaultChanged]]
    cut: bool = False


@picture
def plot_sequence(run: Run) -> Figure:
    """Lifelines downwards, an arrow for each presence stanza and message, rosters beside them."""
    agents = _choose(run)
    chart = _chart(run, agents)
    if not chart.times:
        figure = new_figure(9, 4)
        say_nothing(figure.add_subplot(), "Nothing was sent")
        return figure
    width = 4.4 + 2.4 * len(agents)
    figure = new_figure(width, 1.6 + 0.23 * len(chart.times))
    axes = figure.add_subplot()
    _draw(axes, chart)
    entitle(axes, "Who sent what to whom", _note(run, chart), room=22)
    return figure


def _choose(run: Run) -> list[str]:
    """All agents of a small run; else the first one and those that it watches."""
    agents = list(run.measurement.info.planned)
    if len(agents) <= MOST_AGENTS:
        return agents
    near = [*run.measurement.states.watches.get(agents[0], ()), *agents[1:]]
    return list(dict.fromkeys([agents[0], *near]))[:3]


def _chart(run: Run, agents: list[str]) -> _Chart:
    chart = _Chart(agents, [], [], [], [])
    issued = _Issued(set(agents), run.measurement)
    for record in observed(run.records):
        if not _concerns(record, issued.among):
            continue
        if len(chart.times) >= MOST_EVENTS:
            chart.cut = True
            break
        _add(chart, record, issued)
    return chart


def _concerns(record: AnyRecord, agents: set[str]) -> bool:
    """Is it about one of the agents? A fault of the server is about all."""
    if isinstance(record, FaultChanged):
        return not record.agents or not agents.isdisjoint(record.agents)
    return getattr(record, "agent", None) in agents


class _Issued:
    """What the agents of the chart sent, and who was to get it straight away.

    A presence that reaches somebody who was not subscribed when it was sent is a copy that the
    server kept.
    """

    def __init__(self, among: set[str], measurement: Measurement) -> None:
        self.among = among
        self._states = measurement.states
        self._lost = {
            (message.record.agent, message.record.id)
            for message in measurement.messages.sent
            if measurement.fate_of(message) == "undelivered"
        }
        self._rows: dict[tuple[str, str], tuple[int, set[str]]] = {}

    def sent(self, record: Sent, row: int) -> None:
        seeing = {watcher for watcher in self.among if self._sees(watcher, record.agent, record.t)}
        self._rows[record.agent, record.id] = (row, {record.peer} if record.peer else seeing)

    def _sees(self, watcher: str, contact: str, t: int) -> bool:
        entry = self._states.entries.get(watcher, {}).get(contact)
        return entry is not None and entry.served.at(t) in SEEING

    def message(self, record: MessageSent, row: int) -> None:
        self._rows[record.agent, record.id] = (row, {record.peer})

    def is_lost(self, record: MessageSent) -> bool:
        return (record.agent, record.id) in self._lost

    def row(self, record: Received | MessageReceived) -> int | None:
        """The row in which what arrived was sent to the one who got it."""
        row, receivers = self._rows.get((record.peer, record.id), (0, set()))
        return row if record.agent in receivers else None


def _add(chart: _Chart, record: AnyRecord, issued: _Issued) -> None:
    row = len(chart.times)
    if isinstance(record, Sent) and record.peer in issued.among | {""}:
        issued.sent(record, row)
        if not record.peer:
            chart.notes.append((row, record.agent, f"shows {_presence(record)}"))
    elif isinstance(record, Received) and record.peer in issued.among - {record.agent}:
        text = record.type if record.type in _SUBSCRIPTION else _presence(record)
        chart.arrows.append(
            _Arrow(record.peer, record.agent, text, _kind(record.type), issued.row(record), row)
        )
    elif isinstance(record, MessageSent | MessageReceived):
        if not _add_message(chart, record, issued):
            return
    elif isinstance(record, Roster) and record.peer in issued.among:
        ask = ", asked" if record.ask else ""
        chart.notes.append((row, record.agent, f"roster: {record.peer} {record.subscription}{ask}"))
    elif isinstance(record, Agent) and record.state != "starting":
        chart.notes.append((row, record.agent, record.state))
    elif isinstance(record, FaultChanged):
        chart.faults.append((row, record))
    elif isinstance(record, Died):
        chart.notes.append((row, record.agent, f"dies: {record.cause}"))
    else:
        return
    chart.times.append(record.t)


def _add_message(chart: _Chart, record: MessageSent | MessageReceived, issued: _Issued) -> bool:
    """Add a message, or its receipt; whether it is in the chart."""
    row, what = len(chart.times), record.performative or "message"
    if record.peer not in issued.among:
        return False
    if isinstance(record, MessageSent):
        issued.message(record, row)
        if issued.is_lost(record):
            chart.notes.append((row, record.agent, f"{what} to {record.peer}, which never arrives"))
    elif record.error:
        text = f"{what} to {record.peer} came back: {record.error}"
        chart.notes.append((row, record.agent, text))
    elif record.peer == record.agent:
        return False
    else:
        chart.arrows.append(
            _Arrow(record.peer, record.agent, what, "message", issued.row(record), row)
        )
    return True


def _presence(record: Sent | Received) -> str:
    shown = f" ({record.show})" if record.show else ""
    return record.type + shown


def _kind(stanza: str) -> str:
    return "subscription" if stanza in _SUBSCRIPTION else stanza


_COLOURS = {"subscription": BLUE, "available": GREEN, "unavailable": VERMILION, "message": WINE}


def _draw(axes: Axes, chart: _Chart) -> None:
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
            bbox={"boxstyle": "round,pad=0.3", "fc": "white", "ec": BLACK, "lw": 0.8},
            annotation_clip=False,
        )
    for row, record in chart.faults:
        _draw_fault(axes, row, _end_row(chart, row, record), record)
    for arrow in chart.arrows:
        _draw_arrow(axes, arrow, place)
    for row, agent, text in chart.notes:
        _draw_note(axes, row, place[agent], len(place), text)
    _label_times(axes, chart.times)


def _draw_arrow(axes: Axes, arrow: _Arrow, place: dict[str, int]) -> None:
    start, end = place[arrow.sender], place[arrow.receiver]
    made = arrow.sent is None
    top = arrow.received - 0.7 if arrow.sent is None else arrow.sent
    colour = _COLOURS.get(arrow.kind, GREY)
    line = {"arrowstyle": "-|>", "color": colour, "lw": 1.3, "shrinkA": 0, "shrinkB": 0}
    if made:
        line["linestyle"] = (0, (3, 2))
    axes.annotate("", (end, arrow.received), (start, top), arrowprops=line, zorder=2)
    towards = 1 if end > start else -1
    text = arrow.text + (" (from the server)" if made else "")
    axes.annotate(
        text,
        (end, arrow.received),
        xytext=(-towards * 14, -1),
        textcoords="offset points",
        ha="right" if towards > 0 else "left",
        va="top",
        fontsize=8,
        color=colour,
        bbox={"boxstyle": "square,pad=0.08", "fc": "white", "ec": "none", "alpha": 0.8},
        zorder=4,
    )


def _end_row(chart: _Chart, begin: int, record: FaultChanged) -> float:
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


def _draw_note(axes: Axes, row: int, x: int, lanes: int, text: str) -> None:
    """A note beside the lifeline, on the outer side where there is one."""
    towards = -1 if x == 0 else 1
    axes.plot([x], [row], "o", color=BLACK, ms=3, zorder=3)
    axes.annotate(
        text,
        (x, row),
        xytext=(6 * towards, 0),
        textcoords="offset points",
        ha="left" if towards > 0 else "right",
        va="center",
        fontsize=8,
        color="#333333",
        bbox={"boxstyle": "square,pad=0.08", "fc": "white", "ec": "none", "alpha": 0.8},
        zorder=3,
    )


def _label_times(axes: Axes, times: list[int]) -> None:
    """The time beside the first event of every millisecond."""
    texts = [f"{t / SECOND:.3f}" for t in times]
    firsts = [row for row, text in enumerate(texts) if not row or texts[row - 1] != text]
    axes.set_yticks(firsts, [texts[row] for row in firsts], fontsize=8)
    axes.tick_params(axis="y", length=2, color=GREY)
    axes.set_ylabel("time (s), not to scale: one row per event")


def _note(run: Run, chart: _Chart) -> str:
    population = len(run.measurement.info.planned)
    shown = len(chart.agents)
    note = "solid: a stanza from its sending to its arrival"
    if any(arrow.sent is None for arrow in chart.arrows):
        note += " · dashed: sent by the server on its own (a copy it kept, or for who is gone)"
    parts = [f"{shown} of {population} agents"] if shown < population else []
    parts += [f"the first {MOST_EVENTS} events"] if chart.cut else []
    return "\n".join([note, *([" · ".join(parts)] if parts else [])])
