"""What rules ask a run about: faults, links, lives and the plan. Times are in microseconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from random import Random

from simulator.analysis.causes.deliveries import Deliveries
from simulator.analysis.folds.agents import CRASH
from simulator.analysis.folds.run_info import RunInfo
from simulator.analysis.states import (
    AgentStates,
    Death,
    FaultSpan,
    LifeState,
    SessionState,
    States,
    Steps,
    WatchStates,
)
from simulator.journal.records import SECOND, Failure
from simulator.scenario.language.durations import as_distribution
from simulator.scenario.language.faults import FAULT_KINDS
from simulator.scenario.planning.user_classes import is_built_in

LINK_FAULTS = frozenset(("black_hole", "stall", "slow", "partition", "reset", "close"))
"""Faults of a link that streams suffer from; `refuse` only keeps new ones from beginning."""
CUTS = frozenset(("reset", "close", "stream_error", "conflict", "server_restart"))
"""Faults that end a stream at once, so that what was handed to it may be lost."""
STOPS_FOR_GOOD = frozenset(("close", "conflict", "wrong_password"))
"""Faults after which aioxmpp may never connect again by itself."""
SERVER_FAULTS = frozenset(kind for kind, traits in FAULT_KINDS.items() if traits.hits_server)
_OPEN = frozenset(("established", "resumed"))
_SAMPLES = 200


class Evidence:
    """What is known of a finished run, by agent.

    `places`: where the entries of the scenario stand in its file, such as ``workers.yaml:23``.
    `until`: only what had begun by this time, in microseconds; None: all.
    """

    def __init__(
        self,
        states: States,
        info: RunInfo,
        deliveries: Deliveries,
        places: Mapping[str, str],
        until: int | None = None,
    ) -> None:
        self.states = states
        self.info = info
        self.end = states.end if until is None else until
        self.is_past = until is not None
        self.places = places
        self.deliveries = deliveries
        self._faults: dict[str, list[FaultSpan]] = {}
        self.of_server: list[FaultSpan] = []
        begun = [span for span in states.faults if span.begin <= self.end]
        for span in sorted(begun, key=lambda span: (span.begin, span)):
            for agent in span.agents:
                self._faults.setdefault(agent, []).append(span)
            if span.fault in SERVER_FAULTS:
                self.of_server.append(span)
        self._deaths: dict[str, list[Death]] = {}
        for death in states.deaths:
            if death.died.t <= self.end:
                self._deaths.setdefault(death.died.agent, []).append(death)

    def until(self, t: int) -> Evidence:
        """What had begun by `t`."""
        return Evidence(self.states, self.info, self.deliveries, self.places, t)

    # --- the plan ---

    def population(self, agent: str) -> str:
        """Its population; of an agent that was made, or is a stranger, its own name."""
        planned = self.info.planned.get(agent)
        return planned.population if planned else agent

    def manager(self, agent: str) -> str:
        """Its presence manager: documented or spade."""
        planned = self.info.planned.get(agent)
        return planned.manager if planned else "spade"

    def has_rules(self, agent: str) -> bool:
        """Has its population an `on_subscribe`?"""
        words = self.info.settings.populations.get(self.population(agent))
        return bool(words is not None and words.on_subscribe)

    def own_code(self, agent: str) -> str:
        """The user's own class or behaviour that the agent has, by its path; or nothing."""
        words = self.info.settings.populations.get(self.population(agent))
        if words is None:
            return "" if agent in self.info.planned else agent
        return next(
            (path for path in _paths(words.agent, words.behaviours) if not is_built_in(path)), ""
        )

    def behaves(self, agent: str) -> bool:
        """Has it any class or behaviour, own or built-in?"""
        words = self.info.settings.populations.get(self.population(agent))
        return words is None or any(True for _ in _paths(words.agent, words.behaviours))

    # --- the network ---

    @cached_property
    def patience(self) -> int:
        """How long a stanza may be under way, there and on, by the scenario's latency."""
        latency, random = as_distribution(self.info.settings.network.latency), Random(0)
        return max(SECOND, 4 * max(latency.sample(random) for _ in range(_SAMPLES)))

    @property
    def is_embedded(self) -> bool:
        """Whether the server is the embedded one, which answers at once."""
        return self.info.run is not None and self.info.run.backend == "embedded"

    # --- faults ---

    def which(self, span: FaultSpan) -> str:
        """``black hole at 20 s (faults[0], workers.yaml:23)``."""
        return (
            f"{span.fault.replace('_', ' ')} at {seconds(span.begin)} ({self.entry(span.origin)})"
        )

    def entry(self, origin: str) -> str:
        """An entry of the scenario with its place: ``faults[0], workers.yaml:23``."""
        place = self.places.get(origin)
        return f"{origin}, {place}" if place else origin

    def fault(
        self, agent: str, kinds: Iterable[str], begin: int, end: int | None = None
    ) -> FaultSpan | None:
        """The first fault of one of the kinds that hit the agent between these times."""
        last = begin if end is None else end
        return next(
            (
                span
                for span in self.faults_of(agent)
                if span.fault in kinds and span.begin <= last and span.end >= begin
            ),
            None,
        )

    def faults_of(self, agent: str) -> list[FaultSpan]:
        """The faults that hit an agent, in the order of their begins."""
        return self._faults.get(agent, [])

    def server_fault(self, begin: int, end: int) -> FaultSpan | None:
        """The first fault of the server that touches this time."""
        return next(
            (span for span in self.of_server if span.begin <= end and span.end >= begin), None
        )

    def is_calm(self, watch: WatchStates, begin: int, end: int) -> bool:
        """Whether it did not take long, with no fault and no death that it could be for."""
        return (
            end - begin <= self.patience
            and watch.watcher not in self._faults
            and watch.contact not in self._deaths
            and not (self.of_server and self.server_fault(begin, end))
        )

    def link_fault(self, agent: str, begin: int, end: int) -> FaultSpan | None:
        """The fault of a link that touches this time, or that the stream is dead of."""
        return self.fault(agent, LINK_FAULTS, begin, end) or self.dead_link(agent, begin)

    def dead_link(self, agent: str, begin: int) -> FaultSpan | None:
        """An earlier fault that may have killed a connection, and nobody has noticed.

        The agent's stream is still the one from before the fault.
        """
        stream = self.stream_since(agent, begin)
        earlier = [
            span
            for span in self.faults_of(agent)
            if span.fault in ("black_hole", "stall", "partition") and stream < span.begin <= begin
        ]
        return earlier[-1] if earlier else None

    def latest(self, agent: str, kinds: Iterable[str], t: int) -> FaultSpan | None:
        """The last fault of one of the kinds that had begun to hit the agent by `t`."""
        found = [span for span in self.faults_of(agent) if span.fault in kinds and span.begin <= t]
        return found[-1] if found else None

    def death(self, agent: str, t: int) -> Death | None:
        """The last death of an agent by `t`."""
        found = [death for death in self._deaths.get(agent, ()) if death.died.t <= t]
        return found[-1] if found else None

    # --- lives ---

    def agent(self, agent: str) -> AgentStates:
        """The states of an agent; those of nobody for a stranger."""
        return self.states.agents.get(agent) or AgentStates()

    def life(self, agent: str, t: int) -> LifeState:
        """How an agent is at `t`. Who was only cut off has started, and is not dead."""
        life = self.agent(agent).life.at(t) or "waiting"
        death = self.death(agent, t) if life == "dead" else None
        return "started" if death is not None and death.died.cause != CRASH else life

    def life_over_time(self, agent: str) -> Steps[str]:
        """How an agent was; `cut_off`: nobody hears of it, but only its link is dead."""
        life, found = self.agent(agent).life, Steps[str]()
        for t, state in zip(life.times, life.values, strict=True):
            cut_off = state == "dead" and self.life(agent, t) != "dead"
            found.add(t, "cut_off" if cut_off else state)
        return found

    def started(self, agent: str, since: int) -> int | None:
        """When an agent that was not started just before `since` was started from then on."""
        life = self.agent(agent).life
        if since and life.at(since - 1) == "started":
            return None
        starts = zip(life.times, life.values, strict=True)
        return next((t for t, value in starts if value == "started" and t >= since), None)

    def comes_back(self, agent: str) -> bool:
        """Does the agent start after the time up to which this goes?"""
        life = self.agent(agent).life
        later = zip(life.times, life.values, strict=True)
        return any(t > self.end and value == "started" for t, value in later)

    def session(self, agent: str, t: int) -> SessionState | None:
        """The best of an agent's sessions at `t`: an open one, else what there was last."""
        found = [steps.at(t) for steps in self.agent(agent).sessions.values()]
        known = [state for state in found if state is not None]
        return next((state for state in known if state in _OPEN), known[0] if known else None)

    def is_open(self, agent: str, t: int) -> bool:
        """Has it a session whose stream is open at `t`, as its client sees it?"""
        return self.session(agent, t) in _OPEN

    def stream_since(self, agent: str, t: int) -> int:
        """When the newest stream of an agent was established by `t`; -1 for none."""
        return max(self._established(agent, t), default=-1)

    def _established(self, agent: str, t: int) -> Iterator[int]:
        for steps in self.agent(agent).sessions.values():
            for time, state in zip(steps.times, steps.values, strict=True):
                if time <= t and state in _OPEN:
                    yield time

    def suspended(self, agent: str, begin: int, end: int) -> bool:
        """Was a broken stream of its taken up again between these times, with its state?"""
        return any(
            (before, state) == ("suspended", "resumed") and begin <= time <= end
            for steps in self.agent(agent).sessions.values()
            for time, before, state in zip(
                steps.times[1:], steps.values, steps.values[1:], strict=False
            )
        )

    def runs(self, agent: str) -> bool:
        """Did the agent run at the end, connected or not?"""
        view = self.info.views.get((agent, "believed"))
        return view is not None and not view.absent

    def failures(self, agent: str) -> list[Failure]:
        """What an agent's code raised, in order."""
        return self._failures.get(agent, [])

    def silenced(self, agent: str, handler: str) -> Failure | None:
        """What ended a handler of the agent's for good; None where nothing did.

        aioxmpp disconnects a slot of SPADE's own manager in which a handler raised. Two slots lead
        to each handler of availability. A coroutine that SPADE never awaits raises nothing.
        """
        if self.manager(agent) != "spade":
            return None
        slots = 2 if handler in ("on_available", "on_unavailable") else 1
        raised = [one for one in self.failures(agent) if one.where == handler and one.traceback]
        return raised[slots - 1] if len(raised) >= slots else None

    @cached_property
    def _failures(self) -> dict[str, list[Failure]]:
        found: dict[str, list[Failure]] = {}
        for failure in self.info.failures:
            if failure.t <= self.end or not self.is_past:
                found.setdefault(failure.agent, []).append(failure)
        return found

    @cached_property
    def requests_heard(self) -> dict[str, int]:
        """How many requests reached each agent, of watches that are declared."""
        heard: dict[str, int] = {}
        for watch in self.states.all_declared():
            count = sum(one.kind == "heard" and one.t <= self.end for one in watch.history)
            heard[watch.contact] = heard.get(watch.contact, 0) + count
        return heard

    def handler_calls(self, agent: str, handler: str) -> int:
        """How often a handler of the agent's own was called."""
        return self.info.handlers.get((agent, handler), 0)


def _paths(agent: object, behaviours: object) -> Iterator[str]:
    """The import paths of a class and of behaviours, as a scenario writes them."""
    if isinstance(agent, str):
        yield agent
    for one in behaviours if isinstance(behaviours, list | tuple) else (behaviours,):
        path = one.get("class") if isinstance(one, dict) else one
        if isinstance(path, str):
            yield path


def seconds(microseconds: int) -> str:
    """``20.04 s``."""
    return f"{round(microseconds / SECOND, 3):.10g} s"
