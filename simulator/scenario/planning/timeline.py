"""The timeline to timed actions of single agents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random
from typing import Never

from simulator.scenario.graphs.capacity import too_large
from simulator.scenario.language.durations import format_duration
from simulator.scenario.language.presence import presence_change
from simulator.scenario.language.schema import Scenario
from simulator.scenario.language.selectors import AgentIndex, Selector, UnknownAgentError
from simulator.scenario.language.timeline import Entry
from simulator.scenario.language.times import Repeat
from simulator.scenario.plan import ActionPlan, AgentPlan, Microseconds, PresenceChange
from simulator.scenario.planning.fault_list import FaultList
from simulator.scenario.planning.jids import bare_jid_problem
from simulator.scenario.source import DocumentPath

MOST_TIMES = 1_000_000
"""Times of one entry."""

_Turn = tuple[Microseconds, int, int]
"""When, which entry, and which of its times: also the order in which things are planned."""


def planned_timeline(
    scenario: Scenario,
    seed: int,
    index: AgentIndex,
    agents: Iterable[AgentPlan],
    end: Microseconds,
    faults: FaultList,
) -> list[ActionPlan]:
    """The actions of the timeline in order of time; at the same time, in the order of the file."""
    work = _Timeline(scenario, seed, index, tuple(agents), faults)
    turns = sorted(_turns(scenario, end, faults))
    return work.actions(turns)


def _turns(scenario: Scenario, end: Microseconds, faults: FaultList) -> Iterator[_Turn]:
    for entry, one in enumerate(scenario.timeline):
        path: DocumentPath = ("timeline", entry, "at")
        if not isinstance(one.at, Repeat):
            yield one.at, entry, 0
        elif problem := one.at.problem(end, MOST_TIMES, run_is_open=scenario.run_is_open):
            faults.add(path, *problem)
        else:
            for time, at in enumerate(one.at.moments(end)):
                yield at, entry, time


class _Timeline:
    """Plans the turns one after the other, and knows whom the plan has stopped."""

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        index: AgentIndex,
        agents: tuple[AgentPlan, ...],
        faults: FaultList,
    ) -> None:
        self._entries = scenario.timeline
        self._changes = [_change(entry) for entry in scenario.timeline]
        self._seed = seed
        self._index = index
        self._starts = {agent.name: agent.start for agent in agents}
        self._resources = {
            agent.name: (agent.resource, *(extra.name for extra in agent.extra_resources))
            for agent in agents
        }
        self._faults = faults
        self._stopped: set[str] = set()
        self._started: set[str] = set()
        self._given_up: set[int] = set()

    def actions(self, turns: Iterable[_Turn]) -> list[ActionPlan]:
        """The actions of all turns, as many as the machine can hold."""
        actions: list[ActionPlan] = []
        for at, entry, time in turns:
            if entry in self._given_up:
                continue
            try:
                actions.extend(self._turn(at, entry, time))
            except _NotedError:
                self._given_up.add(entry)
            reason = too_large(len(self._index.agents), 0, len(actions))
            if reason:
                self._faults.add(("timeline", entry), *reason)
                break
        return actions

    def _turn(self, at: Microseconds, entry: int, time: int) -> list[ActionPlan]:
        one = self._entries[entry]
        agents = self._select(entry, "who", one.who, time)
        self._check_started(entry, agents, at)
        planned = [
            ActionPlan(
                at,
                agent,
                one.do,
                f"timeline[{entry}]",
                peer,
                self._changes[entry],
                self._resource(entry, agent),
            )
            for agent in agents
            for peer in self._peers(entry, agent, time)
        ]
        self._remember(one.do, agents)
        return planned

    def _remember(self, do: str, agents: tuple[str, ...]) -> None:
        if do == "stop":
            self._stopped.update(agents)
        elif do == "start":
            self._stopped.difference_update(agents)
            self._started.update(agents)

    def _check_started(self, entry: int, agents: tuple[str, ...], at: Microseconds) -> None:
        if self._entries[entry].do == "start":
            return
        early = [one for one in agents if self._starts[one] > at and one not in self._started]
        if early:
            starts = format_duration(self._starts[early[0]])
            self._give_up(
                entry,
                "at",
                f"`{early[0]}` has not started at {format_duration(at)}",
                f"{starts} or later, when it starts",
            )

    # --- who ---

    def _select(
        self, entry: int, key: str, selector: Selector, time: int, but: str = ""
    ) -> tuple[str, ...]:
        random = Random(f"{self._seed}/timeline[{entry}]/{key}/{time}/{but}")
        stopped = [agent for agent in self._index.agents if agent in self._stopped]
        try:
            agents = self._index.select(selector, random, stopped, but)
        except UnknownAgentError as error:
            self._give_up(entry, key, error.problem, error.expected)
        if not agents:
            self._give_up(entry, key, "matches no agents at that time", "at least one agent")
        return agents

    def _peers(self, entry: int, agent: str, time: int) -> tuple[str, ...]:
        peer = self._entries[entry].peer
        if peer is None:
            return ("",)
        if isinstance(peer, str) and "@" in peer:
            problem = bare_jid_problem(peer)
            if problem:
                self._give_up(entry, "peer", *problem)
            return (peer,)
        peers = self._select(entry, "peer", peer, time, agent)
        if peers == (agent,):
            self._give_up(entry, "peer", f"`{agent}` cannot be its own peer", "another agent")
        return tuple(one for one in peers if one != agent)

    def _resource(self, entry: int, agent: str) -> str:
        """The extra resource that is meant; empty for the agent's own session."""
        wanted = self._entries[entry].resource
        if wanted is None:
            return ""
        own, *extra = self._resources[agent]
        if wanted not in (own, *extra):
            known = ", ".join(f"`{name}`" for name in (own, *extra) if name)
            self._give_up(
                entry, "resource", f"`{agent}` has no resource `{wanted}`", known or "no `resource`"
            )
        return "" if wanted == own else wanted

    def _give_up(self, entry: int, key: str, problem: str, expected: str) -> Never:
        self._faults.add(("timeline", entry, key), problem, expected)
        raise _NotedError


def _change(entry: Entry) -> PresenceChange | None:
    if entry.do != "set_presence":
        return None
    return presence_change(entry.show, entry.status, entry.priority)


class _NotedError(Exception):
    """Ends the work on one entry, whose fault has been noted."""
