"""The scenario's faults to planned ones: when, and whom each hits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random

from simulator.scenario.language.durations import format_duration
from simulator.scenario.language.faults import FaultEntry, Partition
from simulator.scenario.language.schema import Scenario
from simulator.scenario.language.selectors import AgentIndex, Selector, UnknownAgentError
from simulator.scenario.language.times import Repeat
from simulator.scenario.plan import FaultPlan, Microseconds, WatchPlan
from simulator.scenario.planning.fault_list import FaultList
from simulator.scenario.source import DocumentPath

MOST_TIMES = 100_000
"""Times of one entry."""
_SELECTING = frozenset(("who", "cut_off", "communities"))
"""Terms that say whom a fault hits; the others are fields of the plan."""


def planned_faults(
    scenario: Scenario,
    seed: int,
    index: AgentIndex,
    watches: Iterable[WatchPlan],
    end: Microseconds,
    faults: FaultList,
) -> tuple[FaultPlan, ...]:
    """The faults in order of time; at the same time, in the order of the file."""
    planned: list[FaultPlan] = []
    for place, entry in enumerate(scenario.faults):
        work = _Fault(scenario, place, entry, seed, index, tuple(watches), faults)
        planned += work.occurrences(end)
    return tuple(sorted(planned, key=lambda fault: fault.at))


class _Fault:
    """One entry's occurrences."""

    def __init__(
        self,
        scenario: Scenario,
        place: int,
        entry: FaultEntry,
        seed: int,
        index: AgentIndex,
        watches: tuple[WatchPlan, ...],
        faults: FaultList,
    ) -> None:
        self._open = scenario.run_is_open
        self._path: DocumentPath = ("faults", place)
        self._origin = f"faults[{place}]"
        self._entry = entry
        self._seed = seed
        self._index = index
        self._watches = watches
        self._faults = faults

    def occurrences(self, end: Microseconds) -> Iterator[FaultPlan]:
        """Each time that it happens, until one has a fault of its own."""
        for time, at in enumerate(self._moments(end)):
            if at > end:
                self._too_late(at, end)
                return
            try:
                agents = self._agents(time)
            except UnknownAgentError as error:
                self._faults.add((*self._path, self._entry.kind), error.problem, error.expected)
                return
            yield self._plan(at, agents)

    def _moments(self, end: Microseconds) -> Iterable[Microseconds]:
        at = self._entry.at
        if not isinstance(at, Repeat):
            return [at]
        problem = at.problem(end, MOST_TIMES, run_is_open=self._open)
        if problem is None and self._entry.last is not None and self._entry.last >= at.every:
            problem = ("begins again before it has ended", "`every` longer than `for`")
        if problem is not None:
            self._faults.add((*self._path, "at"), *problem)
            return []
        return at.moments(end)

    def _too_late(self, at: Microseconds, end: Microseconds) -> None:
        problem = f"{format_duration(at)} is after the end of the run"
        expected = f"{format_duration(end)} or earlier, or a longer run"
        self._faults.add((*self._path, "at"), problem, expected)

    def _plan(self, at: Microseconds, agents: tuple[str, ...]) -> FaultPlan:
        last = self._entry.last
        return FaultPlan(
            at=at,
            kind=self._entry.kind,
            origin=self._origin,
            agents=agents,
            end=None if last is None else at + last,
            **{key: value for key, value in self._entry.terms if key not in _SELECTING},
        )

    # --- whom ---

    def _agents(self, time: int) -> tuple[str, ...]:
        terms = self._entry.terms
        if isinstance(terms, Partition) and terms.communities is not None:
            return self._outside_the_largest(terms.communities)
        selector = terms.cut_off if isinstance(terms, Partition) else getattr(terms, "who", None)
        if selector is None:
            return ()
        agents = self._select(selector, time)
        if not agents:
            raise UnknownAgentError("matches no agents", "at least one agent")
        return agents

    def _select(self, selector: Selector, time: int) -> tuple[str, ...]:
        random = Random(f"{self._seed}/{self._origin}/{time}")
        return tuple(self._index.select(selector, random, [], ""))

    def _outside_the_largest(self, count: int) -> tuple[str, ...]:
        """Everybody outside the largest community; ties go to the plan's order."""
        import networkx  # noqa: PLC0415  (for communities alone)

        graph: networkx.Graph[str] = networkx.Graph()
        graph.add_nodes_from(self._index.agents)
        graph.add_edges_from((watch.watcher, watch.contact) for watch in self._watches)
        if count > len(graph):
            raise UnknownAgentError(
                f"{len(graph)} agents cannot form {count} communities", f"at most {len(graph)}"
            )
        found = networkx.community.greedy_modularity_communities(graph, cutoff=count, best_n=count)
        order = {agent: place for place, agent in enumerate(self._index.agents)}
        groups = [sorted(group, key=order.__getitem__) for group in found]
        largest = min(groups, key=lambda group: (-len(group), order[group[0]]))
        return tuple(agent for agent in self._index.agents if agent not in set(largest))
