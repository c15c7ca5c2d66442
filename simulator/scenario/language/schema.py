"""The scenario language: the whole document as one typed model."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PrivateAttr
from pydantic.json_schema import JsonSchemaValue

from simulator.scenario.language.durations import Duration, DurationOrDraw, Period
from simulator.scenario.language.expectations import Expectation
from simulator.scenario.language.faults import FaultEntry
from simulator.scenario.language.populations import Manager, Population, PopulationName, Recovery
from simulator.scenario.language.selectors import AgentNames
from simulator.scenario.language.subscriptions import Subscription
from simulator.scenario.language.timeline import Entry
from simulator.scenario.language.words import ByKeys, Flag, Natural, OrElse, Text, Words
from simulator.scenario.plan import MessagesPlan, Microseconds
from simulator.scenario.search import Search
from simulator.scenario.source import Source


class Network(Words):
    """The network between the agents and the server."""

    latency: DurationOrDraw = Field(
        "20ms",
        validate_default=True,
        description="One-way latency of each link: a duration or a distribution.",
    )


class Messages(Words):
    """Messages between agents: the way that they go, and what is recorded of them."""

    route: Literal["server", "container"] = Field(
        "server",
        description="server: each message crosses the server. container: SPADE hands messages to "
        "agents of the same process itself.",
    )
    bodies: Literal["none", "head", "whole"] = Field(
        "head",
        description="How much of a message's body is recorded. head: its first 200 characters.",
    )

    def plan(self) -> MessagesPlan:
        """As the plan has it."""
        return MessagesPlan(self.route, self.bodies)


class UntilConverged(Words):
    """The run ends when everything planned is done and rosters and presence have converged."""

    until: Literal["converged"] = Field(description="The word `converged`.")
    at_most: Period = Field(
        "60s", validate_default=True, description="When the run ends at the latest."
    )
    settle: Duration = Field(
        "1s",
        validate_default=True,
        description="How long it must stay converged before the run ends.",
    )

    @property
    def limit(self) -> Microseconds:
        """When the run ends at the latest."""
        return self.at_most


class ForDuration(Words):
    """The run takes a fixed time."""

    duration: Period = Field(description="How long actions continue.")
    settle: Duration = Field(
        "1s",
        validate_default=True,
        description="How much longer the run continues, so that the last changes can arrive.",
    )

    @property
    def limit(self) -> Microseconds:
        """When the run ends."""
        return self.duration + self.settle


RunWords = Annotated[UntilConverged | ForDuration, ByKeys()]


class Scenario(Words):
    """A scenario: who the agents are, whom they watch, what they do, and what must hold."""

    name: Text = Field(min_length=1, description="A short title.")
    question: Text | None = Field(None, description="The question that the scenario answers.")
    seed: Natural = Field(
        0, le=2**63 - 1, description="The number from which everything random is derived."
    )
    populations: dict[PopulationName, Annotated[Population, OrElse({"type": "null"})]] = Field(
        min_length=1, description="The agents, by the name of their population."
    )
    presence_manager: Manager | None = Field(
        None,
        description="documented: as SPADE's documentation says. spade: SPADE's own, as in "
        "production. Omitted: spade for populations with an agent class or behaviours of your own, "
        "documented for the others.",
    )
    recovery: Recovery | None = Field(
        None,
        description="What the documented presence manager does when its session's state was "
        "lost. none: nothing. rejoin: forget who was available, and learn it anew. Omitted: none, "
        "or what your agent class says.",
    )
    subscriptions: tuple[Subscription, ...] = Field((), description="Who wants to see whom.")
    timeline: tuple[Entry, ...] = Field((), description="What agents do, and when.")
    faults: tuple[FaultEntry, ...] = Field((), description="What goes wrong, and when.")
    network: Network = Field(
        default_factory=lambda: Network.model_validate({}), description="The network."
    )
    messages: Messages = Field(
        default_factory=lambda: Messages.model_validate({}),
        description="Messages between agents.",
    )
    observe: dict[AgentNames, Annotated[tuple[Text, ...], Field(min_length=1)]] = Field(
        default_factory=dict,
        description="Attributes of agents that are recorded at the end: their names, by agent.",
    )
    pings: Flag = Field(True, description="Whether idle agents ping the server every 60 s.")
    run: RunWords = Field(
        default_factory=lambda: UntilConverged.model_validate({"until": "converged"}),
        description="When the run ends.",
    )
    expect: tuple[Expectation, ...] = Field((), description="What must hold.")
    search: Search | None = Field(
        None,
        description="What `simulator find` may change to find a run that goes wrong. Runs do not "
        "use it.",
    )

    _source: Source = PrivateAttr()

    @property
    def source(self) -> Source:
        """The document that the scenario was read from."""
        return self._source

    @property
    def run_is_open(self) -> bool:
        """Whether the run goes on until it converges."""
        return isinstance(self.run, UntilConverged)

    @property
    def document(self) -> dict[str, object]:
        """The resolved document: what the file says, with the overrides, as plain data."""
        document = self._source.data
        assert isinstance(document, dict)
        return document


def json_schema() -> JsonSchemaValue:
    """The JSON Schema (draft 2020-12) of scenario files, for editors."""
    schema = Scenario.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
