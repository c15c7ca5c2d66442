"""The parts of a scenario that are read again from a journal's first record.

The rest of the document is not looked at: who measures a run does not make its plan once more.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from simulator.scenario.language.expectations import Expectation
from simulator.scenario.language.schema import Network, RunWords


class _Recorded(BaseModel):
    """Base of these models: what they do not name may hold anything."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class RecordedResource(_Recorded):
    """One of several resources of an agent."""

    name: str


class RecordedPopulation(_Recorded):
    """Agents that are alike; `resources` where the scenario names several.

    `on_subscribe`, `agent` and `behaviours` are kept as they are: whether they are there matters.
    """

    resources: tuple[RecordedResource, ...] | None = None
    on_subscribe: object = None
    agent: object = None
    behaviours: object = None


class RecordedScenario(_Recorded):
    """When a run ends, what must hold, the network, and the names of the resources.

    `model_validate` raises pydantic.ValidationError for a document that did not come from a
    loaded scenario.
    """

    run: RunWords = Field({"until": "converged"}, validate_default=True)
    expect: tuple[Expectation, ...] = ()
    populations: dict[str, RecordedPopulation | None] = Field(default_factory=dict)
    network: Network = Field(default_factory=lambda: Network.model_validate({}))
