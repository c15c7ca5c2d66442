"""Every figure of a run by its name, such as ``propagation_latency.p95``.

What the figures mean is declared in `scenario.figures`. A figure that could not be measured is
absent and says why; it is never 0.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Sized
from dataclasses import dataclass, replace

from simulator.analysis.causes.cause import CauseClass
from simulator.analysis.figures.quantiles import quantiles, samples_text
from simulator.analysis.figures.rosters import (
    belief_divergence,
    believed_absent,
    believed_ghosts,
    compared,
)
from simulator.analysis.folds.propagation import Delivery
from simulator.analysis.folds.time_to_converge import worst
from simulator.analysis.measurement import Measurement
from simulator.analysis.states import STALE, ConvergenceOf, DeclaredState, Share, Sight
from simulator.journal.records import SECOND
from simulator.scenario.figures import FIGURES, QUANTILES, figure_column
from simulator.scenario.language.words import nearest

NEVER = math.inf
"""The time to converge of what never did."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured figure: `value` in its unit, or why it is `absent`.

    `note` says what a reader must know about the value, such as few samples; `samples` is how
    many a quantile is taken over. As text and as a float it is its value.
    """

    value: float | None
    absent: str = ""
    note: str = ""
    samples: int = 0

    def __str__(self) -> str:
        return "" if self.value is None else str(self.value)

    def __float__(self) -> float:
        return math.nan if self.value is None else float(self.value)


Figures = dict[str, Figure]
"""By the names that `expect` has; times are in microseconds, as everywhere within."""


class FiguresInSeconds(dict[str, Figure]):
    """Every figure by its name; a time is in seconds, and its name ends in ``_s``."""

    def __missing__(self, name: str) -> Figure:
        raise KeyError(f"no figure {name!r}: expected {nearest(name, self)}")

    def numbers(self) -> dict[str, float | None]:
        """Plain numbers, for a row of a table: None where a figure is absent."""
        return {name: figure.value for name, figure in self.items()}


def in_seconds(found: Figures) -> FiguresInSeconds:
    """The figures as users see them."""
    return FiguresInSeconds(
        (figure_column(name), replace(figure, value=_seconds(figure.value)))
        if FIGURES[name] == "time"
        else (name, figure)
        for name, figure in found.items()
    )


def _seconds(value: float | None) -> float | None:
    return None if value is None else value / SECOND


MESSAGES_SINCE = 2
"""The first format of journals that has messages."""
FATES = (Delivery.DELIVERED, Delivery.SUPERSEDED, Delivery.LOST, Delivery.NOT_DUE)


def figures(measurement: Measurement) -> Figures:
    """All figures, in the order in which they are declared."""
    found = {
        "declared_convergence": _share(measurement.declared_share, "no watch was declared"),
        **_declared(measurement),
        "roster_convergence": _share(measurement.roster_share, "no roster entry at the end"),
        "availability_convergence": _share(
            measurement.final_availability, "no watch was authorised at the end"
        ),
        "time_to_converge.declared": _converged(measurement, "declared"),
        "time_to_converge.roster": _converged(measurement, "roster"),
        "time_to_converge.availability": _converged(measurement, "availability"),
        **_quantiles("propagation_latency", latencies(measurement), "no change was delivered"),
        **_quantiles("detection_time", detection_times(measurement), "no death was detected"),
        **_deliveries(measurement),
        **_staleness(measurement),
        **_causes(measurement),
        "belief_divergence": _divergence(measurement),
        "believed_ghosts": _believed(measurement, believed_ghosts),
        "believed_absent": _believed(measurement, believed_absent),
        "amplification": _amplification(measurement),
        **_messages(measurement),
        **_quantiles("message_latency", message_latencies(measurement), _no_messages(measurement)),
        **_outcomes(measurement),
    }
    return {name: found[name] for name in FIGURES}


def latencies(measurement: Measurement) -> list[int]:
    """The propagation latency of every delivery, in microseconds."""
    found = measurement.propagation
    changes = found.changes
    return [
        received - changes[change].issued
        for change, received in zip(found.change, found.received, strict=True)
        if received >= 0
    ]


def detection_times(measurement: Measurement) -> list[int]:
    """The detection time of every death at every watcher that saw it, in microseconds."""
    return [
        found.seen - found.died.t for found in measurement.detections.all if found.seen is not None
    ]


def message_latencies(measurement: Measurement) -> list[int]:
    """The time from sending to receipt of every message that arrived, in microseconds."""
    return [
        message.received - message.record.t
        for message in measurement.messages.sent
        if message.received is not None
    ]


def _no_messages(measurement: Measurement) -> str:
    """Why there is no message to measure."""
    run = measurement.info.run
    if run is not None and run.format < MESSAGES_SINCE:
        return "the journal is of a version that recorded no messages"
    return "no message was delivered"


def _messages(measurement: Measurement) -> Figures:
    run = measurement.info.run
    if run is not None and run.format < MESSAGES_SINCE:
        absent = Figure(None, _no_messages(measurement))
        return dict.fromkeys(("messages.sent", "messages.received", "messages.undelivered"), absent)
    sent = measurement.messages.sent
    fates = Counter(map(measurement.fate_of, sent))
    return {
        "messages.sent": Figure(len(sent)),
        "messages.received": Figure(fates["delivered"]),
        "messages.undelivered": Figure(fates["undelivered"]),
    }


def _share(share: Share, absent: str) -> Figure:
    return Figure(share.ratio, "" if share.total else absent)


def _converged(measurement: Measurement, of: ConvergenceOf) -> Figure:
    slowest = worst(measurement.time_to_converge(of))
    if slowest is None:
        return Figure(None, absent="there was nothing to converge")
    note = f"after {slowest.phase.name}"
    return Figure(NEVER if slowest.time is None else slowest.time, note=note)


def _declared(measurement: Measurement) -> Figures:
    counts = measurement.declared.counts
    return {
        f"declared.{state.name.lower()}": Figure(counts[state])
        for state in DeclaredState
        if state is not DeclaredState.UNDECLARED
    }


def _quantiles(name: str, values: Sequence[int], absent: str) -> Figures:
    found = quantiles(values)
    if found is None:
        return {f"{name}.{part}": Figure(None, absent) for part in QUANTILES}
    note = samples_text(found.samples)
    return {
        f"{name}.{part}": Figure(value, note=note, samples=found.samples)
        for part, value in zip(QUANTILES, found.values, strict=True)
    }


def _deliveries(measurement: Measurement) -> Figures:
    counts = Counter(measurement.propagation.fate)
    return {f"deliveries.{fate.name.lower()}": Figure(counts[fate]) for fate in FATES}


def _staleness(measurement: Measurement) -> Figures:
    times = measurement.watches.times
    authorised = sum(times[Sight.RIGHT :])
    names = ["staleness", *(f"staleness.{sight.name.lower()}" for sight in STALE)]
    if not authorised:
        return {name: Figure(None, "no watch was ever authorised") for name in names}
    wrong = [sum(times[sight] for sight in STALE), *(times[sight] for sight in STALE)]
    return {name: Figure(time / authorised) for name, time in zip(names, wrong, strict=True)}


def _causes(measurement: Measurement) -> Figures:
    """The shares by class of causes: of declared watches, and of authorised watch time."""
    causes, declared = measurement.causes, measurement.declared_share.total
    authorised = sum(measurement.watches.times[Sight.RIGHT :])
    counted = {kind: causes.watches_of(kind) for kind in CauseClass}
    timed = {kind: causes.time_of(kind) for kind in CauseClass}
    return {
        **_parts("cause.declared", counted, declared, "no watch was declared"),
        **_parts("cause.staleness", timed, authorised, "no watch was ever authorised"),
    }


def _parts(name: str, parts: Mapping[CauseClass, int], whole: int, absent: str) -> Figures:
    return {
        f"{name}.{kind.value}": Figure(part / whole) if whole else Figure(None, absent)
        for kind, part in parts.items()
    }


def _divergence(measurement: Measurement) -> Figure:
    info = measurement.info
    read, planned = len(compared(info)), len(info.planned)
    if not read:
        return Figure(None, absent="no agent had both views read at the end")
    note = "" if read == planned else f"{read} of {planned} agents could be compared"
    return Figure(len(belief_divergence(info)), note=note)


def _believed(measurement: Measurement, pairs: Callable[[Measurement], Sized]) -> Figure:
    info = measurement.info
    if not any(info.read(agent, "believed") for agent in info.planned):
        return Figure(None, absent="no agent's belief was read at the end")
    return Figure(len(pairs(measurement)))


def _amplification(measurement: Measurement) -> Figure:
    changes = len(measurement.propagation.changes)
    if not changes:
        return Figure(None, absent="no presence changed")
    return Figure(measurement.presences_received / changes)


def _outcomes(measurement: Measurement) -> Figures:
    counts = Counter(outcome.outcome for outcome in measurement.info.all_outcomes())
    return {f"outcomes.{name}": Figure(counts[name]) for name in ("ok", "failed", "unknown")}
