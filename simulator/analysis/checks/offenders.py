"""The worst offenders of every figure: who, whom, when, and which fault of the scenario.

One table says for each figure which sentences name them, the worst first. All times in the
sentences are of the run; a fault or an entry of the scenario comes with its line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from simulator.analysis.causes.evidence import Evidence, seconds
from simulator.analysis.causes.texts import (
    cause_texts,
    change_text,
    meanwhile,
    watches_text,
    wrong_text,
)
from simulator.analysis.figures.rosters import (
    belief_divergence,
    believed_absent,
    believed_ghosts,
    entry_text,
)
from simulator.analysis.folds.propagation import Delivery
from simulator.analysis.measurement import Measurement
from simulator.analysis.states import DeclaredState

SHOWN = 3
"""So many offenders are named; the rest is counted."""

Sentences = Iterable[str]
_Of = Callable[[Measurement], Sentences]


def worst(measurement: Measurement, figure: str) -> tuple[str, ...]:
    """The worst offenders of a figure, and how many more there are."""
    return limited(offenders(measurement, figure))


def limited(sentences: Sentences) -> tuple[str, ...]:
    """The first few sentences, and how many more there are."""
    found = list(sentences)
    more = (f"and {len(found) - SHOWN} more",) if len(found) > SHOWN else ()
    return (*found[:SHOWN], *more)


def offenders(measurement: Measurement, figure: str) -> Sentences:
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


def _not_in_force(measurement: Measurement) -> Iterator[str]:
    causes = measurement.causes
    yield from cause_texts(causes.evidence, causes.watch_groups, ())


def _caused(measurement: Measurement, kind: str) -> Iterator[str]:
    causes = measurement.causes
    for group in causes.watch_groups:
        if group.cause.kind == kind:
            yield watches_text(causes.evidence, group)


def _late_watches(measurement: Measurement) -> Iterator[str]:
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
            yield (
                f"{watch.watcher} -> {watch.contact} was in force only at {seconds(t)}"
                f" ({entry}){hit}"
            )


# --- rosters ---


def _wrong_entries(measurement: Measurement) -> Iterator[str]:
    rosters, evidence = measurement.rosters, measurement.causes.evidence
    for agent, peer in rosters.wrong():
        expected = " or ".join(sorted(map(entry_text, rosters.oracle.allowed(agent, peer))))
        served = entry_text(rosters.served(agent, peer))
        changed = measurement.states.entries[agent][peer].expected.times
        since = changed[-1] if changed else 0
        yield (
            f"{agent} has {peer} as {served}, expected {expected} since {seconds(since)}"
            + meanwhile(evidence, (agent, peer), since, measurement.end)
        )


def _late_entries(measurement: Measurement) -> Iterator[str]:
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
            yield f"{agent} had {peer} as {served} only at {seconds(t)}{hit}"


# --- sights ---


def _wrong(
    measurement: Measurement, *, what: str = "", kind: str = "", only_last: bool = False
) -> Iterator[str]:
    """The longest times of wrong sight, of one sort or one class of causes."""
    found = [
        one
        for one in measurement.causes.wrong_times
        if (not what or one.what == what)
        and (not kind or one.cause.kind == kind)
        and (not only_last or one.end == measurement.end)
    ]
    for one in sorted(found, key=lambda one: -one.lasted):
        yield wrong_text(one)


def _late_sights(measurement: Measurement) -> Iterator[str]:
    """What was wrong last."""
    for one in sorted(measurement.causes.wrong_times, key=lambda one: (-one.end, -one.lasted)):
        yield wrong_text(one)


# --- deliveries and deaths ---


def _deliveries(measurement: Measurement, *fates: Delivery) -> Iterator[str]:
    found, evidence = measurement.propagation, measurement.causes.evidence
    for row, fate in enumerate(found.fate):
        if fate in fates:
            change, watch = found.changes[found.change[row]], found.watch[row]
            last = change.issued + evidence.patience
            hit = meanwhile(evidence, (watch.watcher, watch.contact), change.issued, last)
            what = _FATES[Delivery(fate)]
            yield f"{change_text(evidence, change)} {what} {watch.watcher}{hit}"


_FATES = {
    Delivery.DELIVERED: "reached",
    Delivery.SUPERSEDED: "was overtaken by a later one on the way to",
    Delivery.LOST: "never reached",
    Delivery.NOT_DUE: "was not due at",
}


def _slow_deliveries(measurement: Measurement) -> Iterator[str]:
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
        yield (
            f"{change_text(evidence, change)} reached {watch.watcher} after {seconds(took)}{hit}"
        )


def _detections(measurement: Measurement) -> Iterator[str]:
    evidence = measurement.causes.evidence
    known = [one for one in measurement.detections.all if one.result != "not due"]
    for one in sorted(known, key=lambda one: -((one.seen or measurement.end) - one.died.t)):
        saw = "never saw" if one.seen is None else f"saw after {seconds(one.seen - one.died.t)}"
        yield (
            f"{one.watcher} {saw} that {one.died.agent} was gone at {seconds(one.died.t)}"
            f" ({one.died.cause.replace('_', ' ')}, {evidence.entry(one.died.origin)})"
        )


def _amplification(measurement: Measurement) -> Iterator[str]:
    found = measurement.propagation
    sent = Counter(found.changes[change].actual.agent for change in found.change)
    changed = Counter(change.actual.agent for change in found.changes)
    for agent, watchers in sent.most_common():
        yield f"{agent} changed {changed[agent]} times, which concerned {watchers} watchers in all"


# --- beliefs ---


def _divergence(measurement: Measurement) -> Iterator[str]:
    evidence = measurement.causes.evidence
    for one in belief_divergence(measurement.info):
        yield (
            f"{one.agent} believes {one.peer} to be {one.believed}, served is {one.served}"
            f" ({_manager(evidence, one.agent)})"
        )


def _ghosts(measurement: Measurement) -> Iterator[str]:
    for agent, peer in believed_ghosts(measurement):
        since = _since(measurement, agent, peer, "on_unavailable")
        yield f"{agent} believes {peer} available, who is not there{since}"


def _absent(measurement: Measurement) -> Iterator[str]:
    for agent, peer in believed_absent(measurement):
        since = _since(measurement, agent, peer, "on_available")
        yield f"{agent} believes {peer} away, who is available{since}"


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


def _undelivered(measurement: Measurement) -> Iterator[str]:
    evidence = measurement.causes.evidence
    for message in measurement.messages.sent:
        if measurement.fate_of(message) == "undelivered":
            record = message.record
            agents = (record.agent, record.peer)
            yield (
                f"the message of {record.agent} to {record.peer} at {seconds(record.t)} did not"
                f" arrive{meanwhile(evidence, agents, record.t, record.t)}"
            )


def _slow_messages(measurement: Measurement) -> Iterator[str]:
    evidence = measurement.causes.evidence
    took = [
        (message.received - message.record.t, message.record)
        for message in measurement.messages.sent
        if message.received is not None
    ]
    for time, record in sorted(took, key=lambda one: -one[0]):
        agents = (record.agent, record.peer)
        hit = meanwhile(evidence, agents, record.t, record.t + time)
        yield (
            f"the message of {record.agent} to {record.peer} at {seconds(record.t)} took"
            f" {seconds(time)}{hit}"
        )


def _outcomes(measurement: Measurement) -> Iterator[str]:
    for outcome in measurement.info.all_outcomes():
        if outcome.outcome != "ok":
            reason = outcome.reason or "no reason given"
            yield f"{outcome.agent} {outcome.outcome}: {reason}"


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

_BY_CAUSE: dict[str, Callable[[Measurement, str], Sentences]] = {
    "cause.declared": _caused,
    "cause.staleness": lambda one, kind: _wrong(one, kind=kind),
}
