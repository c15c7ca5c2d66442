"""Narrates a run: a line of text for each event, with its virtual time in seconds.

The words follow what the documented two-agent example prints, so that readers recognise it. A
narrator needs only the records, so it works while the run goes on as well as afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from simulator.analysis.naming import natural_order
from simulator.journal import records as events
from simulator.journal import work_records as work
from simulator.report.text import printable


class Narrator:
    """Turns records into lines; a record gives none, one or several."""

    def __init__(self) -> None:
        self._rosters: dict[str, dict[str, events.Roster]] = {}
        self._accepted: set[tuple[str, str]] = set()

    def lines(self, record: events.AnyRecord) -> list[str]:
        """The lines about `record`, in order; none where there is nothing to say."""
        tell = _TELLERS.get(type(record))
        if tell is None:
            return []
        return [_line(record.t, who, text) for who, text in tell(self, record)]

    def _agent(self, record: events.Agent) -> list[tuple[str, str]]:
        text = {"started": "running", "stopped": "stopped", "failed": f"failed: {record.reason}"}
        return [(record.agent, text[record.state])] if record.state in text else []

    def _session(self, record: events.Session) -> list[tuple[str, str]]:
        if record.state not in ("suspended", "resumed", "failed"):
            return []
        return [(record.agent, f"connection {record.state}: {record.reason}".rstrip(": "))]

    def _action(self, record: events.Action) -> list[tuple[str, str]]:
        if not record.skipped:
            return []
        return [(record.agent, f"cannot {record.do} ({record.origin}): {record.skipped}")]

    def _sent(self, record: events.Sent) -> list[tuple[str, str]]:
        words = _SENT.get(record.type)
        if words is not None:
            return [(record.agent, words.format(peer=record.peer))]
        if record.peer:
            return []
        return [(record.agent, f"is {_presence(record)}")]

    def _received(self, record: events.Received) -> list[tuple[str, str]]:
        if record.peer == record.agent:
            return []
        if record.type == "subscribed":
            self._accepted.add((record.agent, record.peer))
        if record.type in ("available", "unavailable"):
            return [(record.agent, f"{record.peer} is {_presence(record)}")]
        words = _RECEIVED.get(record.type)
        return [(record.agent, words.format(peer=record.peer))] if words else []

    def _message_sent(self, record: work.MessageSent) -> list[tuple[str, str]]:
        return [(record.agent, f"sends {record.peer} {_message(record)}")]

    def _message_received(self, record: work.MessageReceived) -> list[tuple[str, str]]:
        if record.error:
            text = f"the message to {record.peer} came back: {record.error}"
            return [(record.agent, text)]
        return [(record.agent, f"gets {_message(record)} from {record.peer}")]

    def _value(self, record: work.Value) -> list[tuple[str, str]]:
        if record.absent:
            return [(record.agent, f"{record.name} cannot be observed: {record.absent}")]
        return [(record.agent, f"{record.name} = {_short(json.dumps(record.value))}")]

    def _roster(self, record: events.Roster) -> list[tuple[str, str]]:
        if record.source == "final":
            return []
        contacts = self._rosters.setdefault(record.agent, {})
        if record.subscription == "remove":
            contacts.pop(record.peer, None)
            return [(record.agent, f"{record.peer} is removed from the contact list")]
        contacts[record.peer] = record
        # The acceptance comes before the roster push; the list is shown when it is up to date.
        if (record.agent, record.peer) not in self._accepted:
            return []
        self._accepted.discard((record.agent, record.peer))
        return [(record.agent, f"contact list: {_contacts(contacts)}")]

    def _failure(self, record: events.Failure) -> list[tuple[str, str]]:
        return [(record.agent or "run", f"{record.error} in {record.where}")]

    def _fault(self, record: events.FaultChanged) -> list[tuple[str, str]]:
        whom = ", ".join(record.agents[:_MOST_NAMES])
        if len(record.agents) > _MOST_NAMES:
            whom += f" and {len(record.agents) - _MOST_NAMES} more"
        what = f"{record.fault} {record.state}s" + (f" for {whom}" if whom else "")
        return [("run", f"fault: {what} ({record.origin})")]

    def _note(self, record: events.Note) -> list[tuple[str, str]]:
        return [(record.agent or "run", record.text)]

    def _ended(self, record: events.RunEnded) -> list[tuple[str, str]]:
        how = "ends" if record.complete else "ends incomplete"
        return [("run", f"{how}: {record.reason}")]


_MOST_NAMES = 5
_MOST_CHARACTERS = 60
_SENT = {
    "subscribe": "asks {peer} for a subscription",
    "subscribed": "approves the subscription of {peer}",
    "unsubscribe": "unsubscribes from {peer}",
    "unsubscribed": "denies or cancels the subscription of {peer}",
    "roster_set": "writes {peer} into the roster",
    "roster_remove": "removes {peer} from the roster",
}
_RECEIVED = {
    "subscribe": "{peer} asked for subscription",
    "subscribed": "{peer} has accepted the subscription",
    "unsubscribe": "{peer} has unsubscribed",
    "unsubscribed": "{peer} has denied or cancelled the subscription",
    "error": "{peer} answered with an error",
}
_TELLERS: dict[type, Callable[..., list[tuple[str, str]]]] = {
    events.Agent: Narrator._agent,
    events.Session: Narrator._session,
    events.Action: Narrator._action,
    events.Sent: Narrator._sent,
    events.Received: Narrator._received,
    work.MessageSent: Narrator._message_sent,
    work.MessageReceived: Narrator._message_received,
    work.Value: Narrator._value,
    events.Roster: Narrator._roster,
    events.Failure: Narrator._failure,
    events.FaultChanged: Narrator._fault,
    events.Note: Narrator._note,
    events.RunEnded: Narrator._ended,
}


def _line(t: int, who: str, text: str) -> str:
    return f"{t / 1e6:8.3f}  {who}: {printable(text)}"


def _presence(record: events.Sent | events.Received) -> str:
    """``available [dnd] "Lunch"``: a presence in few words."""
    parts: list[str] = [record.type]
    if record.show:
        parts.append(f"[{record.show}]")
    default = dict(record.status).get("")
    if default:
        parts.append(f'"{default}"')
    return " ".join(parts)


def _message(record: work.Message) -> str:
    """``a message (cfp) "..."``: a message in few words."""
    performative = f" ({record.performative})" if record.performative else ""
    body = f' "{_short(record.body)}"' if record.body else ""
    return f"a message{performative}{body}"


def _short(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + "…"


def _contacts(contacts: dict[str, events.Roster]) -> str:
    return ", ".join(
        f"{peer} ({contacts[peer].subscription}{', asked' if contacts[peer].ask else ''})"
        for peer in natural_order(contacts)
    )
