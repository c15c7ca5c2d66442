"""The answer to "why is it wrong?": of a run, of an agent, or of one watch, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
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
from simulator.analysis.causes.texts import WORST, cause_texts, texts_at, wrong_text
from simulator.analysis.states import DeclaredState, DeclaredWatch, WatchStates
from simulator.errors import InputError
from simulator.journal.records import SECOND, AnyRecord

_STATES = {
    DeclaredState.UNDECLARED: "not declared",
    DeclaredState.IN_FORCE: "in force",
    DeclaredState.PENDING: "pending: asked, not answered",
    DeclaredState.REFUSED: "refused",
    DeclaredState.ENDED: "ended",
    DeclaredState.NOT_ASKED: "not asked for",
    DeclaredState.LOST: "lost",
}
_NOTHING = "no watch was wrong"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Sentences: what it is about, what is wrong and why, and what happened.

    `watches` and `times` are the causes behind it, the worst first; `unseen`: the watches in force
    whose watchers saw nothing at the time that was asked about. `history` is that of one watch,
    and empty for several.
    """

    title: str
    answer: tuple[str, ...]
    history: tuple[Told, ...]
    watches: tuple[WatchGroup, ...]
    times: tuple[TimeGroup, ...]
    unseen: tuple[WatchGroup, ...] = ()

    def __str__(self) -> str:
        told = [f"  {seconds(one.t):>12}  {one.text}" for one in self.history]
        return "\n".join([self.title, *(f"  {text}" for text in self.answer), *told])

    def document(self) -> dict[str, object]:
        """The same as plain data, for JSON. Times are in seconds."""
        return {
            "title": self.title,
            "answer": list(self.answer),
            "history": [{"time_s": one.t / SECOND, "text": one.text} for one in self.history],
            "not_in_force": [_plain(group) for group in self.watches],
            "unseen": [_plain(group) for group in self.unseen],
            "wrong_time": [
                {
                    **group.cause.document(),
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


def _plain(group: WatchGroup) -> dict[str, object]:
    return {
        **group.cause.document(),
        "state": group.state.name.lower(),
        "prescribed": group.prescribed,
        "watches": [[one.watcher, one.contact] for one in group.watches],
    }


def explain(
    causes: Causes,
    records: Iterable[AnyRecord],
    watchers: Collection[str] = (),
    contacts: Collection[str] = (),
    at: int | None = None,
) -> Explanation:
    """Why what these watchers see of these contacts is wrong; nobody named means everybody.

    One watch is told with its history, from the `records` of the observation. `at`: how things
    stood at this time (microseconds), with what had happened by then. Raises InputError for agents
    of which none watches the other.
    """
    fits = _fitting(watchers, contacts)
    states = causes.evidence.states
    known = [watch for watch in states.all_watches() if fits(watch)]
    if not known and (watchers or contacts):
        raise InputError(_nobody_watches(causes, watchers, contacts))
    wrong = [one for watch in known for one in causes.of(watch)]
    if at is None:
        found = _Found(
            causes, known, [one for one in causes.not_in_force if fits(one.watch)], wrong
        )
    else:
        found = _Found(
            causes,
            known,
            [one for one in causes.not_in_force_at(at) if fits(one.watch)],
            [one for one in wrong if one.begin <= at < one.end or at == one.end == states.end],
            at,
            [one for one in causes.unseen_at(at) if fits(one.watch)],
        )
    if len(known) == 1 and (watchers or contacts):
        return found.one(known[0], records)
    return found.several({*watchers, *contacts})


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
    return _first(sorted(names))


def _first(names: Sequence[str]) -> str:
    more = f" and {len(names) - WORST} more" if len(names) > WORST else ""
    return ", ".join(names[:WORST]) + more


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found of these watches; `at`: at this time, None: in the whole run."""

    causes: Causes
    watches: Sequence[WatchStates]
    not_in_force: Sequence[NotInForce]
    wrong: Sequence[WrongTime]
    at: int | None = None
    unseen: Sequence[NotInForce] = ()

    def several(self, names: Collection[str]) -> Explanation:
        """The causes, for several watches; `names`: the agents that were asked about."""
        about = f" of {_listed(names)}" if names else ""
        count = f"{len(self.watches)} watch{'es' if len(self.watches) != 1 else ''}{about}"
        watches, times = grouped_watches(self.not_in_force), grouped_times(self.wrong)
        unseen = grouped_watches(self.unseen)
        evidence = self.causes.evidence
        if self.at is None:
            wrong = len(self.not_in_force)
            told = f"{wrong} declared and not in force" if wrong else "every declared one in force"
            title = f"{count}: {told} at the end"
            told_causes = cause_texts(evidence, watches, times)
            answer = [*told_causes, *self._ended_badly(names, told_causes)] or [
                _NOTHING if names else f"{_NOTHING}, and every agent ended well"
            ]
        else:
            title = f"{count} at {seconds(self.at)}: {self._counted(self.at)}"
            answer = texts_at(evidence, [*watches, *unseen], times) or [f"{_NOTHING} then"]
        return self._explanation(title, answer, ())

    def _ended_badly(self, names: Collection[str], told: Sequence[str]) -> Iterable[str]:
        """``a, b failed: (reason)``, for what no cause in `told` tells; no `names`: everybody."""
        found: dict[tuple[str, str], list[str]] = {}
        info = self.causes.evidence.info
        for one in (*info.all_outcomes(), *info.spawned_outcomes()):
            is_told = bool(one.reason) and any(one.reason in text for text in told)
            if one.outcome != "ok" and not is_told and (not names or one.agent in names):
                found.setdefault((one.outcome, one.reason), []).append(one.agent)
        for (outcome, reason), agents in found.items():
            failed = " failed" if outcome == "failed" else ""
            yield f"{_first(agents)}{failed}: {reason or 'no reason given'}"

    def _counted(self, at: int) -> str:
        """``30 in force, 2 pending``: how the watches stood."""
        words = (_state_words(self.causes, watch, at) for watch in self.watches)
        stood = Counter(text.partition(":")[0] for text in words)
        return ", ".join(f"{count} {words}" for words, count in stood.most_common())

    def one(self, watch: WatchStates, records: Iterable[AnyRecord]) -> Explanation:
        """One watch, with its history."""
        causes, evidence, at = self.causes, self.causes.evidence, self.at
        declared = _declared(causes, watch)
        origin = f" ({evidence.entry(declared.origin)})" if declared is not None else ""
        words = _state_words(causes, watch, evidence.end if at is None else at)
        when = "at the end" if at is None else f"at {seconds(at)}"
        answer = [_why(one) for one in self.not_in_force]
        if at is None:
            answer += _total(watch, self.wrong)
        else:
            answer += _seen(evidence, watch, self.wrong, self.unseen, at)
        told = history(evidence, declared, watch, causes.of(watch), records)
        until = evidence.end if at is None else at
        return self._explanation(
            f"{watch.watcher} watches {watch.contact}{origin}: {words} {when}",
            answer,
            [one for one in told if one.t <= until],
        )

    def _explanation(self, title: str, answer: Iterable[str], told: Iterable[Told]) -> Explanation:
        return Explanation(
            title,
            tuple(answer),
            tuple(told),
            tuple(grouped_watches(self.not_in_force)),
            tuple(grouped_times(self.wrong)),
            tuple(grouped_watches(self.unseen)),
        )


def _declared(causes: Causes, watch: WatchStates) -> DeclaredWatch | None:
    return causes.evidence.states.declared.get(watch.watcher, {}).get(watch.contact)


def _state_words(causes: Causes, watch: WatchStates, t: int) -> str:
    declared = _declared(causes, watch)
    state = declared.states.at(t) if declared is not None else None
    if declared is not None and state in (None, DeclaredState.UNDECLARED):
        return "not declared yet" if t < declared.at else "no longer declared"
    return _STATES[state if state is not None else DeclaredState.UNDECLARED]


def _why(one: NotInForce) -> str:
    cause = one.cause
    remedy = f"; {cause.remedy}" if cause.remedy else ""
    since = seconds(one.since)
    return f"not in force since {since}: {cause.kind.words}: {cause.reason}{remedy}"


def _total(watch: WatchStates, wrong: Iterable[WrongTime]) -> list[str]:
    groups = grouped_times(wrong)
    if not groups:
        seen = any(watch.sights.values)
        return ["what the watcher saw was right whenever it was authorised"] if seen else []
    return [
        f"{seconds(group.total)} wrong: {group.cause.kind.words}: {group.cause.reason}"
        for group in groups
    ]


def _seen(
    evidence: Evidence,
    watch: WatchStates,
    wrong: Iterable[WrongTime],
    unseen: Iterable[NotInForce],
    at: int,
) -> list[str]:
    w, c = watch.watcher, watch.contact
    shows = {resource: steps.at(at) for resource, steps in evidence.agent(c).shows.items()}
    there = [show or "no show" for show in shows.values() if show is not None]
    actual = f"available ({', '.join(there)})" if there else "unavailable"
    connected = "connected" if evidence.is_open(w, at) else "not connected"
    sentences = [f"{w} is {connected}; {c} is {actual}, as the server holds it"]
    sentences += [
        f"{w} sees nothing of it: {one.cause.kind.words}: {one.cause.reason}" for one in unseen
    ]
    sentences += [wrong_text(one) for one in wrong]
    if len(sentences) == 1:
        sight = watch.sights.at(at)
        right = f"{w} sees it rightly"
        sentences.append(right if sight else f"{w} may not see it: it is not authorised then")
    return sentences
