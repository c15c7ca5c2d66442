"""The events of the replay page: the records of a run as columns, with a sentence for each."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from simulator.analysis.folds.agents import CRASH
from simulator.analysis.measurement import closes
from simulator.analysis.run import Run
from simulator.analysis.states import SEEING, States
from simulator.journal import records as events
from simulator.journal import work_records as work
from simulator.report.replay.columns import Table, differences
from simulator.report.text import printable

PEER = "\x01"
"""Stands for the peer's name in a sentence. No text of an agent holds it (`printable`)."""
_LONGEST = 200
"""Letters of a text that an agent wrote."""
_AFTERWARDS = (events.Failure, events.Note, events.Outcome, work.Value, events.RunEnded)
"""What is told of the time after the observation as well."""

Columns = dict[str, list[int] | list[str]]


class Row(NamedTuple):
    """An event at `t` (microseconds); `agent` is empty for one of the run's.

    `sent`: of what arrived, the row with which it was sent, as far as that is known.
    """

    t: int
    kind: str
    agent: str
    peer: str
    text: str
    sent: int | None


def events_of(run: Run) -> Iterator[Row]:
    """The events of a run, in order."""
    events = Events(Table(), Table(), run.measurement.states)
    events.add_all(run.read())
    return events.rows()


class Events:
    """Collects the records that are events.

    `names` numbers agents and peers, `texts` numbers sentences. `states`: those of the run.
    """

    def __init__(self, names: Table[str], texts: Table[str], states: States) -> None:
        self._names = names
        self._texts = texts
        self._states = states
        self._kinds: Table[str] = Table()
        self._times, self._kind, self._agent = array("q"), array("q"), array("q")
        self._peer, self._text, self._of = array("q"), array("q"), array("q")
        self._issued: dict[tuple[str, str, str], tuple[int, int]] = {}

    def add_all(self, records: Iterable[events.AnyRecord]) -> None:
        """Take the records of a run, in order."""
        observing = True
        for record in records:
            observing = observing and not closes(record)
            tell = _TELLERS.get(type(record))
            if tell is not None and (observing or isinstance(record, _AFTERWARDS)):
                self._add(record, tell(record))

    def columns(self) -> Columns:
        """One number an event in each column.

        `t`: microseconds, as the difference to the event before. `kind`: by `kinds`. `agent`,
        `peer`: by the names, -1 for none. `text`: by the texts. `of`: of a stanza that arrived,
        how many events before it is the one with which it was sent; 0: not known.
        """
        return {
            "kinds": self._kinds.values,
            "t": differences(self._times),
            "kind": self._kind.tolist(),
            "agent": self._agent.tolist(),
            "peer": self._peer.tolist(),
            "text": self._text.tolist(),
            "of": self._of.tolist(),
        }

    def rows(self) -> Iterator[Row]:
        """The events as they are, in order."""
        columns = (self._times, self._kind, self._agent, self._peer, self._text, self._of)
        names, texts, kinds = self._names.values, self._texts.values, self._kinds.values
        for row, (t, kind, agent, peer, text, of) in enumerate(zip(*columns, strict=True)):
            other = names[peer] if peer >= 0 else ""
            told = texts[text].replace(PEER, printable(other))
            owner = names[agent] if agent >= 0 else ""
            yield Row(t, kinds[kind], owner, other, told, row - of if of else None)

    def _add(self, record: events.AnyRecord, text: str) -> None:
        row = len(self._times)
        agent, peer = getattr(record, "agent", ""), getattr(record, "peer", "")
        self._times.append(record.t)
        self._kind.append(self._kinds.number(_kind(record)))
        self._agent.append(self._names.number(agent) if agent else -1)
        self._peer.append(self._names.number(peer) if peer else -1)
        self._text.append(self._texts.number(text))
        self._of.append(row - self._sent_at(record, row))

    def _sent_at(self, record: events.AnyRecord, row: int) -> int:
        """The row with which what arrived was sent; its own where that is not known.

        A presence that reaches somebody who was not there, or not subscribed, when it was sent is
        a copy that the server kept.
        """
        if isinstance(record, events.Sent | work.MessageSent):
            if record.id:
                self._issued[record.agent, record.peer, record.id] = (row, record.t)
        elif isinstance(record, work.MessageReceived) and record.error:
            return self._issued.get((record.agent, record.peer, record.id), (row, 0))[0]
        elif isinstance(record, events.Received | work.MessageReceived) and record.id:
            direct = self._issued.get((record.peer, record.agent, record.id))
            if direct is not None:
                return direct[0]
            broadcast = self._issued.get((record.peer, "", record.id))
            if broadcast is not None and self._was_due(record, broadcast[1]):
                return broadcast[0]
        return row

    def _was_due(self, record: events.Received | work.MessageReceived, sent: int) -> bool:
        """Was the receiver there, and to be told, from the sending on?"""
        watcher, contact = record.agent, record.peer
        watch = self._states.watches.get(watcher, {}).get(contact)
        if watch is not None:
            return all(sight for sight, _, _ in watch.sights.spans(record.t + 1, sent))
        entry = self._states.entries.get(watcher, {}).get(contact)
        return watcher == contact or (entry is not None and entry.served.at(sent) in SEEING)


def _kind(record: events.AnyRecord) -> str:
    return str(record.__struct_config__.tag)


def short(text: str) -> str:
    """A text that an agent wrote, safe to show and not too long."""
    text = printable(text)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _because(reason: str) -> str:
    return f": {short(reason)}" if reason else ""


def _presence(record: events.Sent | events.Received | events.Actual) -> str:
    """``available [dnd] "Lunch"``."""
    if isinstance(record, events.Actual):
        parts = ["available" if record.available else "unavailable"]
    else:
        parts = [record.type]
    parts += [f"[{record.show}]"] if record.show else []
    parts += [f'"{short(text)}"' for _, text in record.status]
    parts += [f"priority {record.priority}"] if record.priority else []
    return " ".join(parts)


_SENT = {
    "subscribe": f"asks {PEER} for its presence",
    "subscribed": f"approves {PEER}",
    "unsubscribe": f"unsubscribes from {PEER}",
    "unsubscribed": f"refuses or cancels {PEER}",
    "roster_set": f"writes {PEER} into its roster",
    "roster_remove": f"removes {PEER} from its roster",
}
_RECEIVED = {
    "subscribe": f"hears that {PEER} asks for its presence",
    "subscribed": f"hears that {PEER} approves",
    "unsubscribe": f"hears that {PEER} unsubscribes",
    "unsubscribed": f"hears that {PEER} refuses or cancels",
    "error": f"gets an error from {PEER}",
    "probe": f"is probed by {PEER}",
}


def _sent(record: events.Sent) -> str:
    known = _SENT.get(record.type)
    return known or f"says {_presence(record)}" + (f" to {PEER}" if record.peer else "")


def _received(record: events.Received) -> str:
    resource = f"/{short(record.peer_resource)}" if record.peer_resource else ""
    return _RECEIVED.get(record.type) or f"hears {_presence(record)} from {PEER}{resource}"


def _message(record: work.Message) -> str:
    performative = f" ({short(record.performative)})" if record.performative else ""
    body = f' "{short(record.body)}"' if record.body else ""
    return f"message{performative}{body}"


def _message_received(record: work.MessageReceived) -> str:
    if record.error:
        return f"gets its message to {PEER} back: {short(record.error)}"
    return f"gets a {_message(record)} from {PEER}"


def _roster(record: events.Roster) -> str:
    if record.subscription == "remove":
        return f"is told that {PEER} is no longer in its roster"
    words = [record.subscription, *(word for word in ("ask", "approved") if getattr(record, word))]
    login = " (at login)" if record.source == "initial" else ""
    return f"is told that its roster has {PEER} as {' + '.join(words)}{login}"


def _action(record: events.Action) -> str:
    to = f" {PEER}" if record.peer else ""
    text = f"is to {record.do.replace('_', ' ')}{to} ({record.origin})"
    return text + (f", and cannot{_because(record.skipped)}" if record.skipped else "")


def _value(record: work.Value) -> str:
    if record.absent:
        return f"{short(record.name)} cannot be read{_because(record.absent)}"
    return f"{short(record.name)} = {short(json.dumps(record.value, ensure_ascii=False))}"


def _actual(record: events.Actual) -> str:
    cause = "" if record.cause == "presence" else f" ({record.cause})"
    return f"/{short(record.resource)} is {_presence(record)} at the server{cause}"


_TELLERS: dict[type, Callable[..., str]] = {
    events.Agent: lambda one: f"{one.state}{_because(one.reason)}",
    events.Session: lambda one: f"session {one.state}{_because(one.reason)}",
    events.Action: _action,
    events.Sent: _sent,
    events.Received: _received,
    work.MessageSent: lambda one: f"sends {PEER} a {_message(one)}",
    work.MessageReceived: _message_received,
    work.Value: _value,
    events.Roster: _roster,
    events.Answer: lambda one: (
        f"is refused a roster change{_because(one.error)}"
        if one.error
        else "has its roster change made"
    ),
    events.Actual: _actual,
    events.Died: lambda one: (
        f"{'dies' if one.cause == CRASH else 'is cut off'}: {one.cause.replace('_', ' ')}"
    ),
    events.FaultChanged: lambda one: (
        f"fault {one.fault.replace('_', ' ')} {one.state}s ({one.origin})"
    ),
    events.Failure: lambda one: (
        f"{short(one.where)} raised {short(one.error)}"
        + (f" ({short(one.place)})" if one.place else "")
    ),
    events.Note: lambda one: short(one.text),
    events.Outcome: lambda one: f"ended {one.outcome}{_because(one.reason)}",
    events.RunEnded: lambda one: (
        f"the run ends{'' if one.complete else ' incomplete'}{_because(one.reason)}"
    ),
}
"""Record -> its sentence, without the agent's name at its beginning."""
