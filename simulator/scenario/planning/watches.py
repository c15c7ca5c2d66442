"""From subscriptions to watches, and to the actions that ask for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from simulator.scenario.graphs.capacity import too_large
from simulator.scenario.graphs.files import read_graph
from simulator.scenario.graphs.topology import GraphError, Node, generate, ordered_nodes, two_sides
from simulator.scenario.language.selectors import Selector
from simulator.scenario.language.subscriptions import GeneratedGraph, GraphFile, Subscription
from simulator.scenario.language.times import moments_of
from simulator.scenario.plan import (
    ActionPlan,
    AgentPlan,
    Microseconds,
    WatchPlan,
    may_refuse,
)
from simulator.scenario.planning.context import Planning
from simulator.scenario.source import DocumentPath, PartError

if TYPE_CHECKING:
    from networkx import Graph

Watched = tuple[str, str]
"""Watcher and contact."""


def planned_watches(
    planning: Planning, agents: Mapping[str, AgentPlan]
) -> tuple[tuple[WatchPlan, ...], list[ActionPlan]]:
    """The watches, each once, and one `subscribe` for each.

    A watch that several subscriptions name belongs to the first. Nobody asks before
    it starts. `agents`: those of the plan, by name.
    """
    watches: dict[Watched, WatchPlan] = {}
    actions: list[ActionPlan] = []
    for place, subscription in enumerate(planning.scenario.subscriptions):
        origin = f"subscriptions[{place}]"
        work = _Watches(planning, subscription, place, len(watches))
        new: list[Watched] = []
        with planning.faults.noting(("subscriptions", place)):
            new = [pair for pair in work.pairs() if pair not in watches]
        for (watcher, contact), at in zip(new, work.times(new), strict=False):
            at_last = max(at, agents[watcher].start)
            lenient = may_refuse(agents[contact].on_subscribe, watcher)
            watches[watcher, contact] = WatchPlan(watcher, contact, origin, at_last, lenient)
            actions.append(ActionPlan(at_last, watcher, "subscribe", origin, contact))
    return tuple(watches.values()), actions


class _Watches:
    """The watches of one subscription."""

    def __init__(
        self, planning: Planning, subscription: Subscription, place: int, already: int
    ) -> None:
        self._planning = planning
        self._subscription = subscription
        self._path: DocumentPath = ("subscriptions", place)
        self._origin = f"subscriptions[{place}]"
        self._already = already

    def pairs(self) -> list[Watched]:
        """The watches, each once. Raises PartError."""
        one = self._subscription
        pairs: Iterable[Watched]
        if one.pairs is not None:
            pairs = self._from_pairs(one.pairs)
        else:
            pairs = self._from_groups() if one.graph is None else self._from_graph(one.graph)
        return list(dict.fromkeys(self._both_ways(self._counted(pairs))))

    def times(self, pairs: Sequence[Watched]) -> Iterable[Microseconds]:
        """When each of the watches is asked for."""
        origin = f"{self._planning.seed}/{self._origin}"
        seeds = (f"{origin}/at/{watcher}/{contact}" for watcher, contact in pairs)
        return moments_of(self._subscription.at, seeds)

    def _both_ways(self, pairs: Iterable[Watched]) -> Iterator[Watched]:
        for watcher, contact in pairs:
            yield watcher, contact
            if self._subscription.mutual:
                yield contact, watcher

    def _counted(self, pairs: Iterable[Watched]) -> Iterator[Watched]:
        """The pairs, as long as the machine can hold them."""
        for count, pair in enumerate(pairs, start=1):
            if count % _COUNT_EVERY == 0:
                self._check_capacity(count)
            yield pair

    def _check_capacity(self, watches: int) -> None:
        if watches < _COUNT_EVERY:
            return
        reason = too_large(len(self._planning.index.agents), self._already + watches)
        if reason:
            raise PartError(*reason)

    def _select(self, selector: Selector | None, key: str, watcher: str = "") -> tuple[str, ...]:
        random = self._planning.random(f"{self._origin}/{key}/{watcher}")
        return self._planning.select(selector, key, random, without=watcher)

    # --- pairs ---

    def _from_pairs(self, pairs: Iterable[Watched]) -> Iterator[Watched]:
        seen: set[Watched] = set()
        faults = self._planning.faults
        for place, names in enumerate(pairs):
            path = (*self._path, "pairs", place)
            agents: list[str] = []
            for side, name in enumerate(names):
                with faults.noting((*path, side)):
                    agents.append(self._one(name))
            if len(agents) < 2:
                continue
            watcher, contact = agents
            if watcher == contact:
                faults.add(path, f"`{watcher}` watches itself", "two different agents")
            elif (watcher, contact) in seen:
                faults.add(path, f"[{watcher}, {contact}] is listed twice", "each pair once")
            seen.add((watcher, contact))
            yield watcher, contact

    def _one(self, name: str) -> str:
        agents = self._planning.index.named(name)
        if len(agents) > 1:
            problem = f"`{name}` names {len(agents)} agents"
            raise PartError(problem, "one agent; for groups use `from` and `to`")
        return agents[0]

    # --- one group and another ---

    def _from_groups(self) -> Iterator[Watched]:
        one = self._subscription
        try:
            watchers = self._select(one.watchers, "from")
        except PartError:
            with self._planning.faults.noting(self._path):
                self._select(one.contacts, "to")
            raise
        for watcher in watchers:
            contacts = self._select(one.contacts, "to", watcher)
            self._check_capacity(len(watchers) * len(contacts))
            if contacts == (watcher,):
                raise PartError(f"`{watcher}` watches itself", "other agents", "to")
            yield from ((watcher, contact) for contact in contacts if contact != watcher)

    # --- graphs ---

    def _from_graph(self, source: GeneratedGraph | GraphFile) -> list[Watched]:
        one = self._subscription
        if one.watchers is None:
            sides = {"among": self._select("all" if one.among is None else one.among, "among")}
        else:
            sides = {"from": self._select(one.watchers, "from")}
            sides["to"] = self._select(one.contacts, "to")
        with self._planning.faults.noting((*self._path, "graph")):
            return self._edges(source, sides)
        return []

    def _graph(
        self, source: GeneratedGraph | GraphFile, size: int, *, two_sided: bool
    ) -> Graph[Node]:
        if isinstance(source, GraphFile):
            folder = self._planning.scenario.source.folder
            return read_graph(folder / source.file, source.directed)
        random = self._planning.random(f"{self._origin}/graph")
        return generate(
            source.generator, source.arguments, source.seed, random, size, two_sided=two_sided
        )

    def _named(self, nodes: list[Node], agents: tuple[str, ...], key: str) -> dict[Node, str]:
        """Node to agent: by name where every node is called like an agent, else in order."""
        named: dict[Node, str] = {}
        named.update((node, node) for node in nodes if isinstance(node, str) and node in agents)
        if nodes and len(named) == len(nodes):
            return named
        if len(nodes) != len(agents):
            written = f"`{key}`" if key in self._written() else "the scenario"
            raise GraphError(
                f"the graph has {len(nodes)} nodes, {written} has {len(agents)} agents",
                "as many nodes as agents, or nodes named after agents",
            )
        return dict(zip(nodes, agents, strict=True))

    def _written(self) -> set[str]:
        fields = type(self._subscription).model_fields
        return {fields[name].alias or name for name in self._subscription.model_fields_set}

    def _edges(
        self, source: GeneratedGraph | GraphFile, sides: Mapping[str, tuple[str, ...]]
    ) -> list[Watched]:
        """Watches of a graph's edges, in the order of the nodes."""
        graph = self._graph(source, sum(map(len, sides.values())), two_sided=len(sides) == 2)
        nodes = two_sides(graph) if len(sides) == 2 else (ordered_nodes(graph),)
        names: dict[Node, str] = {}
        for some, (key, agents) in zip(nodes, sides.items(), strict=True):
            names |= self._named(some, agents, key)
        order = {node: place for place, node in enumerate(names)}
        directed = graph.is_directed()
        edges = ((u, v) if directed or order[u] < order[v] else (v, u) for u, v in graph.edges())
        loop = next((node for node in names if graph.has_edge(node, node)), None)
        if loop is not None:
            raise GraphError(f"the graph has an edge from {loop} to itself", "no self-loops")
        in_order = sorted(edges, key=lambda edge: (order[edge[0]], order[edge[1]]))
        return [(names[u], names[v]) for u, v in in_order]


_COUNT_EVERY = 10_000
