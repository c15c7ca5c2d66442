"""Causes in sentences, with the watches that are worst."""

from __future__ import annotations

from collections.abc import Iterable

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
    worst = group.times[0]
    seen = SEEN[worst.what].format(w=worst.watch.watcher, c=worst.watch.contact)
    watches = f"{group.watches} watch{'es' if group.watches != 1 else ''}"
    return (
        f"{group.cause.kind.words}: {group.total / SECOND:.3f} watch-seconds wrong in {watches}:"
        f" {group.cause.reason}; worst: {seen} from {seconds(worst.begin)} to {seconds(worst.end)}"
    )
