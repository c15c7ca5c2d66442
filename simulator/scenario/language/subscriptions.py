"""Who wants to see whom, as a scenario writes it: pairs, a graph, or one group and another."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from simulator.scenario.language.selectors import AgentNames, Selector
from simulator.scenario.language.times import EachAt
from simulator.scenario.language.words import ByKeys, Flag, Text, Whole, Words, quoted, wrong


class GeneratedGraph(Words):
    """A graph that networkx generates: the name of a generator, with its arguments beside it."""

    model_config = ConfigDict(frozen=True, extra="allow")

    generator: Text = Field(
        description="A graph generator in networkx: karate_club_graph, watts_strogatz_graph, ..."
    )
    seed: Whole | None = Field(
        None, ge=0, description="The generator's seed. Omitted: derived from the scenario's seed."
    )

    @property
    def arguments(self) -> dict[str, object]:
        """The generator's arguments, without its seed."""
        return dict(self.model_extra or {})


class GraphFile(Words):
    """A graph in a file: GraphML, GML, an edge list, or node-link JSON."""

    file: Text = Field(
        min_length=1,
        description="The file, seen from the scenario's folder: .graphml, .gml, .json (node-link), "
        "or .edges, .edgelist, .txt, .csv (an edge list).",
    )
    directed: Flag | None = Field(
        None,
        description="For an edge list: whether a line is a watch of its first node on its second. "
        "Omitted: true. The other formats say it themselves.",
    )


Graph = Annotated[GeneratedGraph | GraphFile, ByKeys()]


def _two(value: object) -> object:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise wrong(f"{quoted(value)} is not a pair", "`[watcher, contact]`")
    return value


Pair = Annotated[tuple[AgentNames, AgentNames], BeforeValidator(_two)]


class Subscription(Words):
    """Watches: who asks for whose presence, and when.

    One of: `pairs`; `graph` with `among` (or with `from` and `to` for a bipartite graph);
    `from` with `to`, everybody here for everybody there.
    """

    pairs: tuple[Pair, ...] | None = Field(
        None, min_length=1, description="Pairs of [watcher, contact]."
    )
    graph: Graph | None = Field(
        None,
        description="A graph whose nodes are the agents. A directed edge u -> v is a watch of u on "
        "v. Of an undirected edge the earlier node watches the later one; with `mutual` both do.",
    )
    among: Selector | None = Field(None, description="The agents that are the graph's nodes.")
    watchers: Selector | None = Field(None, alias="from", description="Who watches.")
    contacts: Selector | None = Field(
        None, alias="to", description="Who is watched. A sample is drawn anew for each watcher."
    )
    mutual: Flag = Field(False, description="Whether each watch goes in both directions.")
    at: EachAt = Field(
        "0s",
        validate_default=True,
        description="When the watchers ask: a time, {every: 10ms, starting: 1s} for one watch "
        "after the other, or a distribution for random times. Never before the watcher starts.",
    )

    @model_validator(mode="after")
    def _one_form(self) -> Subscription:
        given = frozenset(name for name in _FORM_FIELDS if getattr(self, name) is not None)
        if given not in _FORMS:
            names = " and ".join(f"`{_ALIASES.get(name, name)}`" for name in sorted(given))
            raise wrong(
                f"{names} alone do not name any watches" if given else "no watches are given",
                "`pairs`, `graph` with `among` (or `from` and `to`), or `from` with `to`",
            )
        return self


_FORM_FIELDS = ("pairs", "graph", "among", "watchers", "contacts")
_FORMS = {
    frozenset(form)
    for form in (
        ("pairs",),
        ("graph",),
        ("graph", "among"),
        ("graph", "watchers", "contacts"),
        ("watchers", "contacts"),
    )
}
_ALIASES = {"watchers": "from", "contacts": "to"}
