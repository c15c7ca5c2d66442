"""What the journal says about the run itself: who was planned, how it ended, the last views."""

from __future__ import annotations

from typing import Any

from simulator.analysis.states import ENTRIES, Entry
from simulator.journal.records import (
    Belief,
    Failure,
    HandlerCalls,
    Outcome,
    Planned,
    Roster,
    RunEnded,
    RunStarted,
    View,
)
from simulator.scenario.reading.recorded import RecordedScenario


class RunInfo:
    """Collects the records that speak of the run, the plan and the end."""

    def __init__(self) -> None:
        self.run: RunStarted | None = None
        self.settings = RecordedScenario.model_validate({})
        """What the analysis needs of the scenario, with the defaults filled in."""
        self.end: RunEnded | None = None
        self.planned: dict[str, Planned] = {}
        self.spawned: dict[str, Planned] = {}
        self.outcomes: dict[str, Outcome] = {}
        self.failures: list[Failure] = []
        self.views: dict[tuple[str, str], View] = {}
        self.beliefs: dict[str, dict[str, Belief]] = {}
        self.handlers: dict[tuple[str, str], int] = {}
        """(agent, handler) -> how often the agent's own handler was called."""
        self.final: dict[str, dict[str, Entry]] = {}

    @property
    def scenario(self) -> dict[str, Any]:
        """The resolved scenario, or an empty document where the journal has none."""
        return self.run.scenario if self.run else {}

    def outcome(self, agent: str) -> Outcome:
        """How a planned agent ended; ``unknown`` where the journal does not say."""
        missing = Outcome(t=0, agent=agent, outcome="unknown", reason="the journal has no outcome")
        return self.outcomes.get(agent, missing)

    def all_outcomes(self) -> list[Outcome]:
        """How every planned agent ended, in the order of the plan."""
        return [self.outcome(agent) for agent in self.planned]

    def spawned_outcomes(self) -> list[Outcome]:
        """How every agent ended that an agent made, in the order in which they joined."""
        return [self.outcome(agent) for agent in self.spawned]

    def read(self, agent: str, view: str) -> bool:
        """Was this view of the agent's roster read at the end?"""
        record = self.views.get((agent, view))
        return record is not None and not record.absent

    def started(self, record: RunStarted) -> None:
        """Take the first record. Raises pydantic.ValidationError where it holds no scenario."""
        self.run = record
        self.settings = RecordedScenario.model_validate(record.scenario)

    def ended(self, record: RunEnded) -> None:
        """Take the last record."""
        self.end = record

    def plan(self, record: Planned) -> None:
        """Take a planned agent, or one that an agent made."""
        agents = self.spawned if record.spawned_by else self.planned
        agents[record.agent] = record

    def ended_as(self, record: Outcome) -> None:
        """Take an outcome."""
        self.outcomes[record.agent] = record

    def failed(self, record: Failure) -> None:
        """Take an exception in a user's code."""
        self.failures.append(record)

    def view(self, record: View) -> None:
        """Take how many entries a view has, or why it could not be read."""
        self.views[record.agent, record.view] = record

    def belief(self, record: Belief) -> None:
        """Take an entry that an agent believes."""
        self.beliefs.setdefault(record.agent, {})[record.peer] = record

    def handler(self, record: HandlerCalls) -> None:
        """Take how often a handler was called."""
        self.handlers[record.agent, record.handler] = record.calls

    def roster(self, record: Roster) -> None:
        """Take a roster entry; the final ones are kept."""
        if record.source == "final" and record.subscription != "remove":
            entry = ENTRIES[record.subscription, record.ask]
            self.final.setdefault(record.agent, {})[record.peer] = entry
