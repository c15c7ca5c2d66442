"""Populations: agents that are alike, as a scenario writes them."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from simulator.scenario.language.approvals import Rules
from simulator.scenario.language.presence import Presence
from simulator.scenario.language.selectors import RESERVED
from simulator.scenario.language.times import EachAt
from simulator.scenario.language.words import (
    Arguments,
    OrElse,
    Positive,
    Text,
    Words,
    quoted,
    wrong,
)

_IMPORT_PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
_POPULATION = re.compile(r"[^\W\d][\w-]*")
_FIELDS = re.compile(r"\{([^{}]*)\}")
PLACEHOLDERS = ("population", "index")


def _check_import_path(value: str) -> str:
    if not _IMPORT_PATH.fullmatch(value):
        raise wrong(f"{quoted(value)} is not an import path", "`package.module:Class`")
    return value


def _check_population_name(value: str) -> str:
    if not _POPULATION.fullmatch(value):
        raise wrong(
            f"{quoted(value)} cannot name a population",
            "letters, digits, `-` and `_`, first a letter",
        )
    if value in RESERVED:
        raise wrong(f"`{value}` is a reserved word", "another name")
    return value


def _check_pattern(value: str) -> str:
    rest = _FIELDS.sub("", value)
    unknown = [name for name in _FIELDS.findall(value) if name not in PLACEHOLDERS]
    if unknown or "{" in rest or "}" in rest:
        raise wrong(f"{quoted(value)} is not a pattern", "text with `{index}` or `{population}`")
    return value


def fill_pattern(pattern: str, population: str, index: int) -> str:
    """A name pattern with its placeholders replaced."""
    return pattern.replace("{population}", population).replace("{index}", str(index))


ImportPath = Annotated[
    Text,
    AfterValidator(_check_import_path),
    WithJsonSchema({"type": "string", "pattern": f"^{_IMPORT_PATH.pattern}$"}),
]
PopulationName = Annotated[Text, AfterValidator(_check_population_name)]
Pattern = Annotated[Text, AfterValidator(_check_pattern)]
Manager = Literal["documented", "spade"]
Recovery = Literal["none", "rejoin"]


class BehaviourClass(Words):
    """A SPADE behaviour with arguments for its constructor."""

    behaviour: ImportPath = Field(alias="class", description="The import path of its class.")
    arguments: Arguments = Field(default_factory=dict, description="Arguments for its constructor.")


class Resource(Presence):
    """One of several resources of an agent: a session, with its first presence."""

    name: Annotated[Pattern, Field(min_length=1)] = Field(
        description="The resource's name; it may contain {index}."
    )


def _with_class(value: object) -> object:
    return {"class": value} if isinstance(value, str) else value


Behaviour = Annotated[BehaviourClass, BeforeValidator(_with_class), OrElse({"type": "string"})]


class Population(Words):
    """A group of agents that are alike."""

    @model_validator(mode="before")
    @classmethod
    def _nothing_said(cls, value: object) -> object:
        return {} if value is None else value

    count: Positive = Field(1, description="How many agents.")
    name: Pattern | None = Field(
        None,
        description="A pattern for their names, such as member-{index}. Omitted: the population's "
        "name if there is one agent, otherwise {population}-{index}. Indices start at 0.",
    )
    agent: ImportPath | None = Field(
        None, description="The import path of your own SPADE agent class. Omitted: a plain agent."
    )
    arguments: Arguments = Field(
        default_factory=dict,
        description="Arguments for the agent class's constructor, besides JID and password.",
    )
    attributes: Arguments = Field(
        default_factory=dict,
        description="Attributes that are set after the agent is made and before it starts.",
    )
    behaviours: tuple[Behaviour, ...] = Field(
        (), description="Behaviours to add: import paths, or {class: ..., arguments: {...}}."
    )
    presence: Presence | None = Field(
        None,
        description="The first presence. Omitted: available, or what your own agent class does.",
    )
    on_subscribe: Rules | None = Field(
        None,
        description="How to answer a subscription request: approve, approve_and_subscribe, deny, "
        "ignore or approve_all, with or without terms, or a list, of which the first rule that "
        "matches is used. Omitted: whatever the agent class does; a plain agent does not answer.",
    )
    presence_manager: Manager | None = Field(
        None, description="documented or spade. Omitted: as for the whole scenario."
    )
    recovery: Recovery | None = Field(
        None, description="none or rejoin. Omitted: as for the whole scenario."
    )
    start: EachAt = Field(
        "0s",
        validate_default=True,
        description="When the agents start: a time, {every: 10ms}, or a distribution.",
    )
    resource: Pattern | None = Field(
        None,
        min_length=1,
        description="The resource they bind; may contain {index}. Omitted: the server picks one.",
    )
    resources: tuple[Resource, ...] | None = Field(
        None,
        min_length=1,
        description="Several resources, instead of `resource` and `presence`. The first is the "
        "agent's own session; the others are plain sessions of the same account.",
    )

    @model_validator(mode="after")
    def _one_way_to_say_it(self) -> Population:
        if self.resources is None:
            return self
        for word in ("resource", "presence"):
            if getattr(self, word) is not None:
                raise wrong(
                    f"`{word}` cannot be combined with `resources`", "one of them", key=word
                )
        names = [resource.name for resource in self.resources]
        if len(set(names)) < len(names):
            raise wrong("two resources have the same name", "different names", key="resources")
        return self
