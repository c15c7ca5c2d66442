"""What expectations look for in the records: sightings, and events in an order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from simulator.analysis.measurement import closes
from simulator.journal.records import Action, Agent, AnyRecord, Planned, Received, Roster, Sent
from simulator.scenario.language.expectations import (
    BecameStep,
    DidStep,
    ReceivedStep,
    RosterStep,
    SentStep,
    Sight,
    Step,
)
from simulator.scenario.language.selectors import AgentIndex, UnknownAgentError


class Names:
    """Who is meant by a text of an expectation.

    A bare JID means itself, and so does what the journal does not know: of a run that was killed
    early it holds only a part of the plan.
    """

    def __init__(self, planned: Iterable[Planned]) -> None:
        self._index = AgentIndex.from_pairs((one.agent, one.population) for one in planned)
        self.of = cache(self._of)

    def _of(self, texts: str | tuple[str, ...]) -> tuple[str, ...]:
        several = (texts,) if isinstance(texts, str) else texts
        return tuple(dict.fromkeys(name for text in several for name in self._named(text)))

    def _named(self, text: str) -> tuple[str, ...]:
        try:
            return self._index.named(text)
        except UnknownAgentError:
            return (text,)

    def fits(self, name: str, texts: str | None) -> bool:
        """Is `name` among those meant? None means anybody."""
        return texts is None or name in self.of(texts)


def observed(records: Iterable[AnyRecord]) -> Iterator[AnyRecord]:
    """The records of the observation: what comes after it is the harness at work."""
    for record in records:
        if closes(record):
            return
        yield record


def sightings(sight: Sight, records: Iterable[AnyRecord], names: Names) -> list[Received]:
    """The receipts that `nobody_saw` forbids, in the order of the journal."""
    contacts, watchers = set(names.of(sight.contact)), set(names.of(sight.by))
    kind = "available" if sight.available else "unavailable"
    return [
        record
        for record in observed(records)
        if isinstance(record, Received)
        and record.type == kind
        and record.agent in watchers
        and record.peer in contacts
        and record.agent != record.peer
        and _in_time(sight, record.t)
        and _looks_so(sight, record)
    ]


def _in_time(sight: Sight, t: int) -> bool:
    return (sight.after is None or t >= sight.after) and (sight.before is None or t < sight.before)


def _looks_so(sight: Sight, record: Received) -> bool:
    shown = sight.show is None or record.show == sight.show.removeprefix("none")
    said = sight.status is None or any(text == sight.status for _, text in record.status)
    return shown and said


def follow(steps: Sequence[Step], records: Iterable[AnyRecord], names: Names) -> list[AnyRecord]:
    """The records that the steps found: for each the first that fits, after the one before.

    Shorter than `steps` where a step found none.
    """
    found: list[AnyRecord] = []
    for record in observed(records):
        if len(found) == len(steps):
            break
        step: Any = steps[len(found)]
        kind, fits = _STEPS[type(step)]
        if not isinstance(record, kind) or not names.fits(record.agent, step.agent):
            continue
        if fits(step, record, names):
            found.append(record)
    return found


def _sent(step: SentStep, record: Sent, names: Names) -> bool:
    return record.type == step.sent and names.fits(record.peer, step.to) and _shows(step, record)


def _received(step: ReceivedStep, record: Received, names: Names) -> bool:
    return (
        record.type == step.received and names.fits(record.peer, step.peer) and _shows(step, record)
    )


def _shows(step: SentStep | ReceivedStep, record: Sent | Received) -> bool:
    return step.show is None or record.show == step.show.removeprefix("none")


def _roster(step: RosterStep, record: Roster, names: Names) -> bool:
    return (
        record.subscription == step.roster
        and names.fits(record.peer, step.contact)
        and step.ask in (None, record.ask)
    )


def _did(step: DidStep, record: Action, names: Names) -> bool:
    return record.do == step.did and not record.skipped and names.fits(record.peer, step.peer)


def _became(step: BecameStep, record: Agent, names: Names) -> bool:
    return record.state == step.became


_STEPS: dict[type, tuple[type[Any], Callable[[Any, Any, Names], bool]]] = {
    SentStep: (Sent, _sent),
    ReceivedStep: (Received, _received),
    RosterStep: (Roster, _roster),
    DidStep: (Action, _did),
    BecameStep: (Agent, _became),
}
