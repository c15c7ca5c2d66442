"""A run measured while it goes on."""

from __future__ import annotations

from simulator.analysis.folds.convergence import Share
from simulator.analysis.measurement import Measurement
from simulator.journal.records import AnyRecord

_PORTION = 256
"""Records. Few enough that agents on a real server do not wait for it: some two milliseconds."""


class LiveMeasurement:
    """Give every record of the run to `see`, in order; ask how far it has converged at any time.

    Records are measured in portions, and when somebody asks: between two of them agents run, and
    one at a time would find nothing of the last one in the processor's caches.
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
    def rosters(self) -> Share:
        """Roster entries: right, and all that are expected or served."""
        self._catch_up()
        return self._measurement.monitor.rosters

    @property
    def availability(self) -> Share:
        """Watches: right, and authorised."""
        self._catch_up()
        return self._measurement.monitor.availability

    @property
    def converged(self) -> bool:
        """Is nothing wrong, and no roster action on its way? See `ConvergenceMonitor`."""
        self._catch_up()
        return self._measurement.monitor.converged

    def finish(self, records: int) -> Measurement | None:
        """The whole measurement of a run of so many records; None when some could not be taken."""
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
