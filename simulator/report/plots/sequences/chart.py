"""What a sequence chart shows: a row for each event, and an arrow for each stanza that arrived."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.analysis.measurement import Measurement, observed
from simulator.analysis.run import Run
from simulator.analysis.states import SEEING
from simulator.journal.records import (
    Agent,
    AnyRecord,
    Died,
    FaultChanged,
    Received,
    Roster,
    Sent,
)
from simulator.journal.work_records import MessageReceived, MessageSent
from simulator.report.plots.view import View

MOST_EVENTS = 50
"""The chart ends after so many events."""
_SUBSCRIPTION = frozenset(("subscribe", "subscribed", "unsubscribe", "unsubscribed"))


@dataclass(slots=True)
class Arrow:
    """A stanza: from a lifeline and row to another. `sent` None: the server made it."""

    sender: str
    receiver: str
    text: str
    kind: str
    sent: int | None
    received: int


@dataclass(slots=True)
class Chart:
    """What is drawn: a row for each event, in the order of the journal."""

    agents: list[str]
    times: list[int]
    arrows: list[Arrow]
    notes: list[tuple[int, str, str]]
    faults: list[tuple[int, FaultChanged]]
    cut: bool = False


def chart_of(run: Run, agents: list[str], view: View) -> Chart:
    chart = Chart(agents, [], [], [], [])
    issued = _Issued(set(agents), run.measurement)
    for record in observed(run.records):
        if not (view.begin <= record.t <= view.end and _concerns(record, issued.among)):
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


def _add(chart: Chart, record: AnyRecord, issued: _Issued) -> None:
    row = len(chart.times)
    if isinstance(record, Sent) and record.peer in issued.among | {""}:
        issued.sent(record, row)
        if not record.peer:
            chart.notes.append((row, record.agent, f"shows {_presence(record)}"))
    elif isinstance(record, Received) and record.peer in issued.among - {record.agent}:
        text = record.type if record.type in _SUBSCRIPTION else _presence(record)
        chart.arrows.append(
            Arrow(record.peer, record.agent, text, _kind(record.type), issued.row(record), row)
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


def _add_message(chart: Chart, record: MessageSent | MessageReceived, issued: _Issued) -> bool:
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
            Arrow(record.peer, record.agent, what, "message", issued.row(record), row)
        )
    return True


def _presence(record: Sent | Received) -> str:
    shown = f" ({record.show})" if record.show else ""
    return record.type + shown


def _kind(stanza: str) -> str:
    return "subscription" if stanza in _SUBSCRIPTION else stanza
