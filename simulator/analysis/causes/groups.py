"""Watches and times of one cause, put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from simulator.analysis.causes.cause import Cause, NotInForce, WrongTime
from simulator.analysis.states import DeclaredState, DeclaredWatch

_WORDS = {
    DeclaredState.IN_FORCE: (
        "watch in force whose watcher sees nothing",
        "watches in force whose watchers see nothing",
    ),
    DeclaredState.PENDING: ("request pending", "requests pending"),
    DeclaredState.REFUSED: ("request refused", "requests refused"),
    DeclaredState.ENDED: ("watch ended", "watches ended"),
    DeclaredState.NOT_ASKED: ("watch never asked for", "watches never asked for"),
    DeclaredState.LOST: ("request lost", "requests lost"),
}


@dataclass(frozen=True, slots=True)
class WatchGroup:
    """Declared watches that are not in force in one state, for one cause.

    `prescribed`: the scenario itself lets them be refused.
    """

    state: DeclaredState
    cause: Cause
    prescribed: bool
    watches: tuple[DeclaredWatch, ...]

    @property
    def text(self) -> str:
        """``30 requests pending: no agent of m answers (…)``, with the remedy."""
        count = len(self.watches)
        first = self.watches[0]
        which = f" ({first.watcher} -> {first.contact})" if count == 1 else ""
        text = f"{count} {_WORDS[self.state][count != 1]}{which}: {self.cause.reason}"
        return f"{text}; {self.cause.remedy}" if self.cause.remedy else text


@dataclass(frozen=True, slots=True)
class TimeGroup:
    """Wrong time of one cause, the longest pieces first. `total`: watch-microseconds."""

    cause: Cause
    total: int
    times: tuple[WrongTime, ...]

    @property
    def watches(self) -> int:
        """How many watches it is of."""
        return len({one.watch for one in self.times})


def grouped_watches(found: Iterable[NotInForce]) -> list[WatchGroup]:
    """Watches that are not in force by state and cause, the largest groups first."""
    groups: dict[tuple[DeclaredState, Cause, bool], list[DeclaredWatch]] = {}
    for one in found:
        key = (one.watch.state, one.cause, one.watch.is_prescribed)
        groups.setdefault(key, []).append(one.watch)
    ordered = sorted(groups.items(), key=lambda group: -len(group[1]))
    return [WatchGroup(*key, tuple(group)) for key, group in ordered]


def grouped_times(found: Iterable[WrongTime]) -> list[TimeGroup]:
    """Wrong time by cause, the most first."""
    groups: dict[Cause, list[WrongTime]] = {}
    for one in found:
        groups.setdefault(one.cause, []).append(one)
    told = [
        TimeGroup(
            cause,
            sum(one.lasted for one in group),
            tuple(sorted(group, key=lambda one: -one.lasted)),
        )
        for cause, group in groups.items()
    ]
    return sorted(told, key=lambda group: -group.total)


def unexcused(groups: Iterable[WatchGroup]) -> list[WatchGroup]:
    """The groups that the scenario does not prescribe."""
    return [group for group in groups if not group.prescribed]
