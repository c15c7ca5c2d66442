"""Events that expectations speak of: receipts that `nobody_saw` forbids, and steps `in_order`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from simulator.journal.records import Action, Agent, AnyRecord, Planned, Received, Roster, Sent
from simulator.journal.work_records import MessageReceived, MessageSent
from simulator.scenario.language.expectations import (
    BecameStep,
    DidStep,
    Expectation,
    InOrder,
    NobodySaw,
    ReceivedStep,
    RosterStep,
    SentStep,
    Sight,
    Step,
)
from simulator.scenario.language.selectors import AgentIndex, UnknownAgentError

KINDS = (Action, Agent, MessageReceived, MessageSent, Received, Roster, Sent)
"""The records that expectations speak of."""


class Names:
    """Whom a text of an expectation means.

    The bare JID of an agent means the agent, that of anybody else itself, and so does a name that
    the journal does not know: of a run that was killed early it holds only a part of the plan.
    `domain` is that of the agents for which the plan names no other.
    """

    def __init__(self, planned: Mapping[str, Planned]) -> None:
        self.domain = ""
        self._planned = planned
        self._known: dict[str | tuple[str, ...], tuple[str, ...]] = {}

    def of(self, texts: str | tuple[str, ...]) -> tuple[str, ...]:
        """The agents meant by one text or several. Ask only when all agents are planned."""
        found = self._known.get(texts)
        if found is None:
            several = (texts,) if isinstance(texts, str) else texts
            found = tuple(dict.fromkeys(name for text in several for name in self._named(text)))
            self._known[texts] = found
        return found

    def fits(self, name: str, texts: str | None) -> bool:
        """Is `name` among those meant? None means anybody."""
        return texts is None or name in self.of(texts)

    def _named(self, text: str) -> tuple[str, ...]:
        name, _, domain = text.rpartition("@")
        planned = self._planned.get(name)
        if planned is not None and domain == (planned.domain or self.domain):
            return (name,)
        try:
            return self._index.named(text)
        except UnknownAgentError:
            return (text,)

    @cached_property
    def _index(self) -> AgentIndex:
        return AgentIndex.from_pairs((one.agent, one.population) for one in self._planned.values())


class Sightings:
    """The receipts that one `nobody_saw` forbids, in `found`."""

    def __init__(self, sight: Sight, names: Names) -> None:
        self.found: list[Received] = []
        self._sight = sight
        self._names = names

    def see(self, record: AnyRecord) -> None:
        """Take the next record."""
        if isinstance(record, Received) and self._is_forbidden(record):
            self.found.append(record)

    def _is_forbidden(self, record: Received) -> bool:
        sight, names = self._sight, self._names
        return (
            record.type == ("available" if sight.available else "unavailable")
            and record.agent != record.peer
            and record.peer in names.of(sight.contact)
            and record.agent in names.of(sight.by)
            and (sight.after is None or record.t >= sight.after)
            and (sight.before is None or record.t < sight.before)
            and (sight.show is None or record.show == sight.show.removeprefix("none"))
            and (sight.status is None or any(text == sight.status for _, text in record.status))
        )


class Progress:
    """How far the steps of one `in_order` have come.

    `found`: for each step the first record that fits it, after the one before. `early`: of a step
    whose turn has not come, by its number, the last record that fits it.
    """

    def __init__(self, steps: Sequence[Step], names: Names) -> None:
        self.found: list[AnyRecord] = []
        self.early: dict[int, AnyRecord] = {}
        self._steps = steps
        self._names = names

    def see(self, record: AnyRecord) -> None:
        """Take the next record."""
        place = len(self.found)
        for number, step in enumerate(self._steps[place + 1 :], start=place + 1):
            if _fits(step, record, self._names):
                self.early[number] = record
        if place < len(self._steps) and _fits(self._steps[place], record, self._names):
            self.found.append(record)


def _fits(step: Step, record: AnyRecord, names: Names) -> bool:
    match step, record:
        case SentStep(), Sent():
            same = record.type == step.sent and names.fits(record.peer, step.to)
            same = same and _shows(step, record)
        case ReceivedStep(), Received():
            same = record.type == step.received and names.fits(record.peer, step.peer)
            same = same and _shows(step, record)
        case SentStep(), MessageSent():
            same = step.sent == "message" and names.fits(record.peer, step.to)
            same = same and _says(step, record)
        case ReceivedStep(), MessageReceived():
            same = step.received == "message" and names.fits(record.peer, step.peer)
            same = same and not record.error and _says(step, record)
        case RosterStep(), Roster():
            same = record.subscription == step.roster and names.fits(record.peer, step.contact)
            same = same and step.ask in (None, record.ask)
        case DidStep(), Action():
            same = record.do == step.did and not record.skipped
            same = same and names.fits(record.peer, step.peer)
        case BecameStep(), Agent():
            same = record.state == step.became
        case _:
            return False
    return same and names.fits(record.agent, step.agent)


def _shows(step: SentStep | ReceivedStep, record: Sent | Received) -> bool:
    return step.show is None or record.show == step.show.removeprefix("none")


def _says(step: SentStep | ReceivedStep, record: MessageSent | MessageReceived) -> bool:
    same = step.performative in (None, record.performative)
    return same and step.thread in (None, record.thread)


class ExpectedEvents:
    """Looks for what the expectations of a scenario speak of.

    `sightings` and `progress` have what was found, by the number of the expectation.
    """

    def __init__(self, planned: Mapping[str, Planned]) -> None:
        self.names = Names(planned)
        self.sightings: dict[int, Sightings] = {}
        self.progress: dict[int, Progress] = {}

    def expect(self, expectations: Iterable[Expectation], domain: str) -> bool:
        """Look for what these speak of from now on; returns whether there is anything.

        `domain`: the run's.
        """
        self.names.domain = domain
        for number, expectation in enumerate(expectations):
            if isinstance(expectation, NobodySaw):
                self.sightings[number] = Sightings(expectation.nobody_saw, self.names)
            elif isinstance(expectation, InOrder):
                self.progress[number] = Progress(expectation.in_order, self.names)
        return bool(self.sightings or self.progress)

    def see(self, record: AnyRecord) -> None:
        """Take the next record."""
        for sightings in self.sightings.values():
            sightings.see(record)
        for progress in self.progress.values():
            progress.see(record)
