"""What became of each change of a contact at a watcher."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from simulator.analysis.folds.propagation import Change, Delivery, Propagation
from simulator.analysis.states import WatchStates


class Receipt(NamedTuple):
    """One change of a contact at one watcher, and what became of it."""

    change: Change
    fate: Delivery
    received: int

    @property
    def accepted(self) -> int:
        """When the server had it."""
        return self.change.actual.t


class Deliveries:
    """The deliveries of a run, by watch."""

    def __init__(self, propagation: Propagation) -> None:
        self._propagation = propagation

    def receipts(self, watch: WatchStates) -> list[Receipt]:
        """What became of each change of the contact at the watcher, in order."""
        found, changes = self._propagation, self._propagation.changes
        return [
            Receipt(changes[found.change[row]], Delivery(found.fate[row]), found.received[row])
            for row in self._rows.get(watch, ())
        ]

    def fates(self, watch: WatchStates) -> dict[int, int]:
        """The `Delivery` of each change of the contact, by the time at which the server had it."""
        found, changes = self._propagation, self._propagation.changes
        return {
            changes[found.change[row]].actual.t: found.fate[row]
            for row in self._rows.get(watch, ())
        }

    @cached_property
    def _rows(self) -> dict[WatchStates, list[int]]:
        rows: dict[WatchStates, list[int]] = {}
        for row, watch in enumerate(self._propagation.watch):
            rows.setdefault(watch, []).append(row)
        return rows
