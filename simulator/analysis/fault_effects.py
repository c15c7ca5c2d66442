"""What each fault did: downtime, recovery, stale presence and lost deliveries.

One *effect* is one fault that began, on the agents that it hit (all planned ones for a fault of the
server). For each of them it lasts from the begin of the fault until the agent has *recovered*:

- the fault is over,
- no session of the agent is down (`downtimes`), and the server holds no dead one (`deaths`),
- every authorised watch of the agent, and on it, is right.

A downtime belongs to the fault when it begins while the effect lasts, or within `GRACE` of it: a
client and a server take a moment to see what happened. An agent that the next fault hits first, or
that is not right by the end of the observation, has not recovered from this one; its effect ends
there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from simulator.analysis.detection import Detection
from simulator.analysis.downtimes import Interval
from simulator.analysis.measurement import Measurement
from simulator.analysis.propagation import Delivery
from simulator.analysis.spans import FaultSpan
from simulator.analysis.watches import Sight

GRACE = 1_000_000
"""Microseconds after an effect in which another downtime of the agent still belongs to it."""


@dataclass(frozen=True, slots=True)
class FaultEffect:
    """What one fault did; times in microseconds.

    `recovery`: per agent that recovered, the time from the fault's begin. `detection`: per watcher
    that saw a death, the time from the death. `ghost`, `blind`, `mislabelled`: watch-microseconds
    of the agents' watches, in either direction. `lost`, `superseded`: deliveries from and to them.
    """

    span: FaultSpan
    agents: int
    recovery: tuple[int, ...]
    detection: tuple[int, ...]
    undetected: int
    reconnects: int
    ghost: int
    blind: int
    mislabelled: int
    lost: int
    superseded: int

    @property
    def unrecovered(self) -> int:
        """How many of the agents did not recover."""
        return self.agents - len(self.recovery)


def fault_effects(measurement: Measurement) -> list[FaultEffect]:
    """The effects of all faults, in the order of their begins."""
    spans = sorted(measurement.faults.all, key=lambda span: (span.begin, span))
    if not spans:
        return []
    effects = _Effects(measurement, spans)
    return [effects.of(span) for span in spans]


@dataclass(frozen=True, slots=True)
class _Wrong:
    """A span in which a watch stood wrongly, or a delivery that failed (`begin` is its issue)."""

    begin: int
    end: int
    watcher: str
    contact: str
    kind: int


class _Effects:
    """The parts of a measurement that faults are asked about, by agent."""

    def __init__(self, measurement: Measurement, spans: Sequence[FaultSpan]) -> None:
        self._planned = tuple(measurement.ledger.planned)
        self._end = measurement.end
        self._begins = _begins(spans, self._planned)
        self._down = _downtimes(measurement)
        self._reconnects = measurement.downtimes.reconnects
        self._wrong = _by_agent(_wrong_spans(measurement))
        self._failed = _by_agent(_failed_deliveries(measurement))
        self._detections: dict[tuple[str, int], list[Detection]] = defaultdict(list)
        for found in measurement.detections.all:
            self._detections[found.died.origin, found.died.t].append(found)

    def of(self, span: FaultSpan) -> FaultEffect:
        """What one fault did."""
        agents = span.agents or self._planned
        limits = {agent: self._limit(agent, span) for agent in agents}
        ends = {agent: self._recovered(agent, span, limits[agent]) for agent in agents}
        lasts = {agent: limits[agent] if end is None else end for agent, end in ends.items()}
        stale, failed = self._stale(span, lasts), self._failures(span, lasts)
        deaths = self._deaths(span, lasts)
        return FaultEffect(
            span=span,
            agents=len(agents),
            recovery=tuple(sorted(end - span.begin for end in ends.values() if end is not None)),
            detection=tuple(
                sorted(found.seen - found.died.t for found in deaths if found.seen is not None)
            ),
            undetected=sum(found.result == "undetected" for found in deaths),
            reconnects=self._reconnected(span, lasts),
            ghost=stale[Sight.GHOST],
            blind=stale[Sight.BLIND],
            mislabelled=stale[Sight.MISLABELLED],
            lost=failed[Delivery.LOST],
            superseded=failed[Delivery.SUPERSEDED],
        )

    def _limit(self, agent: str, span: FaultSpan) -> int:
        """When the next fault hits the agent, or the observation ends."""
        begins = self._begins[agent]
        after = bisect_right(begins, span.begin)
        return begins[after] if after < len(begins) else self._end

    def _recovered(self, agent: str, span: FaultSpan, limit: int) -> int | None:
        """When the agent had recovered; None where `limit` came first."""
        last = _follow(self._down.get(agent, ()), span.begin, span.end, GRACE)
        wrong = [(one.begin, one.end) for one in self._wrong.get(agent, ())]
        last = _follow(wrong, span.begin, last, 0)
        return last if last < limit else None

    def _deaths(self, span: FaultSpan, lasts: Mapping[str, int]) -> list[Detection]:
        """The deaths of this fault at their watchers."""
        found = self._detections.get((span.origin, span.begin), ())
        return [one for one in found if one.died.agent in lasts]

    def _reconnected(self, span: FaultSpan, lasts: Mapping[str, int]) -> int:
        return sum(
            span.begin <= t <= last
            for agent, last in lasts.items()
            for t in self._reconnects.get(agent, ())
        )

    def _stale(self, span: FaultSpan, lasts: Mapping[str, int]) -> dict[int, int]:
        times: dict[int, int] = dict.fromkeys(Sight, 0)
        for one in _touching(self._wrong, lasts):
            last = max(lasts.get(one.watcher, 0), lasts.get(one.contact, 0))
            times[one.kind] += max(0, min(one.end, last) - max(one.begin, span.begin))
        return times

    def _failures(self, span: FaultSpan, lasts: Mapping[str, int]) -> dict[int, int]:
        counts: dict[int, int] = dict.fromkeys(Delivery, 0)
        for one in _touching(self._failed, lasts):
            last = max(lasts.get(one.watcher, 0), lasts.get(one.contact, 0))
            counts[one.kind] += span.begin <= one.begin <= last
        return counts


def _follow(intervals: Iterable[Interval], begin: int, end: int, grace: int) -> int:
    """The end of what begins with `begin`..`end` and goes on in `intervals` without a gap.

    A gap of at most `grace` is none. The intervals are in the order of their begins.
    """
    for one, other in intervals:
        if one > end + grace:
            break
        if other > begin:
            end = max(end, other)
    return end


def _begins(spans: Iterable[FaultSpan], planned: Sequence[str]) -> dict[str, list[int]]:
    """When faults hit each agent, in order."""
    begins: dict[str, list[int]] = {agent: [] for agent in planned}
    for span in spans:
        for agent in span.agents or planned:
            begins.setdefault(agent, []).append(span.begin)
    return begins


def _downtimes(measurement: Measurement) -> dict[str, list[Interval]]:
    """The downtimes of each agent, those in which it was held though dead included, in order."""
    down = {agent: list(found) for agent, found in measurement.downtimes.of.items()}
    for death in measurement.deaths.all:
        over = measurement.end if death.over is None else death.over
        down.setdefault(death.died.agent, []).append((death.died.t, over))
    return {agent: sorted(found) for agent, found in down.items()}


def _wrong_spans(measurement: Measurement) -> Iterator[_Wrong]:
    found = measurement.sights
    for row, sight in enumerate(found.sight):
        if sight != Sight.RIGHT:
            watch = found.watch[row]
            yield _Wrong(found.begin[row], found.end[row], watch.watcher, watch.contact, sight)


def _failed_deliveries(measurement: Measurement) -> Iterator[_Wrong]:
    found = measurement.propagation
    for row, fate in enumerate(found.fate):
        if fate in (Delivery.LOST, Delivery.SUPERSEDED):
            watch, issued = found.watch[row], found.changes[found.change[row]].issued
            yield _Wrong(issued, issued, watch.watcher, watch.contact, fate)


def _by_agent(found: Iterable[_Wrong]) -> dict[str, list[_Wrong]]:
    """What touches each agent, as watcher or contact, in the order of begins."""
    by_agent: dict[str, list[_Wrong]] = {}
    for one in found:
        by_agent.setdefault(one.watcher, []).append(one)
        by_agent.setdefault(one.contact, []).append(one)
    for ones in by_agent.values():
        ones.sort(key=lambda one: one.begin)
    return by_agent


def _touching(found: Mapping[str, list[_Wrong]], agents: Iterable[str]) -> Iterator[_Wrong]:
    """What touches any of the agents, each once."""
    seen: set[int] = set()
    for agent in agents:
        for one in found.get(agent, ()):
            if id(one) not in seen:
                seen.add(id(one))
                yield one
