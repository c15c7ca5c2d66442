"""Selectors: which agents are meant.

``member`` (a population), ``member[0]``, ``member[2:5]``, ``member-3`` (an agent), ``all``,
``stopped`` (whom the plan has stopped by then), a list of selectors, ``{sample: 5, of: ...}``,
``{share: 10%, of: ...}`` and ``{except: ..., of: ...}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema
from typing_extensions import TypeAliasType

from simulator.scenario.language.words import (
    ByKeys,
    Positive,
    Share,
    Words,
    nearest,
    quoted,
    wrong,
)
from simulator.scenario.source import PartError

ALL = "all"
STOPPED = "stopped"
RESERVED = frozenset({ALL, STOPPED})
"""Words that no population and no agent may be called."""

_SLICE = re.compile(r"(?P<population>.+?)\[(?P<inside>[^\[\]]*)\]")
_INSIDE = re.compile(r"\s*(?P<start>-?\d{1,9})?\s*(?P<colon>:)?\s*(?P<stop>-?\d{1,9})?\s*")


def _check_names(value: object) -> object:
    if not isinstance(value, str) or not value.strip():
        raise wrong(
            f"{quoted(value)} names no agents",
            "an agent, a population, a slice such as `member[2:5]`, or `all`",
        )
    return value.strip()


AgentNames = Annotated[str, BeforeValidator(_check_names), WithJsonSchema({"type": "string"})]
"""A text that names agents: an agent, a population, an element or slice of one, or ``all``."""


class Sample(Words):
    """So many agents of a group, drawn with the scenario's seed."""

    sample: Positive = Field(description="How many.")
    of: Selector = Field(description="Of whom.")


class Portion(Words):
    """A share of a group, rounded to whole agents, drawn with the scenario's seed."""

    share: Share = Field(description="Which share.")
    of: Selector = Field(description="Of whom.")


class Except(Words):
    """A group without some of its agents."""

    excepted: Selector = Field(alias="except", description="Who is left out.")
    of: Selector = Field(description="Of whom.")


if TYPE_CHECKING:
    Selector: TypeAlias = "str | tuple[Selector, ...] | Sample | Portion | Except"
else:  # mypy cannot follow a recursive alias through Annotated
    Selector = TypeAliasType(
        "Selector",
        Annotated[
            AgentNames
            | Annotated[tuple["Selector", ...], Field(min_length=1)]
            | Sample
            | Portion
            | Except,
            ByKeys(),
        ],
    )
for _model in (Sample, Portion, Except):
    _model.model_rebuild()


class UnknownAgentError(PartError):
    """A selector that no agent fits."""


@dataclass(frozen=True)
class AgentIndex:
    """Who is in the plan: agents in their order, and the populations they belong to."""

    populations: Mapping[str, tuple[str, ...]]
    agents: tuple[str, ...]
    names: frozenset[str]

    @classmethod
    def from_pairs(cls, pairs: Iterable[tuple[str, str]]) -> AgentIndex:
        """From (agent, population) pairs in the order of the plan, as `Planned` records are."""
        populations: dict[str, list[str]] = {}
        for agent, population in pairs:
            populations.setdefault(population, []).append(agent)
        members = {name: tuple(agents) for name, agents in populations.items()}
        agents = tuple(agent for group in members.values() for agent in group)
        return cls(members, agents, frozenset(agents))

    def named(self, text: str) -> tuple[str, ...]:
        """The agents that a text names, in the order of the plan. Raises UnknownAgentError."""
        if text == ALL:
            return self.agents
        if text in self.populations:
            return self.populations[text]
        if text in self.names:
            return (text,)
        found = _SLICE.fullmatch(text)
        if found and found["population"] in self.populations:
            return self._slice(found["population"], found["inside"])
        raise UnknownAgentError(
            f"no agent or population is called {quoted(text)}", self._near(text)
        )

    def _near(self, text: str) -> str:
        few = self.agents if len(self.agents) <= 5000 else self.agents[:5000]
        return nearest(text.split("[", maxsplit=1)[0], [*self.populations, *few, ALL])

    def _slice(self, population: str, inside: str) -> tuple[str, ...]:
        members = self.populations[population]
        found = _INSIDE.fullmatch(inside)
        if found is None or not (found["start"] or found["colon"]):
            raise UnknownAgentError(
                f"[{inside}] is neither an index nor a slice", "such as `[0]` or `[2:5]`"
            )
        start = int(found["start"]) if found["start"] else None
        stop = int(found["stop"]) if found["stop"] else None
        if found["colon"]:
            return self._not_empty(members[start:stop], population, inside)
        if start is None or not -len(members) <= start < len(members):
            raise UnknownAgentError(
                f"{population}[{inside}] does not exist: `{population}` has {_agents(members)}",
                f"`{population}[0]`"
                + (f" to `{population}[{len(members) - 1}]`" if len(members) > 1 else ""),
            )
        return (members[start],)

    def _not_empty(self, members: tuple[str, ...], population: str, inside: str) -> tuple[str, ...]:
        if members:
            return members
        size = len(self.populations[population])
        has = _agents(self.populations[population])
        raise UnknownAgentError(
            f"{population}[{inside}] is empty: `{population}` has {has}",
            f"a slice within `{population}[0:{size}]`",
        )

    def select(
        self, selector: Selector, random: Random, stopped: Iterable[str] = (), without: str = ""
    ) -> tuple[str, ...]:
        """The agents that a selector means, each once.

        `random` draws the samples, in which `without` is never; `stopped` are those whom the
        plan has stopped by then. Named groups are in the order of the plan, and so are samples.
        Raises UnknownAgentError.
        """
        if isinstance(selector, str):
            return tuple(stopped) if selector == STOPPED else self.named(selector)

        def inner(one: Selector) -> tuple[str, ...]:
            return self.select(one, random, stopped, without)

        if isinstance(selector, Sample | Portion):
            group = tuple(agent for agent in inner(selector.of) if agent != without)
            return _draw(group, selector, random)
        if isinstance(selector, Except):
            out = frozenset(inner(selector.excepted))
            return tuple(agent for agent in inner(selector.of) if agent not in out)
        return tuple(dict.fromkeys(agent for one in selector for agent in inner(one)))


def _agents(members: tuple[str, ...]) -> str:
    return "1 agent" if len(members) == 1 else f"{len(members)} agents, counted from 0"


def _draw(group: tuple[str, ...], what: Sample | Portion, random: Random) -> tuple[str, ...]:
    size = what.sample if isinstance(what, Sample) else round(what.share * len(group))
    if size > len(group):
        raise UnknownAgentError(
            f"a sample of {size} out of {len(group)} agents", f"at most {len(group)}"
        )
    return tuple(group[place] for place in sorted(random.sample(range(len(group)), size)))
