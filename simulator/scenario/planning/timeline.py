"""From the timeline to timed actions of single agents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from simulator.scenario.graphs.capacity import too_large
from simulator.scenario.language.durations import format_duration
from simulator.scenario.language.presence import presence_change
from simulator.scenario.language.selectors import Selector
from simulator.scenario.language.timeline import Entry
from simulator.scenario.language.times import Repeat
from simulator.scenario.plan import ActionPlan, AgentPlan, Microseconds, PresenceChange
from simulator.scenario.planning.context import Planning
from simulator.scenario.planning.jids import bare_jid_problem
from simulator.scenario.source import PartError

MOST_TIMES = 1_000_000
"""Times of one entry."""

_Turn = tuple[Microseconds, int, int]
"""When, which entry, and which of its times: also the order in which things are planned."""


def planned_timeline(planning: Planning, agents: Iterable[AgentPlan]) -> list[ActionPlan]:
    """The actions of the timeline in order of time; at the same time, in the order of the file."""
    return _Timeline(planning, tuple(agents)).actions(sorted(_turns(planning)))


def _turns(planning: Planning) -> Iterator[_Turn]:
    scenario = planning.scenario
    for entry, one in enumerate(scenario.timeline):
        if not isinstance(one.at, Repeat):
            yield one.at, entry, 0
            continue
        with planning.faults.noting(("timeline", entry)):
            one.at.check(planning.end, MOST_TIMES, run_is_open=scenario.run_is_open)
            for time, at in enumerate(one.at.moments(planning.end)):
                yield at, entry, time


class _Timeline:
    """Plans the turns one after the other, and knows whom the plan has stopped."""

    def __init__(self, planning: Planning, agents: tuple[AgentPlan, ...]) -> None:
        self._planning = planning
        self._entries = planning.scenario.timeline
        self._changes = [_change(entry) for entry in self._entries]
        self._starts = {agent.name: agent.start for agent in agents}
        self._resources = {
            agent.name: (agent.resource, *(extra.name for extra in agent.extra_resources))
            for agent in agents
        }
        self._stopped: set[str] = set()
        self._started: set[str] = set()

    def actions(self, turns: Iterable[_Turn]) -> list[ActionPlan]:
        """The actions of all turns, as many as the machine can hold."""
        actions: list[ActionPlan] = []
        faults, given_up = self._planning.faults, set()
        for at, entry, time in turns:
            if entry in given_up:
                continue
            given_up.add(entry)
            with faults.noting(("timeline", entry)):
                actions.extend(self._turn(at, entry, time))
                given_up.remove(entry)
            reason = too_large(len(self._planning.index.agents), 0, len(actions))
            if reason:
                faults.add(("timeline", entry), *reason)
                break
        return actions

    def _turn(self, at: Microseconds, entry: int, time: int) -> list[ActionPlan]:
        one = self._entries[entry]
        try:
            agents = self._select(one.who, "who", entry, time)
        except PartError:
            with self._planning.faults.noting(("timeline", entry)):
                self._peers(entry, "", time)
            raise
        if one.do != "start":
            self._check_started(agents, at)
        planned = [
            ActionPlan(
                at,
                agent,
                one.do,
                f"timeline[{entry}]",
                peer,
                self._changes[entry],
                self._resource(one.resource, agent),
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

    def _check_started(self, agents: tuple[str, ...], at: Microseconds) -> None:
        early = [one for one in agents if self._starts[one] > at and one not in self._started]
        if early:
            raise PartError(
                f"`{early[0]}` has not started at {format_duration(at)}",
                f"{format_duration(self._starts[early[0]])} or later, when it starts",
                "at",
            )

    # --- who ---

    def _select(
        self, selector: Selector, key: str, entry: int, time: int, but: str = ""
    ) -> tuple[str, ...]:
        random = self._planning.random(f"timeline[{entry}]/{key}/{time}/{but}")
        stopped = [agent for agent in self._planning.index.agents if agent in self._stopped]
        return self._planning.select(selector, key, random, stopped, but)

    def _peers(self, entry: int, agent: str, time: int) -> tuple[str, ...]:
        peer = self._entries[entry].peer
        if peer is None:
            return ("",)
        if isinstance(peer, str) and "@" in peer:
            problem = bare_jid_problem(peer)
            if problem:
                raise PartError(*problem, key="peer")
            return (peer,)
        peers = self._select(peer, "peer", entry, time, agent)
        if peers == (agent,):
            raise PartError(f"`{agent}` cannot be its own peer", "another agent", "peer")
        return tuple(one for one in peers if one != agent)

    def _resource(self, wanted: str | None, agent: str) -> str:
        """The extra resource that is meant; empty for the agent's own session."""
        if wanted is None:
            return ""
        own, *extra = self._resources[agent]
        if wanted not in (own, *extra):
            known = ", ".join(f"`{name}`" for name in (own, *extra) if name)
            problem = f"`{agent}` has no resource `{wanted}`"
            raise PartError(problem, known or "no `resource`", "resource")
        return "" if wanted == own else wanted


def _change(entry: Entry) -> PresenceChange | None:
    if entry.do != "set_presence":
        return None
    return presence_change(entry.show, entry.status, entry.priority)
