"""What each agent saw and did, as texts that are equal for equal runs on two servers.

Without times and ids. A resource is named as the plan names it; one whose name a server made is
``#1`` for the first one of its account, ``#2`` for the next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from simulator.analysis.measurement import observed
from simulator.journal.records import AnyRecord, Planned, Received, Roster, RunStarted, Sent
from simulator.journal.work_records import Message, MessageReceived, MessageSent
from simulator.scenario.language.populations import fill_pattern
from simulator.scenario.reading.recorded import RecordedPopulation, RecordedScenario


def event_orders(records: Iterable[AnyRecord]) -> dict[str, list[str]]:
    """What each agent sent, received and was told of its roster, in order, as text.

    Without what the harness does after the observation.
    """
    orders: dict[str, list[str]] = {}
    resources = _Resources()
    for record in observed(records):
        resources.see(record)
        tell = _TELLERS.get(type(record))
        if tell is not None:
            text = tell(record, resources)
            orders.setdefault(record.agent, []).append(text)  # type: ignore[union-attr]
    return orders


class _Resources:
    """The names of resources by account: the plan's, or numbers in the order of appearance."""

    def __init__(self) -> None:
        self._populations: dict[str, RecordedPopulation | None] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._made: Counter[str] = Counter()
        self._members: Counter[str] = Counter()

    def see(self, record: AnyRecord) -> None:
        """Learn the plan's names, and who is bound to what."""
        if isinstance(record, RunStarted):
            self._populations = RecordedScenario.model_validate(record.scenario).populations
        elif isinstance(record, Planned):
            for name in (record.resource, *self._extra(record.population)):
                self._names[record.agent, name] = name
            self._members[record.population] += 1
        elif resource := getattr(record, "resource", ""):
            self.name(record.agent, resource)  # type: ignore[union-attr]

    def _extra(self, population: str) -> Iterator[str]:
        """The resources of the next member besides its own, as the plan names them."""
        written = self._populations.get(population)
        for one in (written and written.resources) or ():
            yield fill_pattern(one.name, population, self._members[population])

    def name(self, account: str, resource: str) -> str:
        """The resource's name, or its number."""
        if not resource:
            return ""
        name = self._names.get((account, resource))
        if name is None:
            self._made[account] += 1
            name = self._names[account, resource] = f"#{self._made[account]}"
        return name


def _sent(record: Sent, _resources: _Resources) -> str:
    to = f" to {record.peer}" if record.peer else ""
    return f"sent {record.type}{to}{_shown(record)}"


def _received(record: Received, resources: _Resources) -> str:
    resource = resources.name(record.peer, record.peer_resource)
    sender = f"{record.peer}/{resource}" if resource else record.peer
    return f"received {record.type} from {sender}{_shown(record)}"


def _shown(record: Sent | Received) -> str:
    parts = [f"[{record.show}]"] if record.show else []
    parts += [f"{language + ': ' if language else ''}{text!r}" for language, text in record.status]
    parts += [f"priority {record.priority}"] if record.priority else []
    return "".join(f" {part}" for part in parts)


def _message_sent(record: MessageSent, _resources: _Resources) -> str:
    return f"sent message{_said(record)} to {record.peer}"


def _message_received(record: MessageReceived, _resources: _Resources) -> str:
    if record.error:
        return f"message to {record.peer} came back: {record.error}"
    return f"received message{_said(record)} from {record.peer}"


def _said(record: Message) -> str:
    # Not the body: it may hold JIDs and times.
    return f" ({record.performative})" if record.performative else ""


def _told(record: Roster, _resources: _Resources) -> str:
    parts: list[str] = [record.subscription]
    parts += [word for word in ("ask", "approved") if getattr(record, word)]
    source = " (at login)" if record.source == "initial" else ""
    return f"roster {record.peer}: {' + '.join(parts)}{source}"


_TELLERS: dict[type, Callable[..., str]] = {
    Sent: _sent,
    Received: _received,
    MessageSent: _message_sent,
    MessageReceived: _message_received,
    Roster: _told,
}
