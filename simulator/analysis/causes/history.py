"""What happened to one watch, in sentences: the agents, the faults, the request, the presence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from simulator.analysis.causes.cause import WrongTime
from simulator.analysis.causes.evidence import Evidence, Receipt, seconds
from simulator.analysis.causes.texts import SEEN
from simulator.analysis.folds.propagation import Delivery
from simulator.analysis.states import DeclaredWatch, MomentKind, WatchStates
from simulator.journal.records import Actual


class Told(NamedTuple):
    """A sentence about what happened at `t` (microseconds)."""

    t: int
    text: str


_MOMENTS: dict[MomentKind, str] = {
    "declared": "the scenario declares that {w} watches {c}",
    "over": "the scenario's timeline ends the watch",
    "acted": "{w} is told to ask for the presence of {c}",
    "skipped": "{w} was to ask for the presence of {c}, and could not: {detail}",
    "asked": "{w} asks {c} for its presence",
    "heard": "the request reaches {c}",
    "approved": "{c} approves",
    "approval_heard": "the approval reaches {w}",
    "refused": "{c} refuses",
    "refusal_heard": "the refusal reaches {w}",
    "bounced": "an error from {c} reaches {w}",
    "in_force": "the server tells {w} that the watch is in force",
    "served_ask": "the server tells {w} that the request is pending",
    "not_served": "the server tells {w} neither of a watch nor of a request",
    "act": "{detail}, which ends the watch",
}
_LIVES = {
    "starting": "{} starts",
    "started": "{} has started",
    "stopping": "{} is told to stop",
    "stopped": "{} has stopped",
    "failed": "{} has failed to start",
    "dead": "{} crashes, and can tell nobody",
}
_SESSIONS = {
    "established": "the stream of {} is established",
    "resumed": "the stream of {} is resumed",
    "suspended": "the client of {} finds its stream broken",
    "destroyed": "the session of {} is lost",
    "closed": "{} closes its stream",
    "failed": "the client of {} gives up",
}


def history(
    evidence: Evidence,
    declared: DeclaredWatch | None,
    watch: WatchStates | None,
    wrong: list[WrongTime],
) -> list[Told]:
    """Everything that happened to a watch, in order. At one time: causes before what they cause."""
    known = declared or watch
    if known is None:
        return []
    agents = (known.watcher, known.contact)
    told = [
        *_faults(evidence, agents),
        *(one for agent in agents for one in _life(evidence, agent)),
        *(_moments(declared) if declared is not None else ()),
        *(one for agent in agents for one in _failures(evidence, agent)),
        *(_presence(evidence, watch) if watch is not None else ()),
        *_wrong(wrong),
    ]
    return sorted(told, key=lambda one: one.t)


def _moments(watch: DeclaredWatch) -> Iterator[Told]:
    for moment in watch.history:
        text = _MOMENTS[moment.kind]
        yield Told(moment.t, text.format(w=watch.watcher, c=watch.contact, detail=moment.detail))


def _faults(evidence: Evidence, agents: tuple[str, str]) -> Iterator[Told]:
    spans = {
        span: agent
        for agent in agents
        for span in (*evidence.faults_of(agent), *evidence.of_server)
    }
    for span in spans:
        hit = [agent for agent in agents if agent in span.agents]
        whom = " and ".join(dict.fromkeys(hit)) or "the server"
        name = span.fault.replace("_", " ")
        yield Told(span.begin, f"{name} hits {whom} ({evidence.entry(span.origin)})")
        if span.begin < span.end < evidence.end:
            yield Told(span.end, f"the {name} of {whom} is over")


def _life(evidence: Evidence, agent: str) -> Iterator[Told]:
    states = evidence.agent(agent)
    for t, life in zip(states.life.times, states.life.values, strict=True):
        if life in _LIVES and evidence.life(agent, t) == life:
            yield Told(t, _LIVES[life].format(agent))
    for steps in states.sessions.values():
        for t, session in zip(steps.times, steps.values, strict=True):
            yield Told(t, _SESSIONS[session].format(agent))


def _failures(evidence: Evidence, agent: str) -> Iterator[Told]:
    for failure in evidence.failures(agent):
        place = f" ({failure.place})" if failure.place else ""
        yield Told(failure.t, f"{agent} raises {failure.error} in {failure.where}{place}")


def _presence(evidence: Evidence, watch: WatchStates) -> Iterator[Told]:
    w, c = watch.watcher, watch.contact
    for one in evidence.receipts(watch):
        accepted = one.change.actual
        yield Told(accepted.t, f"{c} {_became(accepted)}{_fate(one, w)}")


def _became(actual: Actual) -> str:
    if actual.available:
        return f"is available{f' ({actual.show})' if actual.show else ''}"
    if actual.cause == "broken":
        return "is unavailable: the server finds its session dead"
    return "is unavailable"


def _fate(receipt: Receipt, watcher: str) -> str:
    match receipt.fate:
        case Delivery.DELIVERED:
            return f"; {watcher} hears of it at {seconds(receipt.received)}"
        case Delivery.SUPERSEDED:
            return f"; {watcher} hears of a later change instead"
        case Delivery.LOST:
            return f"; {watcher} never hears of it"
        case _:
            return ""


def _wrong(wrong: list[WrongTime]) -> Iterator[Told]:
    for one in wrong:
        what = SEEN[one.what].format(w=one.watch.watcher, c=one.watch.contact)
        until = seconds(one.end)
        yield Told(one.begin, f"{what} until {until}: {one.cause.kind.words} ({one.cause.reason})")
