"""Faults over time."""

from __future__ import annotations

from simulator.analysis.states import FaultSpan
from simulator.journal.records import FaultChanged
from simulator.scenario.language.faults import MAY_LAST


class Faults:
    """Collects the spans of faults in `spans`, in the order of their ends."""

    def __init__(self, spans: list[FaultSpan]) -> None:
        self._spans = spans
        self._open: dict[tuple[str, str, tuple[str, ...]], list[int]] = {}

    def changed(self, record: FaultChanged) -> None:
        """Take the begin or end of a fault."""
        key = (record.origin, record.fault, record.agents)
        if record.state == "end":
            if begins := self._open.get(key):
                self._spans.append(FaultSpan(*key, begins.pop(0), record.t))
        elif record.fault in MAY_LAST:
            self._open.setdefault(key, []).append(record.t)
        else:
            self._spans.append(FaultSpan(*key, record.t, record.t))

    def finish(self, end: int) -> None:
        """The observation ended at `end`, and so does what still lasts."""
        for key, begins in self._open.items():
            self._spans += [FaultSpan(*key, begin, end) for begin in begins]
        self._open.clear()
