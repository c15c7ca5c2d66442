"""Phases of a run: the disturbances that convergence is measured from.

A phase is one entry of the plan: the actions, faults and deaths with the same `origin`. Agents that
the plan does not start by an action form a phase of their population; those that start together
with the very first agent belong to the run's own start. Skipped actions disturb nothing. Entries
that overlap in time are one phase; the run's start is the first. The *disturbance* is the phase's
last action. Its window begins there and ends when the next phase begins or the observation ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from simulator.journal.records import Action, Agent, Died, FaultChanged, Planned, Watch

START = "start"
"""The name of the run's own start among a phase's origins."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase. Times in microseconds; `end` is where the window ends.

    `last`: the window ends with the observation, and includes its last moment.
    """

    origins: tuple[str, ...]
    begin: int
    disturbance: int
    end: int
    last: bool

    @property
    def name(self) -> str:
        """The origins, readable."""
        return " + ".join(self.origins)


class PhaseSpans:
    """Collects the time span of every entry of the plan."""

    def __init__(self) -> None:
        self._spans: dict[str, list[int]] = {START: [0, 0]}
        self._populations: dict[str, str] = {}
        self._started: set[str] = set()
        self._begins: dict[str, int] = {}

    def planned(self, record: Planned) -> None:
        """Take an agent of the plan."""
        self._populations[record.agent] = record.population

    def watch(self, record: Watch) -> None:
        """Take a watch: its entry of the plan begins when it is declared, whoever asks when."""
        self._extend(record.origin, record.at)

    def action(self, record: Action) -> None:
        """Take an action of the plan."""
        if record.skipped:
            return
        if record.do == "start":
            self._started.add(record.agent)
        self._extend(record.origin, record.t)

    def fault(self, record: FaultChanged | Died) -> None:
        """Take the begin or end of a fault, or a death that it caused."""
        self._extend(record.origin, record.t)

    def agent(self, record: Agent) -> None:
        """Take a step in an agent's life: its first start counts, if no action asked for it."""
        if record.state != "starting" or record.agent in self._started:
            return
        self._started.add(record.agent)
        self._extend(self._start_of(self._populations.get(record.agent, ""), record.t), record.t)

    def phases(self, end: int) -> tuple[Phase, ...]:
        """The phases, in order, of a run that was observed until `end`."""
        merged = _merge(
            (begin, last, origin) for origin, (begin, last) in self._spans.items() if begin <= end
        )
        ends = [begin for begin, _, _ in merged[1:]] + [end]
        return tuple(
            Phase(tuple(origins), begin, min(last, end), window_end, begin == merged[-1][0])
            for (begin, last, origins), window_end in zip(merged, ends, strict=True)
        )

    def _start_of(self, population: str, t: int) -> str:
        begin = self._begins.setdefault(population, t)
        with_the_first = begin == min(self._begins.values())
        return START if with_the_first else f"populations.{population}"

    def _extend(self, origin: str, t: int) -> None:
        if not origin:
            return
        span = self._spans.setdefault(origin, [t, t])
        span[:] = min(span[0], t), max(span[1], t)


def _merge(spans: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, list[str]]]:
    merged: list[tuple[int, int, list[str]]] = []
    for begin, last, origin in sorted(spans, key=lambda span: (span[0], span[2] != START, span)):
        if merged and begin <= merged[-1][1]:
            former = merged.pop()
            merged.append((former[0], max(former[1], last), [*former[2], origin]))
        else:
            merged.append((begin, last, [origin]))
    return merged
