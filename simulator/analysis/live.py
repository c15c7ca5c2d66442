"""A run measured while it goes on."""

from __future__ import annotations

from simulator.analysis.measurement import Measurement
from simulator.journal.records import AnyRecord

_PORTION = 256
"""Records. Few enough that agents on a real server do not wait for it: some two milliseconds."""


class LiveMeasurement:
    """Measures every record that `see` is given; ask at any time how far the run has converged.

    Records are measured in portions, and when somebody asks. Agents run between two records, so
    measuring each at once would find nothing in the processor's caches.
    """

    def __init__(self) -> None:
        self._measurement = Measurement()
        self._waiting: list[AnyRecord] = []

    def see(self, record: AnyRecord) -> None:
        """Take the next record."""
        self._waiting.append(record)
        if len(self._waiting) >= _PORTION:
            self._catch_up()

    @property
    def so_far(self) -> Measurement:
        """What has been measured of all records until now."""
        self._catch_up()
        return self._measurement

    def converged(self, now: int) -> bool:
        """Is nothing wrong, and no roster action on its way? See `Measurement`."""
        return self.so_far.converged(now)

    def finish(self, records: int) -> Measurement | None:
        """The measurement of a run of so many records; None when some could not be taken."""
        self._catch_up()
        if self._measurement.records != records:
            return None
        self._measurement.finish()
        return self._measurement

    def _catch_up(self) -> None:
        waiting, self._waiting = self._waiting, []
        see = self._measurement.see
        for record in waiting:
            see(record)
