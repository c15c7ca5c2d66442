"""The summary of a run: one JSON-safe dict with the names of the metrics page."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import get_args

from simulator.analysis.figures import summary_types as shapes
from simulator.analysis.figures.declared import not_in_force
from simulator.analysis.figures.fault_effects import FaultEffect, fault_effects
from simulator.analysis.figures.named import Figure, Figures
from simulator.analysis.figures.quantiles import FEW, quantiles
from simulator.analysis.figures.rosters import (
    belief_divergence,
    believed_absent,
    believed_ghosts,
    entry_text,
)
from simulator.analysis.folds.time_to_converge import Converged
from simulator.analysis.measurement import Measurement
from simulator.analysis.states import ConvergenceOf, Share, Sight
from simulator.journal.records import SECOND

FEW_SAMPLES = f"fewer than {FEW} samples"
MOST = 100
"""At most so many entries of a list are in the summary; the counts are always whole."""


def summarise(measurement: Measurement, found: Figures) -> shapes.Figures:
    """The summary of a run, whose figures were `found`. Works for incomplete journals too.

    Times are seconds (``_s``); a time to converge may be ``"never"``. A figure that could not
    be measured is ``{"absent": reason}``.
    """
    return {
        "run": _run(measurement),
        "agent_outcomes": _outcomes(measurement, found),
        "declared_convergence": _share(found["declared_convergence"], measurement.declared_share),
        "declared": _declared(measurement, found),
        "roster_convergence": _share(found["roster_convergence"], measurement.roster_share),
        "availability_convergence": _share(
            found["availability_convergence"], measurement.final_availability
        ),
        "time_to_converge": _times(measurement, found),
        "propagation_latency": _figure_quantiles(found, "propagation_latency"),
        "deliveries": _counts(found, "deliveries"),
        "staleness": _staleness(measurement, found),
        "detection_time": _detection(measurement, found),
        "belief_divergence": _divergence(measurement, found["belief_divergence"]),
        "believed_ghosts": _pairs(believed_ghosts(measurement), found["believed_ghosts"]),
        "believed_absent": _pairs(believed_absent(measurement), found["believed_absent"]),
        "amplification": _amplification(measurement, found["amplification"]),
        "messages": _messages(found),
        "message_latency": _figure_quantiles(found, "message_latency"),
        "wrong_entries": _wrong_entries(measurement),
        "faults": _faults(measurement),
    }


def _run(measurement: Measurement) -> shapes.Run:
    run, end = measurement.info.run, measurement.info.end
    return {
        "name": run.name if run else None,
        "seed": run.seed if run else None,
        "backend": run.backend if run else None,
        "backend_version": run.backend_version if run else None,
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


def _outcomes(measurement: Measurement, found: Figures) -> shapes.Outcomes:
    outcomes = measurement.info.all_outcomes()
    spawned = measurement.info.spawned_outcomes()
    others: list[shapes.AgentOutcome] = [
        {"agent": outcome.agent, "outcome": outcome.outcome, "reason": outcome.reason}
        for outcome in (*outcomes, *spawned)
        if outcome.outcome != "ok"
    ]
    counts = _counts(found, "outcomes")
    return {
        "ok": counts["ok"],
        "failed": counts["failed"],
        "unknown": counts["unknown"],
        "population": len(outcomes),
        "not_ok": others[:MOST],
        "spawned": dict(Counter(outcome.outcome for outcome in spawned)),
    }


def _share(figure: Figure, share: Share) -> shapes.Convergence:
    if figure.value is None:
        return {"absent": figure.absent}
    return {"value": figure.value, "right": share.right, "total": share.total}


def _times(measurement: Measurement, found: Figures) -> shapes.TimesToConverge:
    declared, rosters, availability = (
        measurement.time_to_converge(of) for of in get_args(ConvergenceOf)
    )
    return {
        "declared_s": _slowest(found["time_to_converge.declared"]),
        "roster_s": _slowest(found["time_to_converge.roster"]),
        "availability_s": _slowest(found["time_to_converge.availability"]),
        "phases": [
            {
                "name": one.phase.name,
                "begin_s": one.phase.begin / SECOND,
                "disturbance_s": one.phase.disturbance / SECOND,
                "declared_s": _converged(wanted),
                "roster_s": _converged(one),
                "availability_s": _converged(other),
            }
            for wanted, one, other in zip(declared, rosters, availability, strict=True)
        ],
    }


def _declared(measurement: Measurement, found: Figures) -> shapes.Declared:
    counts = _counts(found, "declared")
    groups: list[shapes.WatchesNotInForce] = [
        {
            "state": group.state.name.lower(),
            "count": len(group.watches),
            "reason": group.reason,
            "remedy": group.remedy,
            "prescribed": group.prescribed,
            "watches": [[watch.watcher, watch.contact] for watch in group.watches[:MOST]],
        }
        for group in not_in_force(measurement)
    ]
    return {
        "in_force": counts["in_force"],
        "pending": counts["pending"],
        "refused": counts["refused"],
        "ended": counts["ended"],
        "not_asked": counts["not_asked"],
        "lost": counts["lost"],
        "not_in_force": groups,
    }


def _slowest(figure: Figure) -> shapes.Time:
    if figure.value is None:
        return {"absent": figure.absent}
    return "never" if math.isinf(figure.value) else figure.value / SECOND


def _converged(converged: Converged) -> shapes.Time:
    if converged.never:
        return "never"
    if converged.time is None:
        return {"absent": "there was nothing to converge"}
    return converged.time / SECOND


def _quantiles(times: Sequence[int], absent: str) -> shapes.Quantiles:
    found = quantiles(times)
    if found is None:
        return {"samples": 0, "absent": absent}
    return _quantile_values(found.values, found.samples)


def _figure_quantiles(found: Figures, name: str) -> shapes.Quantiles:
    """The quantiles that are among the figures already."""
    figures = [found[f"{name}.{part}"] for part in ("p50", "p95", "p99", "max")]
    values = [figure.value for figure in figures if figure.value is not None]
    if not values:
        return {"samples": 0, "absent": figures[0].absent}
    return _quantile_values(values, figures[0].samples)


def _quantile_values(values: Sequence[float], samples: int) -> shapes.Quantiles:
    p50, p95, p99, most = (value / SECOND for value in values)
    note = FEW_SAMPLES if samples < FEW else ""
    return {
        **{"samples": samples, "p50_s": p50, "p95_s": p95, "p99_s": p99, "max_s": most},
        "note": note,
    }


def _counts(found: Figures, name: str) -> dict[str, int]:
    """The counts under one name: ``deliveries.lost`` becomes ``lost``."""
    prefix = name + "."
    return {
        key.removeprefix(prefix): int(figure.value or 0)
        for key, figure in found.items()
        if key.startswith(prefix)
    }


def _messages(found: Figures) -> dict[str, int] | shapes.Absent:
    figure = found["messages.sent"]
    return {"absent": figure.absent} if figure.value is None else _counts(found, "messages")


def _staleness(measurement: Measurement, found: Figures) -> shapes.Staleness:
    figure = found["staleness"]
    if figure.value is None:
        return {"absent": figure.absent}
    return {
        "value": figure.value,
        "ghost": found["staleness.ghost"].value or 0.0,
        "blind": found["staleness.blind"].value or 0.0,
        "mislabelled": found["staleness.mislabelled"].value or 0.0,
        "authorised_s": sum(measurement.watches.times[Sight.RIGHT :]) / SECOND,
    }


def _detection(measurement: Measurement, found: Figures) -> shapes.Quantiles:
    results = [detection.result for detection in measurement.detections.all]
    return {
        **_figure_quantiles(found, "detection_time"),
        "undetected": results.count("undetected"),
        "not_due": results.count("not due"),
    }


def _divergence(measurement: Measurement, figure: Figure) -> shapes.Entries:
    if figure.value is None:
        return {"absent": figure.absent}
    entries: list[shapes.Entry] = [
        {"agent": one.agent, "peer": one.peer, "believed": one.believed, "served": one.served}
        for one in belief_divergence(measurement.info)[:MOST]
    ]
    return {"count": int(figure.value), "entries": entries, "note": figure.note}


def _pairs(pairs: Sequence[tuple[str, str]], figure: Figure) -> shapes.Entries:
    if figure.value is None:
        return {"absent": figure.absent}
    entries: list[shapes.Entry] = [{"agent": agent, "peer": peer} for agent, peer in pairs[:MOST]]
    return {"count": int(figure.value), "entries": entries}


def _amplification(measurement: Measurement, figure: Figure) -> shapes.Amplification:
    if figure.value is None:
        return {"absent": figure.absent}
    return {
        "value": figure.value,
        "received": measurement.presences_received,
        "changes": len(measurement.propagation.changes),
    }


def _wrong_entries(measurement: Measurement) -> shapes.Entries:
    rosters = measurement.rosters
    wrong = rosters.wrong()
    entries: list[shapes.Entry] = [
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
