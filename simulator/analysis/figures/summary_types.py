"""The shape of ``summary.json``, where it does not follow from the declared figures."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

Verdict = Literal["pass", "fail", "unknown"]

Entry = dict[str, Any]
"""JSON: what the summary says of one family of figures."""
Summary = dict[str, Any]
"""JSON: `run` (Run), `verdict` (VerdictSummary), `faults` (a list of Fault), `wrong_entries`, and
an `Entry` for each family of `scenario.figures`, which holds ``absent`` where that is absent."""


class Absent(TypedDict):
    """Why something could not be measured."""

    absent: str


Time = float | Literal["never"] | Absent
"""A time to converge in seconds."""


class Run(TypedDict):
    """Which run it is; None where the journal does not say.

    `versions`: SPADE's and its library's. `managers`: the populations that had each presence
    manager, ``documented`` or ``spade``.
    """

    name: str | None
    seed: int | None
    backend: str | None
    backend_version: str | None
    versions: dict[str, str]
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


class Fault(TypedDict):
    """What one fault entry of the scenario did, all its times together."""

    origin: str
    fault: str
    times: int
    agents: int
    begin_s: float
    lasted_s: float
    recovery: Entry
    detection: Entry
    reconnects: int
    lost: int
    superseded: int
    ghost_s: float
    blind_s: float
    mislabelled_s: float


class Check(TypedDict):
    """One thing that had to hold; `offenders` made a figure fail, `place` is its line."""

    text: str
    verdict: Verdict
    evidence: str
    offenders: list[str]
    place: str


class VerdictSummary(TypedDict):
    """The verdict, with its checks."""

    value: Verdict
    checks: list[Check]
    reasons: list[str]
