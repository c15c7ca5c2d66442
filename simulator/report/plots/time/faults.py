"""Faults in a picture of time: shaded while they last, a line where they are over at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from matplotlib.axes import Axes

from simulator.analysis.quantities import time_text
from simulator.analysis.run import Run
from simulator.journal.records import SECOND
from simulator.report.plots.style import WINE

ABOVE = 15
"""Points above the axes where the names of faults begin; the numbers of phases are below them."""
_ROW, _ROWS = 11, 3
"""Names take at most so many rows of so many points each; the key has the others."""
MOST = 4
"""The key has the times of so many faults of a kind; of more, the first and the last one."""
_LETTER = 4.6
"""Points that a letter of a name is wide, about."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault on a time axis: in its unit, from `begin` to `end`; `agents` 0: the server's own."""

    name: str
    begin: float
    end: float
    agents: int

    def on_axis(self, origin: float, unit: float = 1) -> Fault:
        """The fault on an axis that begins at `origin` (s) and has `unit` parts a second."""
        begin, end = (self.begin - origin) * unit, (self.end - origin) * unit
        return Fault(self.name, begin, end, self.agents)


def faults_of(run: Run) -> list[Fault]:
    """The faults of a run, times in seconds, in the order of their begins."""
    agents: dict[tuple[str, str, int, int], int] = defaultdict(int)
    for span in sorted(run.measurement.states.faults, key=lambda span: (span.begin, span)):
        agents[span.origin, span.fault, span.begin, span.end] += len(span.agents)
    return [
        Fault(kind.replace("_", " "), begin / SECOND, end / SECOND, hit)
        for (_, kind, begin, end), hit in agents.items()
    ]


def shade(axes: Axes, faults: Iterable[Fault], *, names: bool = True, room: float = ABOVE) -> float:
    """Shade the faults and name them above the axes; returns the points that the names take.

    `room`: points to leave between axes and names. Call it when the limits of the time axis are
    set.
    """
    left, right = axes.get_xlim()
    seen = [fault for fault in faults if fault.begin <= right and fault.end >= left]
    for fault in seen:
        begin, end = max(fault.begin, left), min(fault.end, right)
        if begin < end:
            axes.axvspan(begin, end, color=WINE, alpha=0.12, lw=0, zorder=0)
        for time in {fault.begin, fault.end} if fault.begin >= left else {fault.end}:
            axes.axvline(time, color=WINE, lw=0.8, alpha=0.7, zorder=0.5)
    return _name(axes, seen, room) if names else 0


def _name(axes: Axes, faults: list[Fault], room: float) -> float:
    """Names at the begins; those that would overlap in another row, the last ones not at all."""
    left, right = axes.get_xlim()
    points = axes.get_window_extent().width * 72 / axes.figure.dpi
    taken: list[list[tuple[float, float]]] = [[] for _ in range(_ROWS)]
    for fault in sorted(faults, key=lambda fault: fault.begin == fault.end):
        width = (len(fault.name) + 1) * _LETTER / points * (right - left)
        begin = min(max(fault.begin, left), right - width)
        place = begin, begin + width
        row = next((row for row in range(_ROWS) if _fits(place, taken[row])), None)
        if row is None:
            continue
        taken[row].append(place)
        axes.annotate(
            fault.name,
            (begin, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, room + _ROW * row),
            textcoords="offset points",
            fontsize=8,
            color=WINE,
        )
    return _ROW * sum(bool(row) for row in taken)


def _fits(place: tuple[float, float], taken: list[tuple[float, float]]) -> bool:
    return all(place[1] <= begin or end <= place[0] for begin, end in taken)


def fault_texts(faults: list[Fault]) -> list[str]:
    """The faults in words, one text for each kind."""
    by_kind = groupby(sorted(faults, key=lambda fault: fault.name), key=lambda fault: fault.name)
    kinds = sorted((list(kind) for _, kind in by_kind), key=lambda kind: kind[0].begin)
    return [_kind_text(kind) for kind in kinds]


def _kind_text(kind: list[Fault]) -> str:
    name, times = kind[0].name, [_span_text(fault) for fault in kind]
    if len(kind) > MOST:
        return f"{len(kind)} × {name} (first {times[0]}, last {times[-1]})"
    counts = {fault.agents for fault in kind} - {0}
    who = f" of {max(counts)} agent{'s' * (max(counts) > 1)}" if len(counts) == 1 else ""
    return f"{name}{who} ({', '.join(times)})"


def _span_text(fault: Fault) -> str:
    begin = time_text(fault.begin)
    return f"{begin} to {time_text(fault.end)}" if fault.end > fault.begin else f"at {begin}"
