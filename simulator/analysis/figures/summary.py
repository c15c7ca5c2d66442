"""The summary of a run: one JSON-safe dict with the names of the metrics page."""

from __future__ import annotations

import math
from collections.abc import Sequence

from simulator.analysis.figures import summary_types as shapes
from simulator.analysis.figures.details import DETAILS, MOST
from simulator.analysis.figures.fault_effects import FaultEffect, fault_effects
from simulator.analysis.figures.named import Figure, Figures
from simulator.analysis.figures.quantiles import FEW, quantiles
from simulator.analysis.figures.rosters import entry_text
from simulator.analysis.measurement import Measurement
from simulator.journal.records import SECOND
from simulator.scenario.figures import FAMILIES, QUANTILES, Family, Unit, figure_column


def summarise(measurement: Measurement, found: Figures) -> shapes.Summary:
    """The summary of a run, whose figures were `found`. Works for incomplete journals too.

    Times are seconds (``_s``); a time to converge may be ``"never"``. A figure that could not
    be measured is ``{"absent": reason}``.
    """
    return {
        "run": _run(measurement),
        **{family.key or family.name: _entry(family, measurement, found) for family in FAMILIES},
        "wrong_entries": _wrong_entries(measurement),
        "faults": _faults(measurement),
    }


def _entry(family: Family, measurement: Measurement, found: Figures) -> shapes.Entry:
    """What the summary says of one family: its figures, and what `DETAILS` has beside them."""
    first = found[family.names[0]]
    entry: shapes.Entry
    if family.parts == QUANTILES:
        entry = _figure_quantiles([found[name] for name in family.names])
    elif first.value is None and family.unit != "time":
        return {"absent": first.absent}
    else:
        entry = {_key(family, name): _json(found[name], family.unit) for name in family.names}
        entry |= {"note": first.note} if first.note and not family.parts else {}
    details = DETAILS.get(family.name)
    return entry if details is None else entry | details(measurement)


def _key(family: Family, name: str) -> str:
    """Where a figure stands in its entry: ``declared.lost`` is ``lost``, a share the ``value``."""
    if name != family.name:
        return figure_column(name).removeprefix(f"{family.name}.")
    return "count" if family.unit == "count" else "value"


def _json(figure: Figure, unit: Unit) -> float | str | shapes.Absent:
    if figure.value is None:
        return {"absent": figure.absent}
    if unit == "time":
        return "never" if math.isinf(figure.value) else figure.value / SECOND
    return int(figure.value) if unit == "count" else figure.value


def _figure_quantiles(figures: Sequence[Figure]) -> shapes.Entry:
    """The quantiles that are among the figures already."""
    values = [figure.value for figure in figures if figure.value is not None]
    if not values:
        return {"samples": 0, "absent": figures[0].absent}
    return _quantile_values(values, figures[0].samples)


def _quantiles(times: Sequence[int], absent: str) -> shapes.Entry:
    found = quantiles(times)
    if found is None:
        return {"samples": 0, "absent": absent}
    return _quantile_values(found.values, found.samples)


def _quantile_values(values: Sequence[float], samples: int) -> shapes.Entry:
    seconds = {f"{part}_s": value / SECOND for part, value in zip(QUANTILES, values, strict=True)}
    note = f"fewer than {FEW} samples" if samples < FEW else ""
    return {"samples": samples, **seconds, "note": note}


def _run(measurement: Measurement) -> shapes.Run:
    run, end = measurement.info.run, measurement.info.end
    return {
        "name": run.name if run else None,
        "seed": run.seed if run else None,
        "backend": run.backend if run else None,
        "backend_version": run.backend_version if run else None,
        "versions": dict(run.versions) if run else {},
        "agents": len(measurement.info.planned),
        "managers": _managers(measurement),
        "duration_s": measurement.end / SECOND,
        "complete": end.complete if end else False,
        "reason": end.reason if end else "the journal has no end",
    }


def _managers(measurement: Measurement) -> dict[str, list[str]]:
    populations: dict[str, dict[str, None]] = {}
    for planned in measurement.info.planned.values():
        populations.setdefault(planned.manager, {})[planned.population] = None
    return {manager: list(names) for manager, names in populations.items()}


def _wrong_entries(measurement: Measurement) -> shapes.Entry:
    rosters = measurement.rosters
    wrong = rosters.wrong()
    entries = [
        {
            "agent": agent,
            "peer": peer,
            "expected": sorted(map(entry_text, rosters.oracle.allowed(agent, peer))),
            "served": entry_text(rosters.served(agent, peer)),
        }
        for agent, peer in wrong[:MOST]
    ]
    return {"count": len(wrong), "entries": entries}


def _faults(measurement: Measurement) -> list[shapes.Fault]:
    """What each fault entry of the scenario did, all its times together, by its first begin."""
    by_origin: dict[tuple[str, str], list[FaultEffect]] = {}
    for effect in fault_effects(measurement):
        by_origin.setdefault((effect.span.origin, effect.span.fault), []).append(effect)
    return [_fault(*key, effects) for key, effects in by_origin.items()]


def _fault(origin: str, fault: str, effects: list[FaultEffect]) -> shapes.Fault:
    recovery = [time for effect in effects for time in effect.recovery]
    detection = [time for effect in effects for time in effect.detection]
    return {
        "origin": origin,
        "fault": fault,
        "times": len(effects),
        "agents": sum(effect.agents for effect in effects),
        "begin_s": effects[0].span.begin / SECOND,
        "lasted_s": max(effect.span.end - effect.span.begin for effect in effects) / SECOND,
        "recovery": {
            **_quantiles(recovery, "no agent recovered"),
            "unrecovered": sum(effect.unrecovered for effect in effects),
        },
        "detection": {
            **_quantiles(detection, "no death was detected"),
            "undetected": sum(effect.undetected for effect in effects),
        },
        "reconnects": sum(effect.reconnects for effect in effects),
        "lost": sum(effect.lost for effect in effects),
        "superseded": sum(effect.superseded for effect in effects),
        "ghost_s": sum(effect.ghost for effect in effects) / SECOND,
        "blind_s": sum(effect.blind for effect in effects) / SECOND,
        "mislabelled_s": sum(effect.mislabelled for effect in effects) / SECOND,
    }
