"""Subscriptions to watches, and to the actions that ask for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random
from typing import TYPE_CHECKING

from simulator.scenario.graphs.capacity import too_large
from simulator.scenario.graphs.files import read_graph
from simulator.scenario.graphs.topology import GraphError, Node, generate, ordered_nodes, two_sides
from simulator.scenario.language.schema import Scenario
from simulator.scenario.language.selectors import AgentIndex, Selector, UnknownAgentError
from simulator.scenario.language.subscriptions import GraphFile
from simulator.scenario.language.times import moments_of
from simulator.scenario.plan import ActionPlan, Microseconds, WatchPlan
from simulator.scenario.planning.fault_list import FaultList
from simulator.scenario.source import DocumentPath

if TYPE_CHECKING:
    from networkx import Graph

Watched = tuple[str, str]
"""Watcher and contact."""


def planned_watches(
    scenario: Scenario,
    seed: int,
    index: AgentIndex,
    starts: dict[str, Microseconds],
    faults: FaultList,
) -> tuple[tuple[WatchPlan, ...], list[ActionPlan]]:
    """The watches, each once, and one `subscribe` for each.

    A watch that several subscriptions name belongs to the first. Nobody asks before `starts`.
    """
    watches: dict[Watched, WatchPlan] = {}
    actions: list[ActionPlan] = []
    for place in range(len(scenario.subscriptions)):
        origin = f"subscriptions[{place}]"
        work = _Watches(scenario, place, seed, index, faults, len(watches))
        new = [pair for pair in work.pairs() if pair not in watches]
        for (watcher, contact), at in zip(new, work.times(new), strict=False):
            watches[watcher, contact] = WatchPlan(watcher, contact, origin)
            at_last = max(at, starts[watcher])
            actions.append(ActionPlan(at_last, watcher, "subscribe", origin, contact))
    return tuple(watches.values()), actions


class _Watches:
    """The watches of one subscription."""

    def __init__(
        self,
        scenario: Scenario,
        place: int,
        seed: int,
        index: AgentIndex,
        faults: FaultList,
        already: int,
    ) -> None:
        self._folder = scenario.source.folder
        self._subscription = scenario.subscriptions[place]
        self._already = already
        self._path: DocumentPath = ("subscriptions", place)
        self._origin = f"{seed}/subscriptions[{place}]"
        self._index = index
        self._faults = faults

    def pairs(self) -> list[Watched]:
        """The watches, each once; nothing where a fault was noted."""
        one = self._subscription
        form = "pairs" if one.pairs is not None else "graph" if one.graph is not None else "from"
        work: dict[str, Callable[[], Iterable[Watched]]] = {
            "pairs": self._from_pairs,
            "graph": self._from_graph,
            "from": self._from_groups,
        }
        try:
            pairs = self._both_ways(self._counted(work[form]()))
            return list(dict.fromkeys(pairs))
        except GraphError as error:
            path = (*self._path, "graph")
            self._faults.add(
                (*path, error.argument) if error.argument else path, error.problem, error.expected
            )
            return []
        except _NotedError:
            return []

    def times(self, pairs: Sequence[Watched]) -> Iterable[Microseconds]:
        """When each of the watches is asked for."""
        seeds = (f"{self._origin}/at/{watcher}/{contact}" for watcher, contact in pairs)
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
        reason = too_large(len(self._index.agents), self._already + watches)
        if reason:
            self._faults.add(self._path, *reason)
            raise _NotedError

    def _select(self, key: str, selector: Selector | None, watcher: str = "") -> tuple[str, ...]:
        assert selector is not None
        random = Random(f"{self._origin}/{key}/{watcher}")
        try:
            agents = self._index.select(selector, random, without=watcher)
        except UnknownAgentError as error:
            self._faults.add((*self._path, key), error.problem, error.expected)
            raise _NotedError from None
        if not agents:
            self._faults.add((*self._path, key), "matches no agents", "at least one agent")
            raise _NotedError
        return agents

    # --- pairs ---

    def _from_pairs(self) -> Iterator[Watched]:
        seen: set[Watched] = set()
        for place, names in enumerate(self._subscription.pairs or ()):
            path = (*self._path, "pairs", place)
            watcher, contact = (self._one((*path, side), name) for side, name in enumerate(names))
            if watcher is None or contact is None:
                continue
            if watcher == contact:
                self._faults.add(path, f"`{watcher}` watches itself", "two different agents")
            elif (watcher, contact) in seen:
                self._faults.add(path, f"[{watcher}, {contact}] is listed twice", "each pair once")
            seen.add((watcher, contact))
            yield watcher, contact

    def _one(self, path: DocumentPath, name: str) -> str | None:
        try:
            agents = self._index.named(name)
        except UnknownAgentError as error:
            self._faults.add(path, error.problem, error.expected)
            return None
        if len(agents) > 1:
            problem = f"`{name}` names {len(agents)} agents"
            self._faults.add(path, problem, "one agent; for groups use `from` and `to`")
            return None
        return agents[0]

    # --- one group and another ---

    def _from_groups(self) -> Iterator[Watched]:
        one = self._subscription
        watchers = self._select("from", one.watchers)
        for watcher in watchers:
            contacts = self._select("to", one.contacts, watcher)
            self._check_capacity(len(watchers) * len(contacts))
            if contacts == (watcher,):
                self._faults.add((*self._path, "to"), f"`{watcher}` watches itself", "other agents")
                raise _NotedError
            yield from ((watcher, contact) for contact in contacts if contact != watcher)

    # --- graphs ---

    def _from_graph(self) -> Iterator[Watched]:
        one = self._subscription
        if one.watchers is not None:
            watchers, contacts = (
                self._select("from", one.watchers),
                self._select("to", one.contacts),
            )
            graph = self._graph(len(watchers) + len(contacts), two_sided=True)
            left, right = two_sides(graph)
            names = {**self._named(left, watchers, "from"), **self._named(right, contacts, "to")}
            return self._edges(graph, names)
        agents = self._select("among", "all" if one.among is None else one.among)
        graph = self._graph(len(agents), two_sided=False)
        return self._edges(graph, self._named(ordered_nodes(graph), agents, "among"))

    def _graph(self, size: int, *, two_sided: bool) -> Graph[Node]:
        graph = self._subscription.graph
        if isinstance(graph, GraphFile):
            return read_graph(self._folder / graph.file, graph.directed)
        assert graph is not None
        random = Random(f"{self._origin}/graph")
        return generate(
            graph.generator, graph.arguments, graph.seed, random, size, two_sided=two_sided
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

    def _edges(self, graph: Graph[Node], names: dict[Node, str]) -> Iterator[Watched]:
        """Watches of a graph's edges, in the order of the nodes."""
        order = {node: place for place, node in enumerate(names)}
        directed = graph.is_directed()
        edges = ((u, v) if directed or order[u] < order[v] else (v, u) for u, v in graph.edges())
        for u, v in sorted(edges, key=lambda edge: (order[edge[0]], order[edge[1]])):
            if u == v:
                raise GraphError(f"the graph has an edge from {u} to itself", "no self-loops")
            yield names[u], names[v]


_COUNT_EVERY = 10_000


class _NotedError(Exception):
    """Ends the work on one subscription, whose fault has been noted."""
