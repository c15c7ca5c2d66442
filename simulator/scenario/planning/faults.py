"""From the scenario's faults to planned ones: when each begins, and whom it hits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from simulator.scenario.language.faults import FaultEntry, Partition
from simulator.scenario.language.times import Repeat
from simulator.scenario.plan import FaultPlan, Microseconds, WatchPlan
from simulator.scenario.planning.context import Planning
from simulator.scenario.source import PartError

MOST_TIMES = 100_000
"""Times of one entry."""
_SELECTING = frozenset(("who", "cut_off", "communities"))
"""Terms that say whom a fault hits; the others are fields of the plan."""


def planned_faults(planning: Planning, watches: Sequence[WatchPlan]) -> tuple[FaultPlan, ...]:
    """The faults in order of time; at the same time, in the order of the file."""
    planned: list[FaultPlan] = []
    for place, entry in enumerate(planning.scenario.faults):
        work = _Fault(planning, entry, f"faults[{place}]", watches)
        with planning.faults.noting(("faults", place)):
            planned.extend(work.occurrences())
    return tuple(sorted(planned, key=lambda fault: fault.at))


class _Fault:
    """One entry's occurrences."""

    def __init__(
        self, planning: Planning, entry: FaultEntry, origin: str, watches: Sequence[WatchPlan]
    ) -> None:
        self._planning = planning
        self._entry = entry
        self._origin = origin
        self._watches = watches

    def occurrences(self) -> Iterator[FaultPlan]:
        """Each time that it happens. Raises PartError."""
        for time, at in enumerate(self._moments()):
            self._planning.check_time(at, "at")
            yield self._plan(at, self._agents(time))

    def _moments(self) -> Iterable[Microseconds]:
        at, planning = self._entry.at, self._planning
        if not isinstance(at, Repeat):
            return [at]
        at.check(planning.end, MOST_TIMES, run_is_open=planning.scenario.run_is_open)
        if self._entry.last is not None and self._entry.last >= at.every:
            raise PartError("begins again before it has ended", "`every` longer than `for`", "at")
        return at.moments(planning.end)

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
        terms, kind = self._entry.terms, self._entry.kind
        if isinstance(terms, Partition) and terms.communities is not None:
            return self._outside_the_largest(terms.communities)
        selector = terms.cut_off if isinstance(terms, Partition) else getattr(terms, "who", None)
        if selector is None:
            return ()
        random = self._planning.random(f"{self._origin}/{time}")
        return self._planning.select(selector, kind, random)

    def _outside_the_largest(self, count: int) -> tuple[str, ...]:
        """Everybody outside the largest community; ties go to the plan's order."""
        import networkx  # noqa: PLC0415  (for communities alone)

        agents = self._planning.index.agents
        if count > len(agents):
            problem = f"{len(agents)} agents cannot form {count} communities"
            raise PartError(problem, f"at most {len(agents)}", self._entry.kind)
        graph: networkx.Graph[str] = networkx.Graph()
        graph.add_nodes_from(agents)
        graph.add_edges_from((watch.watcher, watch.contact) for watch in self._watches)
        found = networkx.community.greedy_modularity_communities(graph, cutoff=count, best_n=count)
        order = {agent: place for place, agent in enumerate(agents)}
        groups = [sorted(group, key=order.__getitem__) for group in found]
        largest = min(groups, key=lambda group: (-len(group), order[group[0]]))
        return tuple(agent for agent in agents if agent not in set(largest))
