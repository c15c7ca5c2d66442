"""The checks of what nobody may have seen, and of what must come in order."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.analysis.causes.absences import absent
from simulator.analysis.causes.texts import change_text, meanwhile
from simulator.analysis.checks.check import Check, Offender, some, value_text
from simulator.analysis.checks.offenders import limited
from simulator.analysis.measurement import Measurement
from simulator.journal.records import Received
from simulator.scenario.language.expectations import Sight, Step


def nobody_saw_check(number: int, sight: Sight, measurement: Measurement) -> Check:
    """The check of the scenario's expectation of this number."""
    what = "available" if sight.available else "unavailable"
    parts = [f"nobody of {_listed(sight.by)} saw {_listed(sight.contact)} {what}"]
    if sight.show is not None:
        parts.append(f"with show {sight.show or 'none'}")
    if sight.status is not None:
        parts.append(f"with status {sight.status!r}")
    if sight.after is not None:
        parts.append(f"from {value_text(sight.after, 'time')} on")
    if sight.before is not None:
        parts.append(f"before {value_text(sight.before, 'time')}")
    text = " ".join(parts)
    records = measurement.expected.sightings[number].found
    if not records:
        return Check(text, "pass", "no such presence arrived")
    seen = [f"{one.agent} saw {one.peer} at {value_text(one.t, 'time')}" for one in records]
    told = limited(_sighting(measurement, one) for one in records)
    return Check(text, "fail", some(seen), told)


def _listed(texts: str | tuple[str, ...]) -> str:
    return texts if isinstance(texts, str) else ", ".join(texts)


def _sighting(measurement: Measurement, record: Received) -> Offender:
    return Offender(_sighting_text(measurement, record), record.t, (record.agent, record.peer))


def _sighting_text(measurement: Measurement, record: Received) -> str:
    """``a saw b available (dnd) at 3.02 s: b's change to dnd at 3 s (timeline[0], a.yaml:9)``."""
    evidence = measurement.causes.evidence
    show = f" ({record.show})" if record.show else ""
    text = f"{record.agent} saw {record.peer} {record.type}{show}"
    text += f" at {value_text(record.t, 'time')}"
    changes = [
        one
        for one in measurement.propagation.changes
        if one.actual.agent == record.peer and one.actual.t <= record.t
        if record.peer_resource in ("", one.actual.resource)
    ]
    told = [one for one in changes if record.id and one.actual.id == record.id] or changes
    if not told:
        return text
    change, agents = told[-1], (record.agent, record.peer)
    since = change.issued if change.actual.id == record.id else record.t
    return f"{text}: {change_text(evidence, change)}{meanwhile(evidence, agents, since, record.t)}"


def in_order_check(number: int, steps: tuple[Step, ...], measurement: Measurement) -> Check:
    """The check of the scenario's expectation of this number."""
    texts = [_step_text(step) for step in steps]
    text = "in this order: " + ", then ".join(texts)
    progress = measurement.expected.progress[number]
    found, place = progress.found, len(progress.found)
    times = [value_text(record.t, "time") for record in found]
    if place == len(steps):
        return Check(text, "pass", f"at {', '.join(times)}")
    so_far = f" after {texts[place - 1]} at {times[-1]}" if found else ""
    missing = f"step {place + 1} ({texts[place]})"
    early = progress.early.get(place)
    since = found[-1].t if found else 0
    told = [] if early is None else [f"{missing} came at {value_text(early.t, 'time')}, too early"]
    told += _why_missing(measurement, steps[place], since)
    agent = tuple(measurement.expected.names.of(steps[place].agent))[:1]
    named = Offender(missing, since if early is None else early.t, agent)
    why = limited(map(Offender, told))
    return Check(text, "fail", f"{missing} did not come{so_far}", why, named=named)


def _why_missing(measurement: Measurement, step: Step, since: int) -> Iterator[str]:
    """Who was not there or not in force, and which fault hit whom since the step before."""
    evidence, names = measurement.causes.evidence, measurement.expected.names
    peer = next(
        (text for key in ("to", "peer", "contact") if (text := getattr(step, key, None))), None
    )
    agents, peers = names.of(step.agent), () if peer is None else names.of(peer)
    known = [one for one in (*agents, *peers) if one in evidence.states.agents]
    for agent in known:
        gone = absent(evidence, agent, measurement.end)
        if gone is not None:
            yield f"{agent} was not there at the end: {gone.kind.words}: {gone.reason}"
    yield from measurement.causes.between((one, other) for one in agents for other in peers)
    fault = meanwhile(evidence, known, since, measurement.end).removeprefix(", while ")
    if fault:
        yield f"meanwhile, {fault}"


def _step_text(step: Step) -> str:
    given = step.model_dump(exclude_none=True, by_alias=True)
    agent = given.pop("agent")
    return f"{agent} " + " ".join(f"{key} {value}" for key, value in given.items())
