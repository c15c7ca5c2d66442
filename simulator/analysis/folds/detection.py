"""Detection: when each watcher saw that a dead agent is gone.

For each death (`Died`) and each watch of the agent that was authorised and saw it available: the
time until the watcher has been told that none of its resources is available. A watch that ends
before that is not due. If the agent comes back or the run ends first, the death is undetected.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simulator.analysis.folds.watches import Watches
from simulator.analysis.states import WatchStates
from simulator.journal.records import Actual, Died

Result = Literal["detected", "undetected", "not due"]


@dataclass(slots=True)
class Detection:
    """One death at one watcher; times in microseconds, `seen` only if detected."""

    died: Died
    watcher: str
    result: Result = "undetected"
    seen: int | None = None


class Detections:
    """Collects detections. Feed it after the watches have taken the same record.

    `awaited`: dead agent -> the watches that are to see it.
    """

    def __init__(self, watches: Watches) -> None:
        self.all: list[Detection] = []
        self.awaited: dict[str, dict[WatchStates, Detection]] = {}
        self._watches = watches

    def died(self, record: Died) -> None:
        """Take a death."""
        opened = self.awaited.setdefault(record.agent, {})
        for watch in self._watches.of_contact(record.agent):
            if watch.sight and watch.observed and watch not in opened:
                detection = opened[watch] = Detection(record, watch.watcher)
                self.all.append(detection)

    def actual(self, record: Actual) -> None:
        """Take what the server accepted: an agent that came back is not gone."""
        if record.available:
            self.awaited.pop(record.agent, None)

    def receipt(self, watch: WatchStates, t: int) -> None:
        """Take a receipt of a watch."""
        opened = self.awaited.get(watch.contact)
        if opened and watch in opened and not watch.observed:
            detection = opened.pop(watch)
            detection.seen = t
            detection.result = "detected"

    def watch_ended(self, watch: WatchStates) -> None:
        """A watch is no longer authorised: its detection is not due."""
        opened = self.awaited.get(watch.contact)
        if opened and watch in opened:
            opened.pop(watch).result = "not due"
