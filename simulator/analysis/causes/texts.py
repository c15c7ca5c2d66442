"""Causes in sentences, with the watches that are worst."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from simulator.analysis.causes.cause import WrongSight, WrongTime
from simulator.analysis.causes.evidence import Evidence, seconds
from simulator.analysis.causes.groups import TimeGroup, WatchGroup
from simulator.analysis.folds.propagation import Change
from simulator.analysis.states import FaultSpan
from simulator.journal.records import SECOND
from simulator.scenario.language.faults import FAULT_KINDS

WORST = 3
"""So many watches of a cause are named."""

SEEN = {
    "ghost": "{w} sees {c}, who is not there,",
    "blind": "{w} does not see {c}, who is there,",
    "mislabelled": "{w} sees {c} otherwise than it is",
}
"""A wrong sight in words."""


def cause_texts(
    evidence: Evidence, watches: Iterable[WatchGroup], times: Iterable[TimeGroup]
) -> list[str]:
    """A sentence for each cause, first of watches not in force, then of wrong time."""
    told = [f"{group.cause.kind.words}: {watches_text(evidence, group)}" for group in watches]
    return [*told, *map(time_text, times)]


def texts_at(
    evidence: Evidence, watches: Iterable[WatchGroup], times: Iterable[TimeGroup]
) -> list[str]:
    """The same for one moment, with what was seen wrongly then."""
    seen = [
        f"{group.cause.kind.words}: {_watches(group)} seen wrongly: {group.cause.reason}; such as:"
        f" {_sight(group.times[0])}"
        for group in times
    ]
    return [*cause_texts(evidence, watches, ()), *seen]


def wrong_text(one: WrongTime) -> str:
    """``a sees b, who is not there, from 5 s to 20 s: link: (why)``."""
    return f"{_sight(one)}: {one.cause.kind.words}: {one.cause.reason}"


def _sight(one: WrongSight) -> str:
    seen = SEEN[one.what].format(w=one.watch.watcher, c=one.watch.contact)
    return f"{seen} from {seconds(one.begin)} to {seconds(one.end)}"


def _watches(group: TimeGroup) -> str:
    return f"{group.watches} watch{'es' if group.watches != 1 else ''}"


def watches_text(evidence: Evidence, group: WatchGroup) -> str:
    """``2 requests pending: (why) [a -> c, b -> c; subscriptions[0], workers.yaml:9]``."""
    pairs = [f"{one.watcher} -> {one.contact}" for one in group.watches[:WORST]]
    if len(group.watches) > WORST:
        pairs.append(f"and {len(group.watches) - WORST} more")
    origins = dict.fromkeys(evidence.entry(one.origin) for one in group.watches)
    where = ", ".join(list(origins)[:WORST])
    named = f"{', '.join(pairs)}; " if len(group.watches) > 1 else ""
    return f"{group.text} [{named}{where}]"


def time_text(group: TimeGroup) -> str:
    """``link: 6106 watch-seconds wrong in 100 watches: (…); worst: (…)``."""
    return (
        f"{group.cause.kind.words}: {group.total / SECOND:.3f} watch-seconds wrong in"
        f" {_watches(group)}: {group.cause.reason}; worst: {_sight(group.times[0])}"
    )


def meanwhile(evidence: Evidence, agents: Sequence[str], begin: int, end: int) -> str:
    """``, while black hole at 20 s (faults[0], a.yaml:23) hit b``; nothing without a fault."""
    for agent in agents:
        span = evidence.link_fault(agent, begin, end) or evidence.fault(
            agent, FAULT_KINDS, begin, end
        )
        if span is not None:
            return f", while {evidence.which(span)} hit {agent}"
    fault = evidence.server_fault(begin, end)
    return "" if fault is None else f", while {_server(evidence, fault)}"


def _server(evidence: Evidence, span: FaultSpan) -> str:
    return f"the server had its {evidence.which(span)}"


def change_text(evidence: Evidence, change: Change) -> str:
    """``boss's change to away at 20 s (timeline[0], a.yaml:9)``."""
    of = "" if change.of == "presence" else f" of {change.of}"
    origin = f" ({evidence.entry(change.origin)})" if change.origin else ""
    return (
        f"{change.actual.agent}'s change{of} to {change.what} at {seconds(change.issued)}{origin}"
    )
