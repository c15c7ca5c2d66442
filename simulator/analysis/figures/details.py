"""What the summary says beside a figure: the numbers that it is made of, and whom it is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import get_args

from simulator.analysis.causes.texts import WORST
from simulator.analysis.figures.rosters import (
    belief_divergence,
    believed_absent,
    believed_ghosts,
)
from simulator.analysis.figures.summary_types import AgentOutcome, Entry, Time
from simulator.analysis.folds.time_to_converge import Converged
from simulator.analysis.measurement import Measurement
from simulator.analysis.states import ConvergenceOf, Share, Sight
from simulator.journal.records import SECOND

MOST = 100
"""At most so many entries of a list are in the summary; the counts are always whole."""


def _outcomes(measurement: Measurement) -> Entry:
    outcomes = measurement.info.all_outcomes()
    spawned = measurement.info.spawned_outcomes()
    others: list[AgentOutcome] = [
        {"agent": outcome.agent, "outcome": outcome.outcome, "reason": outcome.reason}
        for outcome in (*outcomes, *spawned)
        if outcome.outcome != "ok"
    ]
    return {
        "population": len(outcomes),
        "not_ok": others[:MOST],
        "spawned": dict(Counter(outcome.outcome for outcome in spawned)),
    }


def _share(share: Share) -> Entry:
    return {"right": share.right, "total": share.total}


def _declared(measurement: Measurement) -> Entry:
    groups = [
        {
            "state": group.state.name.lower(),
            "count": len(group.watches),
            **group.cause.document(),
            "prescribed": group.prescribed,
            "watches": [[watch.watcher, watch.contact] for watch in group.watches[:MOST]],
        }
        for group in measurement.causes.watch_groups
    ]
    return {"not_in_force": groups}


def _wrong_time(measurement: Measurement) -> Entry:
    """What wrong time comes of, the most first, with the watches that were wrong longest."""
    groups = [
        {
            **group.cause.document(),
            "watch_s": group.total / SECOND,
            "watches": [[one.watch.watcher, one.watch.contact] for one in group.times[:WORST]],
        }
        for group in measurement.causes.time_groups[:MOST]
    ]
    return {"wrong_time": groups}


def _phases(measurement: Measurement) -> Entry:
    times = [measurement.time_to_converge(of) for of in get_args(ConvergenceOf)]
    phases = [
        {
            "name": of_phase[0].phase.name,
            "begin_s": of_phase[0].phase.begin / SECOND,
            "disturbance_s": of_phase[0].phase.disturbance / SECOND,
            **{
                f"{of}_s": _converged(one)
                for of, one in zip(get_args(ConvergenceOf), of_phase, strict=True)
            },
        }
        for of_phase in zip(*times, strict=True)
    ]
    return {"phases": phases}


def _converged(converged: Converged) -> Time:
    if converged.never:
        return "never"
    if converged.time is None:
        return {"absent": "there was nothing to converge"}
    return converged.time / SECOND


def _detections(measurement: Measurement) -> Entry:
    results = [detection.result for detection in measurement.detections.all]
    return {"undetected": results.count("undetected"), "not_due": results.count("not due")}


def _pairs(pairs: Iterable[tuple[str, str]]) -> Entry:
    return {"entries": [{"agent": agent, "peer": peer} for agent, peer in pairs][:MOST]}


DETAILS: dict[str, Callable[[Measurement], Entry]] = {
    "outcomes": _outcomes,
    "declared_convergence": lambda run: _share(run.declared_share),
    "declared": _declared,
    "roster_convergence": lambda run: _share(run.roster_share),
    "availability_convergence": lambda run: _share(run.final_availability),
    "time_to_converge": _phases,
    "staleness": lambda run: {"authorised_s": sum(run.watches.times[Sight.RIGHT :]) / SECOND},
    "cause.staleness": _wrong_time,
    "detection_time": _detections,
    "belief_divergence": lambda run: {
        "entries": [one._asdict() for one in belief_divergence(run.info)[:MOST]]
    },
    "believed_ghosts": lambda run: _pairs(believed_ghosts(run)),
    "believed_absent": lambda run: _pairs(believed_absent(run)),
    "amplification": lambda run: {
        "received": run.presences_received,
        "changes": len(run.propagation.changes),
    },
}
"""By the name of the figure. Where the figure is absent, so is this."""
