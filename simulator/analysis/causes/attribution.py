"""All causes of a run: of every declared watch not in force, and of all wrong time."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from simulator.analysis.causes import later, sights, watches
from simulator.analysis.causes.absences import absent, crashed, of_fault
from simulator.analysis.causes.case import Case, past
from simulator.analysis.causes.cause import Cause, CauseClass, NotInForce, WrongTime, decided
from simulator.analysis.causes.evidence import CUTS, Evidence
from simulator.analysis.causes.groups import (
    TimeGroup,
    WatchGroup,
    grouped_times,
    grouped_watches,
)
from simulator.analysis.causes.texts import cause_texts
from simulator.analysis.states import DeclaredState, DeclaredWatch, Moment, Sight, WatchStates
from simulator.garbage import no_automatic_collection


class Causes:
    """Every cause, found when it is first asked for, once the run is measured."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence

    @cached_property
    def not_in_force(self) -> list[NotInForce]:
        """The declared watches that are not in force at the end, in the order of the plan."""
        return [
            NotInForce(
                watch,
                self.since(watch, self.evidence.end),
                decided(watches.RULES, Case(watch, self.evidence)),
            )
            for watch in self.evidence.states.all_declared()
            if watch.declared and not watch.in_force
        ]

    def not_in_force_at(self, t: int) -> list[NotInForce]:
        """The declared watches that were not in force at `t` (microseconds)."""
        found, evidence = [], self.evidence.until(t)
        at_the_end = {one.watch: one for one in self.not_in_force}
        for watch in self.evidence.states.all_declared():
            then = past(watch, t)
            if then.state in (DeclaredState.UNDECLARED, DeclaredState.IN_FORCE):
                continue
            last, rest = at_the_end.get(watch), watch.history[len(then.history) :]
            if last is not None and last.since <= t and not _moves_on(rest):
                cause = last.cause
            else:
                cause = decided(later.RULES, Case(then, evidence, tuple(rest)))
            found.append(NotInForce(then, self.since(watch, t), cause))
        return found

    def unseen_at(self, t: int) -> list[NotInForce]:
        """The watches in force at `t` whose watcher was not there to see anything."""
        evidence = self.evidence.until(t)
        found = []
        for watch in self.evidence.states.all_watches():
            declared = self.evidence.states.declared.get(watch.watcher, {}).get(watch.contact)
            if declared is None or declared.states.at(t) is not DeclaredState.IN_FORCE:
                continue
            if watch.sights.at(t) is Sight.UNAUTHORISED:
                found.append(NotInForce(past(declared, t), t, _no_view(evidence, watch.watcher, t)))
        return found

    @cached_property
    def wrong_times(self) -> list[WrongTime]:
        """All wrong time, by watch and time."""
        with no_automatic_collection():  # nothing here is cyclic garbage
            return [one for watch in self.evidence.states.all_watches() for one in self.of(watch)]

    def of(self, watch: WatchStates) -> list[WrongTime]:
        """The wrong time of one watch."""
        return list(sights.wrong_times(self.evidence, watch))

    def since(self, watch: DeclaredWatch, t: int) -> int:
        """Since when (microseconds) a watch had not been in force at `t`."""
        since: int | None = None
        for state, begin, _ in watch.states.spans(t + 1):
            if state in (DeclaredState.IN_FORCE, DeclaredState.UNDECLARED):
                since = None
            elif since is None:
                since = begin
        return watch.at if since is None else since

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


def _moves_on(rest: Iterable[Moment]) -> bool:
    """Did the watcher ask (again) later, or its request get further?"""
    return any(moment.kind in ("asked", "heard", "approved", "refused") for moment in rest)


def _no_view(evidence: Evidence, watcher: str, t: int) -> Cause:
    """Why a watcher with a watch in force is not there, or may see nobody."""
    dead = evidence.life(watcher, t) == "dead"
    cause = crashed(evidence, watcher, t) if dead else absent(evidence, watcher, t)
    if cause is not None:
        return cause
    population = evidence.population(watcher)
    cut = evidence.fault(watcher, CUTS, max(0, t - evidence.patience), t)
    cut = cut or evidence.server_fault(t, t)
    if cut is not None:  # which its client has not found out yet
        return of_fault(evidence, cut, f"{population} has lost its stream")
    return Cause(CauseClass.SCENARIO, f"{population} is unavailable itself")
