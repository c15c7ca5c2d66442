"""Explanations for agents as people name them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from simulator.analysis.causes.explaining import Explanation, explain
from simulator.analysis.measurement import Measurement, observed
from simulator.errors import InputError
from simulator.journal.records import SECOND, AnyRecord


def explained(
    measurement: Measurement,
    records: Iterable[AnyRecord],
    agent: str | Sequence[str],
    contact: str | Sequence[str],
    at_s: float | None,
) -> Explanation:
    """As `Run.explain`, of all these records of the run. Raises InputError."""
    if at_s is not None and not 0 <= at_s * SECOND <= measurement.end:
        end = measurement.end / SECOND
        raise InputError(f"{at_s:g} s is outside of the run: expected 0 to {end:g} s")
    at = None if at_s is None else round(at_s * SECOND)
    watchers, contacts = map(measurement.agents_named, (agent, contact))
    return explain(measurement.causes, observed(records), watchers, contacts, at)
