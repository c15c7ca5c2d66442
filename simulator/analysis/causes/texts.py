"""Causes in sentences, with the watches that are worst."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.analysis.causes.cause import WrongSight, WrongTime
from simulator.analysis.causes.evidence import Evidence, seconds
from simulator.analysis.causes.groups import TimeGroup, WatchGroup
from simulator.journal.records import SECOND

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
