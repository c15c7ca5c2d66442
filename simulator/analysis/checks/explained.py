"""Explanations for agents as people name them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from simulator.analysis.causes.explaining import Explanation, explain
from simulator.analysis.measurement import Measurement, observed
from simulator.errors import InputError
from simulator.journal.records import SECOND, AnyRecord
from simulator.scenario.language.words import nearest


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
    watchers, contacts = _named(measurement, agent), _named(measurement, contact)
    return explain(measurement.causes, observed(records), watchers, contacts, at)


def _named(measurement: Measurement, texts: str | Sequence[str]) -> frozenset[str]:
    """The agents that are meant."""
    several = (texts,) if isinstance(texts, str) else tuple(texts)
    known = measurement.states.agents
    found: set[str] = set()
    for text in several:
        agents = [name for name in measurement.expected.names.of(text) if name in known]
        if not agents:
            populations = {one.population for one in measurement.info.planned.values()}
            raise InputError(f"no agent {text}: expected {nearest(text, [*known, *populations])}")
        found.update(agents)
    return frozenset(found)
