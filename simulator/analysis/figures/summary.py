"""The summary of a run: one JSON-safe dict with the names of the metrics page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from simulator.analysis.figures.fault_effects import FaultEffect, fault_effects
from simulator.analysis.figures.named import (
    QUANTILES,
    Figure,
    Figures,
    detection_times,
    figures,
    latencies,
)
from simulator.analysis.figures.quantiles import FEW, quantiles
from simulator.analysis.figures.rosters import belief_divergence, believed_ghosts, entry_text
from simulator.analysis.folds.series import Converged
from simulator.analysis.measurement import Measurement
from simulator.journal.records import SECOND

NEVER = "never"
FEW_SAMPLES = f"fewer than {FEW} samples"
MOST = 100
"""At most so many entries of a list are in the summary; the counts are always whole."""


def summarise(measurement: Measurement) -> dict[str, Any]:
    """The summary. Works for incomplete journals too.

    Times are seconds (``_s``); a time to converge may be ``"never"``. A figure that could not
    be measured is ``{"absent": reason}``.
    """
    found = figures(measurement)
    return {
        "run": _run(measurement),
        "agent_outcomes": _outcomes(measurement, found),
        "roster_convergence": _share(found["roster_convergence"], measurement.final_rosters),
        "availability_convergence": _share(
            found["availability_convergence"], measurement.final_availability
        ),
        "time_to_converge": _times(measurement, found),
        "propagation_latency": _quantiles(latencies(measurement), "no change was delivered"),
        "deliveries": _part(found, "deliveries"),
        "staleness": _staleness(measurement, found),
        "detection_time": _detection(measurement),
        "belief_divergence": _divergence(measurement, found["belief_divergence"]),
        "believed_ghosts": _ghosts(measurement, found["believed_ghosts"]),
        "amplification": _amplification(measurement, found["amplification"]),
        "wrong_entries": _wrong_entries(measurement),
        "faults": _faults(measurement),
    }


def _run(measurement: Measurement) -> dict[str, Any]:
    run, end = measurement.ledger.run, measurement.ledger.end
    return {
        "name": run.name if run else None,
        "seed": run.seed if run else None,
        "backend": run.backend if run else None,
        "backend_version": run.backend_version if run else None,
        "agents": len(measurement.ledger.planned),
        "duration_s": measurement.end / SECOND,
        "complete": end.complete if end else False,
        "reason": end.reason if end else "the journal has no end",
    }


def _outcomes(measurement: Measurement, found: Figures) -> dict[str, Any]:
    ledger = measurement.ledger
    outcomes = [ledger.outcome(agent) for agent in ledger.planned]
    others = [
        {"agent": outcome.agent, "outcome": outcome.outcome, "reason": outcome.reason}
        for outcome in outcomes
        if outcome.outcome != "ok"
    ]
    return {**_part(found, "outcomes"), "population": len(outcomes), "not_ok": others[:MOST]}


def _value(figure: Figure, scale: float = 1) -> Any:
    if figure.value is None:
        return {"absent": figure.absent}
    return NEVER if math.isinf(figure.value) else figure.value / scale


def _share(figure: Figure, share: Any) -> dict[str, Any]:
    if figure.value is None:
        return {"absent": figure.absent}
    return {"value": figure.value, "right": share.right, "total": share.total}


def _times(measurement: Measurement, found: Figures) -> dict[str, Any]:
    return {
        "roster": _value(found["time_to_converge.roster"], SECOND),
        "availability": _value(found["time_to_converge.availability"], SECOND),
        "unit": "s",
        "phases": [
            {
                "name": rosters.phase.name,
                "begin_s": rosters.phase.begin / SECOND,
                "disturbance_s": rosters.phase.disturbance / SECOND,
                "roster": _converged(rosters),
                "availability": _converged(available),
            }
            for rosters, available in zip(
                measurement.time_to_converge(measurement.rosters),
                measurement.time_to_converge(measurement.availability),
                strict=True,
            )
        ],
    }


def _converged(converged: Converged) -> Any:
    if converged.never:
        return NEVER
    if converged.time is None:
        return {"absent": "there was nothing to converge"}
    return converged.time / SECOND


def _quantiles(times: Sequence[int], absent: str) -> dict[str, Any]:
    found = quantiles(times)
    if found is None:
        return {"samples": 0, "absent": absent}
    values = {f"{part}_s": getattr(found, part) / SECOND for part in QUANTILES}
    return {"samples": found.samples, **values, "note": FEW_SAMPLES if found.few else ""}


def _part(found: Figures, name: str) -> dict[str, Any]:
    """The counts under one name: ``deliveries.lost`` becomes ``lost``."""
    prefix = name + "."
    return {
        key.removeprefix(prefix): int(figure.value or 0)
        for key, figure in found.items()
        if key.startswith(prefix)
    }


def _staleness(measurement: Measurement, found: Figures) -> dict[str, Any]:
    figure = found["staleness"]
    if figure.value is None:
        return {"absent": figure.absent}
    parts = {part: found[f"staleness.{part}"].value for part in ("ghost", "blind", "mislabelled")}
    watch_time = sum(measurement.sights.times)
    return {"value": figure.value, **parts, "authorised_s": watch_time / SECOND}


def _detection(measurement: Measurement) -> dict[str, Any]:
    seen = _quantiles(detection_times(measurement), "no death was detected")
    results = [detection.result for detection in measurement.detections.all]
    return {**seen, "undetected": results.count("undetected"), "not_due": results.count("not due")}


def _divergence(measurement: Measurement, figure: Figure) -> dict[str, Any]:
    if figure.value is None:
        return {"absent": figure.absent}
    entries = [entry._asdict() for entry in belief_divergence(measurement.ledger)]
    return {"count": int(figure.value), "entries": entries[:MOST], "note": figure.note}


def _ghosts(measurement: Measurement, figure: Figure) -> dict[str, Any]:
    if figure.value is None:
        return {"absent": figure.absent}
    entries = [{"agent": agent, "peer": peer} for agent, peer in believed_ghosts(measurement)]
    return {"count": int(figure.value), "entries": entries[:MOST]}


def _amplification(measurement: Measurement, figure: Figure) -> dict[str, Any]:
    if figure.value is None:
        return {"absent": figure.absent}
    return {
        "value": figure.value,
        "received": measurement.presences_received,
        "changes": len(measurement.propagation.changes),
    }


def _wrong_entries(measurement: Measurement) -> dict[str, Any]:
    monitor = measurement.monitor
    wrong = monitor.wrong_entries()
    entries = [
        {
            "agent": agent,
            "peer": peer,
            "expected": sorted(map(entry_text, monitor.oracle.allowed(agent, peer))),
            "served": entry_text(monitor.served.entry(agent, peer)),
        }
        for agent, peer in wrong[:MOST]
    ]
    return {"count": len(wrong), "entries": entries}


def _faults(measurement: Measurement) -> list[dict[str, Any]]:
    """What each fault entry of the scenario did, all its times together, by its first begin."""
    by_origin: dict[tuple[str, str], list[FaultEffect]] = {}
    for effect in fault_effects(measurement):
        by_origin.setdefault((effect.span.origin, effect.span.fault), []).append(effect)
    return [_fault(*key, effects) for key, effects in by_origin.items()]


def _fault(origin: str, fault: str, effects: list[FaultEffect]) -> dict[str, Any]:
    def total(name: str) -> int:
        return sum(getattr(effect, name) for effect in effects)

    recovery = [time for effect in effects for time in effect.recovery]
    detection = [time for effect in effects for time in effect.detection]
    return {
        "origin": origin,
        "fault": fault,
        "times": len(effects),
        "agents": total("agents"),
        "begin_s": effects[0].span.begin / SECOND,
        "lasted_s": max(effect.span.end - effect.span.begin for effect in effects) / SECOND,
        "recovery": {
            **_quantiles(recovery, "no agent recovered"),
            "unrecovered": total("unrecovered"),
        },
        "detection": {
            **_quantiles(detection, "no death was detected"),
            "undetected": total("undetected"),
        },
        **{name: total(name) for name in ("reconnects", "lost", "superseded")},
        **{f"{name}_s": total(name) / SECOND for name in ("ghost", "blind", "mislabelled")},
    }
