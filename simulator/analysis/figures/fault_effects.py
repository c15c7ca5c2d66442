"""What each fault did: downtime, recovery, stale presence and lost deliveries.

One *effect* is one fault that began, on the agents that it hit (all planned ones for a fault of the
server). For each of them it lasts from the begin of the fault until the agent has *recovered*:

- the fault is over,
- no session of the agent is down (`downtimes`), and the server holds no dead one (`deaths`),
- every authorised watch of the agent, and on it, is right.

A downtime belongs to the fault when it begins while the effect lasts, or within `GRACE` of it:
clients and servers take a moment to notice. An agent has not recovered if another fault hits it
first, or if not all is right by the end of the observation; the effect ends there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from simulator.analysis.folds.detection import Detection
from simulator.analysis.folds.downtimes import Interval
from simulator.analysis.folds.propagation import Delivery
from simulator.analysis.measurement import Measurement
from simulator.analysis.states import FaultSpan, Sight, WatchStates

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
    spans = sorted(measurement.states.faults, key=lambda span: (span.begin, span))
    if not spans:
        return []
    effects = _Effects(measurement, spans)
    return [effects.of(span) for span in spans]


class _Span(NamedTuple):
    """A time in which a watch was wrong (`what` is its sight), or a delivery that failed."""

    begin: int
    end: int
    number: int
    watch: WatchStates
    what: Sight | Delivery


class _Effects:
    """The parts of a measurement that faults are asked about, by agent."""

    def __init__(self, measurement: Measurement, spans: Sequence[FaultSpan]) -> None:
        self._planned = tuple(measurement.info.planned)
        self._end = measurement.end
        self._begins = _begins(spans, self._planned)
        self._down = _downtimes(measurement)
        self._reconnects = measurement.downtimes.reconnects
        hit = {agent for agent, begins in self._begins.items() if begins}
        self._wrong = _by_agent(hit, _wrong_spans(measurement, hit, spans[0].begin))
        self._failed = _by_agent(hit, _failed_deliveries(measurement))
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
        last = _follow(self._wrong.get(agent, ()), span.begin, last, 0)
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

    def _stale(self, span: FaultSpan, lasts: Mapping[str, int]) -> Counter[Sight | Delivery]:
        times: Counter[Sight | Delivery] = Counter()
        for wrong in _touching(self._wrong, lasts):
            end = min(wrong.end, _last(wrong.watch, lasts))
            times[wrong.what] += max(0, end - max(wrong.begin, span.begin))
        return times

    def _failures(self, span: FaultSpan, lasts: Mapping[str, int]) -> Counter[Sight | Delivery]:
        return Counter(
            failed.what
            for failed in _touching(self._failed, lasts)
            if span.begin <= failed.begin <= _last(failed.watch, lasts)
        )


def _wrong_spans(measurement: Measurement, hit: Container[str], since: int) -> Iterator[_Span]:
    numbers = count()
    for watch in measurement.states.all_watches():
        if watch.watcher not in hit and watch.contact not in hit:
            continue
        for sight, begin, end in watch.sights.spans(measurement.end, since):
            if sight > Sight.RIGHT:
                yield _Span(begin, end, next(numbers), watch, sight)


def _failed_deliveries(measurement: Measurement) -> Iterator[_Span]:
    found = measurement.propagation
    for row, fate in enumerate(found.fate):
        if fate in _FAILED:
            issued = found.changes[found.change[row]].issued
            yield _Span(issued, issued, row, found.watch[row], Delivery(fate))


_FAILED = (Delivery.LOST, Delivery.SUPERSEDED)


def _last(watch: WatchStates, lasts: Mapping[str, int]) -> int:
    """When the effect on either end of a watch was over."""
    return max(lasts.get(watch.watcher, 0), lasts.get(watch.contact, 0))


def _follow(intervals: Iterable[Interval | _Span], begin: int, end: int, grace: int) -> int:
    """The end of what begins with `begin`..`end` and goes on in `intervals` without a gap.

    A gap of at most `grace` is none. The intervals are in the order of their begins.
    """
    for one, other, *_ in intervals:
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
    for death in measurement.states.deaths:
        over = measurement.end if death.over is None else death.over
        down.setdefault(death.died.agent, []).append((death.died.t, over))
    return {agent: sorted(found) for agent, found in down.items()}


def _by_agent(agents: Container[str], spans: Iterable[_Span]) -> dict[str, list[_Span]]:
    """What touches each of the agents, as watcher or contact, in the order of begins."""
    by_agent: dict[str, list[_Span]] = {}
    for span in spans:
        for agent in (span.watch.watcher, span.watch.contact):
            if agent in agents:
                by_agent.setdefault(agent, []).append(span)
    for found in by_agent.values():
        found.sort()
    return by_agent


def _touching(found: Mapping[str, list[_Span]], lasts: Mapping[str, int]) -> Iterator[_Span]:
    """What touches any of the agents and began while an effect lasted, each once."""
    seen: set[int] = set()
    over = max(lasts.values(), default=0)
    for agent in lasts:
        for span in found.get(agent, ()):
            if span.begin > over:
                break
            if span.number not in seen:
                seen.add(span.number)
                yield span
