"""The answer to "why is it wrong?": of a run, of an agent, or of one watch, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from simulator.analysis.causes.attribution import Causes
from simulator.analysis.causes.cause import NotInForce, WrongTime
from simulator.analysis.causes.evidence import Evidence, seconds
from simulator.analysis.causes.groups import (
    TimeGroup,
    WatchGroup,
    grouped_times,
    grouped_watches,
)
from simulator.analysis.causes.history import Told, history
from simulator.analysis.causes.texts import SEEN, WORST, cause_texts
from simulator.analysis.states import DeclaredState, DeclaredWatch, WatchStates
from simulator.errors import InputError
from simulator.journal.records import SECOND

_STATES = {
    DeclaredState.UNDECLARED: "not declared",
    DeclaredState.IN_FORCE: "in force",
    DeclaredState.PENDING: "pending: asked, not answered",
    DeclaredState.REFUSED: "refused",
    DeclaredState.ENDED: "ended",
    DeclaredState.NOT_ASKED: "not asked for",
    DeclaredState.LOST: "lost",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Sentences: what it is about, what is wrong and why, and what happened.

    `watches` and `times` are the causes behind it, the worst first. `history` is that of one
    watch, and empty for several.
    """

    title: str
    answer: tuple[str, ...]
    history: tuple[Told, ...]
    watches: tuple[WatchGroup, ...]
    times: tuple[TimeGroup, ...]

    def __str__(self) -> str:
        told = [f"  {seconds(one.t):>12}  {one.text}" for one in self.history]
        return "\n".join([self.title, *(f"  {text}" for text in self.answer), *told])

    def document(self) -> dict[str, object]:
        """The same as plain data, for JSON. Times are in seconds."""
        return {
            "title": self.title,
            "answer": list(self.answer),
            "history": [{"time_s": one.t / SECOND, "text": one.text} for one in self.history],
            "not_in_force": [
                {
                    **_plain(group),
                    "state": group.state.name.lower(),
                    "prescribed": group.prescribed,
                    "watches": [[one.watcher, one.contact] for one in group.watches],
                }
                for group in self.watches
            ],
            "wrong_time": [
                {
                    **_plain(group),
                    "watch_s": group.total / SECOND,
                    "times": [
                        {
                            "watcher": one.watch.watcher,
                            "contact": one.watch.contact,
                            "what": one.what,
                            "begin_s": one.begin / SECOND,
                            "end_s": one.end / SECOND,
                        }
                        for one in group.times
                    ],
                }
                for group in self.times
            ],
        }


def _plain(group: WatchGroup | TimeGroup) -> dict[str, object]:
    cause = group.cause
    return {
        "cause": cause.kind.value,
        "reason": cause.reason,
        "remedy": cause.remedy,
        "fault": cause.fault,
        "place": cause.place,
    }


def explain(
    causes: Causes,
    watchers: Collection[str] = (),
    contacts: Collection[str] = (),
    at: int | None = None,
) -> Explanation:
    """Why what these watchers see of these contacts is wrong; nobody named means everybody.

    One watch is told with its history. `at`: as it stood at this time (microseconds), with what
    had happened by then. Raises InputError for agents of which none watches the other.
    """
    fits = _fitting(watchers, contacts)
    states = causes.evidence.states
    known = [watch for watch in states.all_watches() if fits(watch)]
    if not known and (watchers or contacts):
        raise InputError(_nobody_watches(causes, watchers, contacts))
    not_in_force = [one for one in causes.not_in_force if fits(one.watch)]
    wrong = [one for watch in known for one in causes.of(watch)]
    if at is not None:
        wrong = [one for one in wrong if one.begin <= at < one.end]
    if len(known) == 1 and (watchers or contacts):
        (watch,) = known
        declared = states.declared.get(watch.watcher, {}).get(watch.contact)
        return _one(causes, declared, watch, not_in_force, wrong, at)
    return _several(causes, len(known), watchers, contacts, not_in_force, wrong, at)


def _fitting(
    watchers: Collection[str], contacts: Collection[str]
) -> Callable[[DeclaredWatch | WatchStates], bool]:
    def fits(watch: DeclaredWatch | WatchStates) -> bool:
        if watchers and contacts:
            return watch.watcher in watchers and watch.contact in contacts
        either = watch.watcher in watchers or watch.contact in watchers
        return either if watchers else not contacts or watch.contact in contacts

    return fits


def _nobody_watches(causes: Causes, watchers: Collection[str], contacts: Collection[str]) -> str:
    if watchers and contacts:
        backwards = _fitting(contacts, watchers)
        other = any(map(backwards, causes.evidence.states.all_watches()))
        hint = " (the other way round, there is one: swap --agent and --contact)" if other else ""
        return f"{_listed(watchers)} has no watch on {_listed(contacts)}{hint}"
    return f"{_listed(watchers or contacts)} is in no watch of `subscriptions`"


def _listed(names: Collection[str]) -> str:
    several = sorted(names)
    return ", ".join(several[:WORST]) + (" and others" if len(several) > WORST else "")


def _one(
    causes: Causes,
    declared: DeclaredWatch | None,
    watch: WatchStates,
    not_in_force: list[NotInForce],
    wrong: list[WrongTime],
    at: int | None,
) -> Explanation:
    evidence = causes.evidence
    t = evidence.end if at is None else at
    origin = f" ({evidence.entry(declared.origin)})" if declared is not None else ""
    state = declared.states.at(t) if declared is not None else None
    when = "at the end" if at is None else f"at {seconds(at)}"
    words = _STATES[state if state is not None else DeclaredState.UNDECLARED]
    title = f"{watch.watcher} watches {watch.contact}{origin}: {words} {when}"
    answer = [_why(one) for one in not_in_force if at is None or one.since <= at]
    if at is None:
        answer += _total(evidence, watch, wrong)
    else:
        answer += _seen(evidence, watch, wrong, at)
    told = history(evidence, declared, watch, causes.of(watch))
    return Explanation(
        title,
        tuple(answer),
        tuple(one for one in told if one.t <= t),
        tuple(grouped_watches(not_in_force)),
        tuple(grouped_times(wrong)),
    )


def _why(one: NotInForce) -> str:
    cause = one.cause
    remedy = f"; {cause.remedy}" if cause.remedy else ""
    since = seconds(one.since)
    return f"not in force since {since}: {cause.kind.words}: {cause.reason}{remedy}"


def _total(evidence: Evidence, watch: WatchStates, wrong: list[WrongTime]) -> list[str]:
    if not wrong:
        seen = any(watch.sights.values)
        return ["what the watcher saw was right whenever it was authorised"] if seen else []
    groups = grouped_times(wrong)
    return [
        f"{seconds(group.total)} wrong: {group.cause.kind.words}: {group.cause.reason}"
        for group in groups
    ]


def _seen(evidence: Evidence, watch: WatchStates, wrong: list[WrongTime], at: int) -> list[str]:
    w, c = watch.watcher, watch.contact
    shows = {resource: steps.at(at) for resource, steps in evidence.agent(c).shows.items()}
    there = [show or "no show" for show in shows.values() if show is not None]
    actual = f"available ({', '.join(there)})" if there else "unavailable"
    connected = "connected" if evidence.is_open(w, at) else "not connected"
    sight = watch.sights.at(at)
    sentences = [f"{w} is {connected}; {c} is {actual}, as the server holds it"]
    if wrong:
        (one,) = wrong
        seen = SEEN[one.what].format(w=w, c=c)
        span = f"from {seconds(one.begin)} to {seconds(one.end)}"
        sentences.append(f"{seen} {span}: {one.cause.kind.words}: {one.cause.reason}")
    else:
        sentences.append(
            f"{w} sees it rightly" if sight else f"{w} may not see it: it is not authorised then"
        )
    return sentences


def _several(
    causes: Causes,
    count: int,
    watchers: Collection[str],
    contacts: Collection[str],
    not_in_force: list[NotInForce],
    wrong: list[WrongTime],
    at: int | None,
) -> Explanation:
    watch_groups = grouped_watches(not_in_force if at is None else ())
    time_groups = grouped_times(wrong)
    about = f" of {_listed({*watchers, *contacts})}" if watchers or contacts else ""
    when = "" if at is None else f" at {seconds(at)}"
    watches = f"{count} watch{'es' if count != 1 else ''}"
    title = f"{watches}{about}{when}: {len(not_in_force)} declared and not in force at the end"
    answer = cause_texts(causes.evidence, watch_groups, time_groups) or ["nothing is wrong"]
    return Explanation(title, tuple(answer), (), tuple(watch_groups), tuple(time_groups))
