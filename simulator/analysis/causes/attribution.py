"""All causes of a run: of every declared watch not in force, and of all wrong time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from simulator.analysis.causes import sights, watches
from simulator.analysis.causes.cause import Cause, CauseClass, NotInForce, WrongTime
from simulator.analysis.causes.evidence import Evidence
from simulator.analysis.states import DeclaredState, DeclaredWatch, WatchStates

_WORDS = {
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


class Causes:
    """Every cause, found when it is first asked for, once the run is measured."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence

    @cached_property
    def not_in_force(self) -> list[NotInForce]:
        """The declared watches that are not in force at the end, in the order of the plan."""
        return [
            self._not_in_force(watch)
            for watch in self.evidence.states.all_declared()
            if watch.declared and not watch.in_force
        ]

    @cached_property
    def wrong_times(self) -> list[WrongTime]:
        """All wrong time, by watch and time."""
        return [one for watch in self.evidence.states.all_watches() for one in self.of(watch)]

    def of(self, watch: WatchStates) -> list[WrongTime]:
        """The wrong time of one watch."""
        return list(sights.wrong_times(self.evidence, watch))

    def _not_in_force(self, watch: DeclaredWatch) -> NotInForce:
        since: int | None = None
        for state, begin, _ in watch.states.spans(self.evidence.end + 1):
            if state in (DeclaredState.IN_FORCE, DeclaredState.UNDECLARED):
                since = None
            elif since is None:
                since = begin
        since = watch.at if since is None else since
        return NotInForce(watch, since, watches.cause_of(watches.Case(watch, self.evidence)))

    @cached_property
    def watch_groups(self) -> list[WatchGroup]:
        """The watches that are not in force, grouped, the largest groups first."""
        return grouped_watches(self.not_in_force)

    @cached_property
    def time_groups(self) -> list[TimeGroup]:
        """The wrong time, grouped by cause, the most first."""
        return grouped_times(self.wrong_times)

    def watches_of(self, kind: CauseClass) -> int:
        """How many declared watches are not in force for a class of causes."""
        return sum(one.cause.kind is kind for one in self.not_in_force)

    def time_of(self, kind: CauseClass) -> int:
        """Watch-microseconds that are wrong for a class of causes."""
        return sum(group.total for group in self.time_groups if group.cause.kind is kind)


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
