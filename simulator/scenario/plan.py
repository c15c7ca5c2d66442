"""The plan: a scenario with every name, graph, sample and time worked out.

A plan is plain frozen data. It is what a run executes; it knows no server and no clock. Times
are integer microseconds from the start of the run. Everything random in it was drawn when it
was built, from generators derived from the scenario's seed; what stays random at run time
(an approver's delay, a link's latency) is a `Distribution` that the run samples from a
generator of its own for each agent and link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Literal, Protocol

from simulator.rfc6121.words import Show

Microseconds = int


class Distribution(Protocol):
    """A distribution of durations."""

    def sample(self, random: Random) -> Microseconds:
        """One duration in microseconds, never negative."""
        ...


@dataclass(frozen=True, slots=True)
class PresencePlan:
    """A presence to show. `status` maps a language (None for the default) to a text."""

    available: bool = True
    show: Show = ""
    status: tuple[tuple[str | None, str], ...] = ()
    priority: int = 0


@dataclass(frozen=True, slots=True)
class PresenceChange:
    """A change of presence; a part that is None keeps its value."""

    show: Show | None = None
    status: tuple[tuple[str | None, str], ...] | None = None
    priority: int | None = None


Decision = Literal["approve", "approve_and_subscribe", "deny", "ignore", "approve_all"]


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """What to do on a subscription request. The first rule that matches is used.

    `share`: the rule holds for this share of askers, drawn once for each asker.
    `askers`: the rule holds for these agents only; None means everybody.
    `limit`: the rule holds for at most so many of them, the first ones; None means no limit.
    """

    decision: Decision
    delay: Distribution | None = None
    share: float = 1.0
    askers: frozenset[str] | None = None
    limit: int | None = None

    def concerns(self, asker: str) -> bool:
        """Whether the rule may hold for this asker."""
        return self.share > 0 and (self.askers is None or asker in self.askers)

    @property
    def is_certain(self) -> bool:
        """Whether the rule holds for everybody whom it concerns."""
        return self.share >= 1 and self.limit is None


def may_refuse(rules: tuple[PolicyRule, ...], asker: str) -> bool:
    """Whether these rules, if there are any, let an asker go without an approval."""
    for rule in rules:
        if rule.concerns(asker):
            if rule.decision in ("deny", "ignore"):
                return True
            if rule.is_certain:
                return False
    return bool(rules)


@dataclass(frozen=True, slots=True)
class BehaviourPlan:
    """A behaviour to add: an import path or the name of a built-in, with its arguments."""

    path: str
    arguments: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class ResourcePlan:
    """One more session of an agent's account, such as a phone beside a desk."""

    name: str
    presence: PresencePlan


@dataclass(frozen=True, slots=True)
class AgentPlan:
    """One agent. `name` is its localpart and is unique in the plan, whatever the domains.

    `domain` is the domain of its account; None for the run's, which the backend knows.
    `start` is when it starts. `agent_class` is None for the built-in agent, else an import
    path ``module:Class`` of a `spade.agent.Agent`. `arguments` go to its constructor, `attributes`
    are set before it starts. `observe`: names of attributes that are
    recorded at the end. `recovery`: what the documented presence manager does when its
    session's state was lost. `extra_resources`: plain sessions of the same account, which start
    and stop with the agent.
    """

    name: str
    population: str
    index: int
    resource: str
    start: Microseconds = 0
    manager: Literal["documented", "spade"] = "documented"
    recovery: Literal["none", "rejoin"] = "none"
    agent_class: str | None = None
    arguments: tuple[tuple[str, object], ...] = ()
    attributes: tuple[tuple[str, object], ...] = ()
    behaviours: tuple[BehaviourPlan, ...] = ()
    presence: PresencePlan | None = None
    on_subscribe: tuple[PolicyRule, ...] = ()
    extra_resources: tuple[ResourcePlan, ...] = ()
    domain: str | None = None
    observe: tuple[str, ...] = ()


ActionName = Literal[
    "set_presence",
    "become_unavailable",
    "subscribe",
    "unsubscribe",
    "approve",
    "deny",
    "remove",
    "stop",
    "start",
]


@dataclass(frozen=True, slots=True)
class ActionPlan:
    """One timed action of one agent. `peer` is an agent's name or a foreign bare JID.

    `origin` names the entry of the scenario that it comes from: ``subscriptions[0]``. `resource`
    is one of the agent's extra resources; empty for the agent itself.
    """

    at: Microseconds
    agent: str
    do: ActionName
    origin: str
    peer: str = ""
    change: PresenceChange | None = None
    resource: str = ""


@dataclass(frozen=True, slots=True)
class WatchPlan:
    """`watcher` wants to see `contact`, from `at` on.

    `may_refuse`: the scenario itself lets the contact refuse the request or leave it unanswered.
    """

    watcher: str
    contact: str
    origin: str
    at: Microseconds = 0
    may_refuse: bool = False


Direction = Literal["up", "down", "both"]


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """One occurrence of a fault. `agents` is whom it hits; for the server's faults, nobody.

    `kind` is the word of the scenario. `end`: when it ends; None for a fault that is over at once
    or lasts to the end of the run. The other fields are terms of single kinds, called as in the
    scenario. `direction`: black_hole and stall; up is from the agent to the server. `added` and
    `factor`: slow, microseconds on top and a multiple of the latency. `condition`: stream_error
    (RFC 6120, 4.9.3). `silent`: crash, the machine dies and not only the process, so that nobody
    closes the connection. `restart_after`: crash, when the agent comes back, in microseconds.
    `rosters`: server_restart.
    """

    at: Microseconds
    kind: str
    origin: str
    agents: tuple[str, ...] = ()
    end: Microseconds | None = None
    direction: Direction = "both"
    added: Microseconds = 0
    factor: float = 1.0
    condition: str = ""
    silent: bool = False
    restart_after: Microseconds | None = None
    rosters: Literal["kept", "lost"] = "kept"


@dataclass(frozen=True, slots=True)
class MessagesPlan:
    """How messages between agents go, and how much of their bodies is recorded.

    `route` server: each crosses the server. container: SPADE hands a message to an agent of the
    same process itself. `bodies` head: the first 200 characters.
    """

    route: Literal["server", "container"] = "server"
    bodies: Literal["none", "head", "whole"] = "head"


@dataclass(frozen=True, slots=True)
class RunPlan:
    """When the run ends.

    duration: at `limit`. converged: when every planned action was issued and the rosters and
    the availability have been converged for `settle`, at most at `limit`.
    """

    until: Literal["converged", "duration"]
    limit: Microseconds
    settle: Microseconds


@dataclass(frozen=True, slots=True)
class Plan:
    """A scenario, worked out: plain data, which can be pickled and sent to another process.

    `scenario` is its resolved document, as the journal keeps it. File names in it are relative to
    the folder `files`. `imports`: the folders that hold the modules of the user's own classes.
    `places`: where its entries stand in their file, by what the journal calls them:
    ``faults[0]`` -> ``workers.yaml:23``.
    """

    name: str
    seed: int
    scenario: dict[str, object]
    agents: tuple[AgentPlan, ...]
    watches: tuple[WatchPlan, ...]
    actions: tuple[ActionPlan, ...]
    run: RunPlan
    latency: Distribution
    pings: bool
    faults: tuple[FaultPlan, ...] = ()
    messages: MessagesPlan = MessagesPlan()
    files: Path = Path()
    imports: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict, compare=False)
