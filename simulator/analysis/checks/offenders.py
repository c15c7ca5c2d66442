"""The worst offenders of every figure: who, whom, when, and which fault of the scenario.

One table says for each figure which sentences name them, the worst first. All times in the
sentences are of the run; a fault or an entry of the scenario comes with its line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from simulator.analysis.causes.cause import WrongTime
from simulator.analysis.causes.evidence import Evidence, seconds
from simulator.analysis.causes.groups import WatchGroup
from simulator.analysis.causes.texts import (
    change_text,
    meanwhile,
    watches_text,
    wrong_text,
)
from simulator.analysis.checks.check import Offender
from simulator.analysis.figures.rosters import (
    belief_divergence,
    believed_absent,
    believed_ghosts,
    entry_text,
)
from simulator.analysis.folds.propagation import Delivery
from simulator.analysis.measurement import Measurement
from simulator.analysis.states import DeclaredState
from simulator.journal.records import Outcome

SHOWN = 3
"""So many offenders are named; the rest is counted."""

Found = Iterable[Offender]
_Of = Callable[[Measurement], Found]


def worst(measurement: Measurement, figure: str) -> tuple[Offender, ...]:
    """The worst offenders of a figure, and how many more there are."""
    return limited(offenders(measurement, figure))


def limited(found: Found) -> tuple[Offender, ...]:
    """The first few, and how many more there are."""
    known = list(found)
    more = (Offender(f"and {len(known) - SHOWN} more"),) if len(known) > SHOWN else ()
    return (*known[:SHOWN], *more)


def offenders(measurement: Measurement, figure: str) -> Found:
    """What makes a figure what it is, one sentence each, the worst first."""
    part, _, kind = figure.rpartition(".")
    if part in _BY_CAUSE:
        return _BY_CAUSE[part](measurement, kind)
    name = figure
    while name not in _OFFENDERS:
        name, dot, _ = name.rpartition(".")
        if not dot:
            return ()
    return _OFFENDERS[name](measurement)


# --- watches ---


def _not_in_force(measurement: Measurement) -> Iterator[Offender]:
    for group in measurement.causes.watch_groups:
        text = watches_text(measurement.causes.evidence, group)
        yield of_group(measurement, group, f"{group.cause.kind.words}: {text}")


def _caused(measurement: Measurement, kind: str) -> Iterator[Offender]:
    causes = measurement.causes
    for group in causes.watch_groups:
        if group.cause.kind == kind:
            yield of_group(measurement, group, watches_text(causes.evidence, group))


def of_group(measurement: Measurement, group: WatchGroup, text: str) -> Offender:
    """The first watch of a group, from when on it was not in force."""
    first = group.watches[0]
    since = measurement.causes.since(first, measurement.end)
    return Offender(text, since, (first.watcher, first.contact))


def _late_watches(measurement: Measurement) -> Iterator[Offender]:
    """Those that are not in force; else those that came into force last."""
    yield from _not_in_force(measurement)
    if measurement.declared_share.complete:
        evidence = measurement.causes.evidence
        came = [
            (watch.states.times[-1], watch)
            for watch in measurement.states.all_declared()
            if watch.state is DeclaredState.IN_FORCE
        ]
        for t, watch in sorted(came, key=lambda one: -one[0]):
            entry = evidence.entry(watch.origin)
            agents = (watch.watcher, watch.contact)
            hit = meanwhile(evidence, agents, watch.asked or t, t)
            text = f"{watch.watcher} -> {watch.contact} was in force only at {seconds(t)}"
            yield Offender(f"{text} ({entry}){hit}", t, agents)


# --- rosters ---


def _wrong_entries(measurement: Measurement) -> Iterator[Offender]:
    rosters, evidence = measurement.rosters, measurement.causes.evidence
    for agent, peer in rosters.wrong():
        expected = " or ".join(sorted(map(entry_text, rosters.oracle.allowed(agent, peer))))
        served = entry_text(rosters.served(agent, peer))
        changed = measurement.states.entries[agent][peer].expected.times
        since = changed[-1] if changed else 0
        text = f"{agent} has {peer} as {served}, expected {expected} since {seconds(since)}"
        hit = meanwhile(evidence, (agent, peer), since, measurement.end)
        yield Offender(text + hit, since, (agent, peer))


def _late_entries(measurement: Measurement) -> Iterator[Offender]:
    """The entries that are wrong; else those that changed last."""
    yield from _wrong_entries(measurement)
    if measurement.roster_share.complete:
        changed = [
            (times[-1], agent, peer)
            for agent, entries in measurement.states.entries.items()
            for peer, entry in entries.items()
            if (times := [t for t in entry.served.times if t < measurement.end])
        ]
        for t, agent, peer in sorted(changed, key=lambda one: -one[0]):
            served = entry_text(measurement.rosters.served(agent, peer))
            hit = meanwhile(measurement.causes.evidence, (agent, peer), t, t)
            text = f"{agent} had {peer} as {served} only at {seconds(t)}{hit}"
            yield Offender(text, t, (agent, peer))


# --- sights ---


def _wrong(
    measurement: Measurement, *, what: str = "", kind: str = "", only_last: bool = False
) -> Iterator[Offender]:
    """The longest times of wrong sight, of one sort or one class of causes."""
    found = [
        one
        for one in measurement.causes.wrong_times
        if (not what or one.what == what)
        and (not kind or one.cause.kind == kind)
        and (not only_last or one.end == measurement.end)
    ]
    yield from map(_of_time, sorted(found, key=lambda one: -one.lasted))


def _late_sights(measurement: Measurement) -> Iterator[Offender]:
    """What was wrong last."""
    found = measurement.causes.wrong_times
    yield from map(_of_time, sorted(found, key=lambda one: (-one.end, -one.lasted)))


def _of_time(one: WrongTime) -> Offender:
    return Offender(wrong_text(one), one.begin, (one.watch.watcher, one.watch.contact))


# --- deliveries and deaths ---


def _deliveries(measurement: Measurement, *fates: Delivery) -> Iterator[Offender]:
    found, evidence = measurement.propagation, measurement.causes.evidence
    for row, fate in enumerate(found.fate):
        if fate in fates:
            change, watch = found.changes[found.change[row]], found.watch[row]
            last = change.issued + evidence.patience
            agents = (watch.watcher, watch.contact)
            hit = meanwhile(evidence, agents, change.issued, last)
            what = _FATES[Delivery(fate)]
            text = f"{change_text(evidence, change)} {what} {watch.watcher}{hit}"
            yield Offender(text, change.issued, agents)


_FATES = {
    Delivery.DELIVERED: "reached",
    Delivery.SUPERSEDED: "was overtaken by a later one on the way to",
    Delivery.LOST: "never reached",
    Delivery.NOT_DUE: "was not due at",
}


def _slow_deliveries(measurement: Measurement) -> Iterator[Offender]:
    found, evidence = measurement.propagation, measurement.causes.evidence
    rows = [
        (received - found.changes[change].issued, row)
        for row, (change, received) in enumerate(zip(found.change, found.received, strict=True))
        if received >= 0
    ]
    for took, row in sorted(rows, key=lambda one: -one[0]):
        change, watch = found.changes[found.change[row]], found.watch[row]
        agents = (watch.watcher, watch.contact)
        hit = meanwhile(evidence, agents, change.issued, change.issued + took)
        text = f"{change_text(evidence, change)} reached {watch.watcher} after {seconds(took)}"
        yield Offender(text + hit, change.issued, agents)


def _detections(measurement: Measurement) -> Iterator[Offender]:
    evidence = measurement.causes.evidence
    known = [one for one in measurement.detections.all if one.result != "not due"]
    for one in sorted(known, key=lambda one: -((one.seen or measurement.end) - one.died.t)):
        saw = "never saw" if one.seen is None else f"saw after {seconds(one.seen - one.died.t)}"
        yield Offender(
            f"{one.watcher} {saw} that {one.died.agent} was gone at {seconds(one.died.t)}"
            f" ({one.died.cause.replace('_', ' ')}, {evidence.entry(one.died.origin)})",
            one.died.t,
            (one.watcher, one.died.agent),
        )


def _amplification(measurement: Measurement) -> Iterator[Offender]:
    found = measurement.propagation
    sent = Counter(found.changes[change].actual.agent for change in found.change)
    changed = Counter(change.actual.agent for change in found.changes)
    for agent, watchers in sent.most_common():
        text = f"{agent} changed {changed[agent]} times, which concerned {watchers} watchers in all"
        yield Offender(text, None, (agent,))


# --- beliefs ---


def _divergence(measurement: Measurement) -> Iterator[Offender]:
    evidence = measurement.causes.evidence
    for one in belief_divergence(measurement.info):
        text = f"{one.agent} believes {one.peer} to be {one.believed}, served is {one.served}"
        manager = _manager(evidence, one.agent)
        yield Offender(f"{text} ({manager})", measurement.end, (one.agent, one.peer))


def _ghosts(measurement: Measurement) -> Iterator[Offender]:
    for agent, peer in believed_ghosts(measurement):
        since = _since(measurement, agent, peer, "on_unavailable")
        text = f"{agent} believes {peer} available, who is not there{since}"
        yield Offender(text, measurement.end, (agent, peer))


def _absent(measurement: Measurement) -> Iterator[Offender]:
    for agent, peer in believed_absent(measurement):
        since = _since(measurement, agent, peer, "on_available")
        text = f"{agent} believes {peer} away, who is available{since}"
        yield Offender(text, measurement.end, (agent, peer))


def _since(measurement: Measurement, agent: str, peer: str, handler: str) -> str:
    """Since when it is otherwise, the manager that missed it, and the fault meanwhile."""
    evidence = measurement.causes.evidence
    times = [steps.times[-1] for steps in evidence.agent(peer).shows.values() if steps.times]
    t = max(times, default=0)
    manager = _manager(evidence, agent, handler)
    return f" since {seconds(t)} ({manager}){meanwhile(evidence, (agent, peer), t, t)}"


def _manager(evidence: Evidence, agent: str, handler: str = "") -> str:
    """The manager; of SPADE's own, also whether it has ceased to call this handler."""
    if evidence.manager(agent) != "spade":
        return "the documented manager"
    raised = evidence.silenced(agent, handler) if handler else None
    if raised is None:
        return "SPADE's own manager"
    where = f", {raised.place}," if raised.place else ""
    return (
        f"SPADE's own manager, which heeds no contact that {_HEEDED[handler]} since {handler}"
        f" raised {raised.error}{where} at {seconds(raised.t)}"
    )


_HEEDED = {"on_available": "comes", "on_unavailable": "goes"}


# --- messages and agents ---


def _undelivered(measurement: Measurement) -> Iterator[Offender]:
    evidence = measurement.causes.evidence
    for message in measurement.messages.sent:
        if measurement.fate_of(message) == "undelivered":
            record = message.record
            agents = (record.agent, record.peer)
            hit = meanwhile(evidence, agents, record.t, record.t)
            text = f"the message of {record.agent} to {record.peer} at {seconds(record.t)}"
            yield Offender(f"{text} did not arrive{hit}", record.t, agents)


def _slow_messages(measurement: Measurement) -> Iterator[Offender]:
    evidence = measurement.causes.evidence
    took = [
        (message.received - message.record.t, message.record)
        for message in measurement.messages.sent
        if message.received is not None
    ]
    for time, record in sorted(took, key=lambda one: -one[0]):
        agents = (record.agent, record.peer)
        hit = meanwhile(evidence, agents, record.t, record.t + time)
        text = f"the message of {record.agent} to {record.peer} at {seconds(record.t)}"
        yield Offender(f"{text} took {seconds(time)}{hit}", record.t, agents)


def _outcomes(measurement: Measurement) -> Iterator[Offender]:
    for outcome in measurement.info.all_outcomes():
        if outcome.outcome != "ok":
            reason = outcome.reason or "no reason given"
            yield outcome_of(measurement, outcome, f"{outcome.agent} {outcome.outcome}: {reason}")


def outcome_of(measurement: Measurement, outcome: Outcome, text: str) -> Offender:
    """An agent that did not end well, when its code first raised, or at the end."""
    raised = measurement.causes.evidence.failures(outcome.agent)
    return Offender(text, raised[0].t if raised else measurement.end, (outcome.agent,))


_OFFENDERS: dict[str, _Of] = {
    "declared_convergence": _not_in_force,
    "declared": _not_in_force,
    "time_to_converge.declared": _late_watches,
    "roster_convergence": _wrong_entries,
    "time_to_converge.roster": _late_entries,
    "availability_convergence": partial(_wrong, only_last=True),
    "time_to_converge.availability": _late_sights,
    "propagation_latency": _slow_deliveries,
    "deliveries.delivered": lambda one: _deliveries(one, Delivery.LOST, Delivery.SUPERSEDED),
    "deliveries.superseded": lambda one: _deliveries(one, Delivery.SUPERSEDED),
    "deliveries.lost": lambda one: _deliveries(one, Delivery.LOST),
    "deliveries.not_due": lambda one: _deliveries(one, Delivery.NOT_DUE),
    "staleness": _wrong,
    "staleness.ghost": partial(_wrong, what="ghost"),
    "staleness.blind": partial(_wrong, what="blind"),
    "staleness.mislabelled": partial(_wrong, what="mislabelled"),
    "detection_time": _detections,
    "belief_divergence": _divergence,
    "believed_ghosts": _ghosts,
    "believed_absent": _absent,
    "amplification": _amplification,
    "messages": _undelivered,
    "message_latency": _slow_messages,
    "outcomes": _outcomes,
}
"""Figure, or what the names of several begin with -> the sentences that name its offenders."""

_BY_CAUSE: dict[str, Callable[[Measurement, str], Found]] = {
    "cause.declared": _caused,
    "cause.staleness": lambda one, kind: _wrong(one, kind=kind),
}
