"""All causes of a run: of every declared watch not in force, and of all wrong time."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from simulator.analysis.causes import sights, watches
from simulator.analysis.causes.cause import CauseClass, NotInForce, WrongTime
from simulator.analysis.causes.evidence import Evidence
from simulator.analysis.causes.groups import (
    TimeGroup,
    WatchGroup,
    grouped_times,
    grouped_watches,
)
from simulator.analysis.causes.texts import cause_texts
from simulator.analysis.states import DeclaredState, DeclaredWatch, WatchStates
from simulator.garbage import no_automatic_collection


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
        with no_automatic_collection():  # nothing here is cyclic garbage
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

    @property
    def texts(self) -> list[str]:
        """A sentence for each cause, the worst first."""
        return cause_texts(self.evidence, self.watch_groups, self.time_groups)

    def between(self, pairs: Iterable[tuple[str, str]]) -> list[str]:
        """Why watches of these agents on each other, either way, are not in force."""
        meant = {frozenset(pair) for pair in pairs}
        found = [
            one
            for one in self.not_in_force
            if frozenset((one.watch.watcher, one.watch.contact)) in meant
        ]
        return cause_texts(self.evidence, grouped_watches(found), ())

    def watches_of(self, kind: CauseClass) -> int:
        """How many declared watches are not in force for a class of causes."""
        return sum(one.cause.kind is kind for one in self.not_in_force)

    def time_of(self, kind: CauseClass) -> int:
        """Watch-microseconds that are wrong for a class of causes."""
        return sum(group.total for group in self.time_groups if group.cause.kind is kind)
