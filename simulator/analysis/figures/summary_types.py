"""The shape of ``summary.json``. Where a figure is absent, its dict holds ``absent`` alone."""

from __future__ import annotations

from typing import Literal, TypedDict

Verdict = Literal["pass", "fail", "unknown"]


class Absent(TypedDict):
    """Why something could not be measured."""

    absent: str


Time = float | Literal["never"] | Absent
"""A time to converge in seconds."""


class Run(TypedDict):
    """Which run it is; None where the journal does not say.

    `managers`: the populations that had each presence manager, ``documented`` or ``spade``.
    """

    name: str | None
    seed: int | None
    backend: str | None
    backend_version: str | None
    agents: int
    managers: dict[str, list[str]]
    duration_s: float
    complete: bool
    reason: str


class AgentOutcome(TypedDict):
    """An agent that did not end well."""

    agent: str
    outcome: str
    reason: str


class Outcomes(TypedDict):
    """How the agents ended. `spawned`: those that agents made, which no other count has.

    `not_ok` names both kinds.
    """

    ok: int
    failed: int
    unknown: int
    population: int
    not_ok: list[AgentOutcome]
    spawned: dict[str, int]


class Convergence(TypedDict, total=False):
    """A share at the end."""

    absent: str
    value: float
    right: int
    total: int


class WatchesNotInForce(TypedDict):
    """Declared watches that are not in force for one reason; the first ones are named."""

    state: str
    count: int
    reason: str
    remedy: str
    prescribed: bool
    watches: list[list[str]]


class Declared(TypedDict):
    """Declared watches at the end, by state."""

    in_force: int
    pending: int
    refused: int
    ended: int
    not_asked: int
    lost: int
    not_in_force: list[WatchesNotInForce]


class Phase(TypedDict):
    """One phase, and how long it took to converge."""

    name: str
    begin_s: float
    disturbance_s: float
    declared_s: Time
    roster_s: Time
    availability_s: Time


class TimesToConverge(TypedDict):
    """The slowest times to converge, and those of every phase."""

    declared_s: Time
    roster_s: Time
    availability_s: Time
    phases: list[Phase]


class Quantiles(TypedDict, total=False):
    """Quantiles of times, and what was left out of them."""

    samples: int
    absent: str
    p50_s: float
    p95_s: float
    p99_s: float
    max_s: float
    note: str
    undetected: int
    not_due: int
    unrecovered: int


class Staleness(TypedDict, total=False):
    """Shares of the watch time, and the watch time."""

    absent: str
    value: float
    ghost: float
    blind: float
    mislabelled: float
    authorised_s: float


class Entry(TypedDict, total=False):
    """A roster entry that is named; only the views that matter are there."""

    agent: str
    peer: str
    believed: str
    expected: list[str]
    served: str


class Entries(TypedDict, total=False):
    """How many entries there are, and the first of them."""

    absent: str
    count: int
    entries: list[Entry]
    note: str


class Amplification(TypedDict, total=False):
    """Presences received per change."""

    absent: str
    value: float
    received: int
    changes: int


class Fault(TypedDict):
    """What one fault entry of the scenario did, all its times together."""

    origin: str
    fault: str
    times: int
    agents: int
    begin_s: float
    lasted_s: float
    recovery: Quantiles
    detection: Quantiles
    reconnects: int
    lost: int
    superseded: int
    ghost_s: float
    blind_s: float
    mislabelled_s: float


class Check(TypedDict):
    """One thing that had to hold."""

    text: str
    verdict: Verdict
    evidence: str


class VerdictSummary(TypedDict):
    """The verdict, with its checks."""

    value: Verdict
    checks: list[Check]
    reasons: list[str]


class Figures(TypedDict):
    """The figures by the names of the metrics page."""

    run: Run
    agent_outcomes: Outcomes
    declared_convergence: Convergence
    declared: Declared
    roster_convergence: Convergence
    availability_convergence: Convergence
    time_to_converge: TimesToConverge
    propagation_latency: Quantiles
    deliveries: dict[str, int]
    staleness: Staleness
    detection_time: Quantiles
    belief_divergence: Entries
    believed_ghosts: Entries
    believed_absent: Entries
    amplification: Amplification
    messages: dict[str, int] | Absent
    message_latency: Quantiles
    wrong_entries: Entries
    faults: list[Fault]


class Summary(Figures):
    """All of the summary."""

    verdict: VerdictSummary
