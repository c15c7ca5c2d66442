"""The measures as polars frames: one row per observation, units in the column names.

Names and definitions are those of the metrics page; `simulator.analysis.run.Run` has them as
methods, where the columns are described.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from itertools import repeat
from typing import get_args

import polars as pl

from simulator.analysis.figures.rosters import (
    RosterRow,
    belief_divergence,
    belief_text,
    entry_text,
    roster_rows,
)
from simulator.analysis.folds.propagation import Delivery
from simulator.analysis.measurement import Measurement
from simulator.analysis.naming import natural_order
from simulator.analysis.states import STALE, ConvergenceOf, Share, Sight, Steps, WatchStates
from simulator.journal.records import SECOND, Actual

_NAMES = pl.String
_TIME = pl.Float64
Schema = Mapping[str, type[pl.DataType]]


def frame(schema: Schema, rows: Iterable[Sequence[object]]) -> pl.DataFrame:
    """A frame from rows; it has its columns even where there are no rows."""
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def seconds(column: str) -> pl.Expr:
    """A column of microseconds in seconds, under the same name."""
    return (pl.col(column) / SECOND).round(6).alias(column)


def _words(column: pl.Expr, words: type[IntEnum]) -> pl.Expr:
    """Numbers as the words that they stand for, kept as an enumeration."""
    names = {word.value: word.name.lower() for word in words}
    return column.replace_strict(names, return_dtype=pl.Enum(list(names.values())))


def availability(measurement: Measurement) -> pl.DataFrame:
    """Spans of actual availability."""
    end = measurement.end
    rows = [
        (agent, resource, show, begin / SECOND, over / SECOND)
        for agent in natural_order(measurement.states.agents)
        for resource, shows in sorted(measurement.states.agents[agent].shows.items())
        for show, begin, over in shows.spans(end)
        if show is not None
    ]
    names = dict.fromkeys(("agent", "resource", "show"), _NAMES)
    return frame(names | dict.fromkeys(("begin_s", "end_s"), _TIME), rows)


def sights(measurement: Measurement) -> pl.DataFrame:
    """Spans of every authorised watch: how what the watcher saw compared with the truth."""
    watches = measurement.states.sorted_watches()
    return _named(_sight_spans(watches, measurement.end), watches).with_columns(
        _words(pl.col("sight"), Sight), seconds("begin_s"), seconds("end_s")
    )


def _sight_spans(watches: Sequence[WatchStates], end: int) -> pl.DataFrame:
    """The spans of authorised watches: the watch by its number, times in microseconds."""
    numbers, sights, begins, ends = array("I"), array("b"), array("q"), array("q")
    for number, watch in enumerate(watches):
        times = watch.sights.times
        numbers.extend(repeat(number, len(times)))
        sights.extend(watch.sights.values)
        begins.extend(times)
        ends.extend(times[1:])
        ends.append(end)
    spans = pl.DataFrame(
        {
            "watch": pl.Series(numbers, dtype=pl.UInt32),
            "sight": pl.Series(sights, dtype=pl.Int64),
            "begin_s": pl.Series(begins, dtype=pl.Int64),
            "end_s": pl.Series(ends, dtype=pl.Int64),
        }
    )
    return spans.filter(
        pl.col("sight") != Sight.UNAUTHORISED.value, pl.col("begin_s") < pl.col("end_s")
    )


def _named(frame: pl.DataFrame, watches: Sequence[WatchStates]) -> pl.DataFrame:
    """Watcher and contact in the place of the number of their watch."""
    watchers = pl.Series("watcher", [watch.watcher for watch in watches], dtype=_NAMES)
    contacts = pl.Series("contact", [watch.contact for watch in watches], dtype=_NAMES)
    named = [names.gather(frame["watch"]) for names in (watchers, contacts)]
    return frame.select(*named, pl.exclude("watch"))


def convergence(measurement: Measurement) -> pl.DataFrame:
    """All convergence shares over time, one row per change; each ends with the observation."""
    series = measurement.states.convergence.items()
    return pl.concat([_share_frame(name, shares, measurement.end) for name, shares in series])


def _share_frame(name: str, series: Steps[Share], end: int) -> pl.DataFrame:
    times, shares = [*series.times], [*series.values]
    if times and times[-1] < end:
        times.append(end)
        shares.append(shares[-1])
    points = pl.DataFrame(
        {
            "time_s": pl.Series(times, dtype=pl.Int64),
            "right": pl.Series([share.right for share in shares], dtype=pl.Int64),
            "total": pl.Series([share.total for share in shares], dtype=pl.Int64),
        }
    )
    share = pl.when(pl.col("total") > 0).then(pl.col("right") / pl.col("total")).alias("share")
    return points.select(pl.lit(name).alias("figure"), seconds("time_s"), "right", "total", share)


def phases(measurement: Measurement) -> pl.DataFrame:
    """The disturbances, and how long each took to converge."""
    figures = get_args(ConvergenceOf)
    converged = [measurement.time_to_converge(figure) for figure in figures]
    rows = [
        (
            *(number, phase.name, phase.begin, phase.disturbance, phase.end),
            *(value for one in found for value in (one.time, one.never)),
        )
        for number, (phase, *found) in enumerate(zip(measurement.phases, *converged, strict=True))
    ]
    times = ("begin_s", "disturbance_s", "end_s")
    schema = {"phase": pl.Int64, "name": _NAMES} | dict.fromkeys(times, pl.Int64)
    for figure in figures:
        schema |= {f"{figure}_time_to_converge_s": pl.Int64, f"{figure}_never": pl.Boolean}
    durations = [f"{figure}_time_to_converge_s" for figure in figures]
    return frame(schema, rows).with_columns(seconds(name) for name in [*times, *durations])


def propagation(measurement: Measurement) -> pl.DataFrame:
    """One row per presence change and watch of the contact."""
    found = measurement.propagation
    deliveries = pl.DataFrame(
        {
            "change": pl.Series(found.change, dtype=pl.Int64),
            "watcher": pl.Series([watch.watcher for watch in found.watch], dtype=_NAMES),
            "delivery": pl.Series(found.fate, dtype=pl.Int64),
            "received_s": pl.Series(found.received, dtype=pl.Int64),
        }
    )
    received = pl.col("received_s")
    return (
        deliveries.join(changes(measurement), on="change", how="left", maintain_order="left")
        .with_columns(pl.when(received >= 0).then(received).alias("received_s"))
        .with_columns(((received - pl.col("issued_s")) / SECOND).alias("latency_s"))
        .with_columns(
            seconds("issued_s"),
            seconds("accepted_s"),
            seconds("received_s"),
            _words(pl.col("delivery"), Delivery),
        )
        .select(*CHANGE_COLUMNS, "watcher", "delivery", "received_s", "latency_s")
    )


CHANGE_COLUMNS = (
    "change",
    "contact",
    "resource",
    "available",
    "show",
    "issued_s",
    "accepted_s",
)


def changes(measurement: Measurement) -> pl.DataFrame:
    """The presence changes; times still in microseconds."""
    found = measurement.propagation.changes
    actual = [change.actual for change in found]
    return pl.DataFrame(
        {
            "change": pl.Series([change.number for change in found], dtype=pl.Int64),
            "contact": pl.Series([record.agent for record in actual], dtype=_NAMES),
            "resource": pl.Series([record.resource for record in actual], dtype=_NAMES),
            "available": pl.Series([record.available for record in actual], dtype=pl.Boolean),
            "show": pl.Series([record.show for record in actual], dtype=_NAMES),
            "issued_s": pl.Series([change.issued for change in found], dtype=pl.Int64),
            "accepted_s": pl.Series([_accepted(record) for record in actual], dtype=pl.Int64),
        }
    )


def _accepted(actual: Actual) -> int | None:
    """When the server took a change from the agent; None where nobody saw it do so."""
    taken = actual.source == "server" and actual.cause == "presence"
    return actual.t if taken else None


def staleness(measurement: Measurement) -> pl.DataFrame:
    """Per watch: how long it was authorised, and how long it was wrong in which way."""
    watches = measurement.states.sorted_watches()
    length = pl.col("end_s") - pl.col("begin_s")
    stale = [
        (length.filter(pl.col("sight") == sight.value).sum() / SECOND).alias(
            f"{sight.name.lower()}_s"
        )
        for sight in STALE
    ]
    spans = _sight_spans(watches, measurement.end).group_by("watch")
    sums = spans.agg((length.sum() / SECOND).alias("authorised_s"), *stale)
    return _named(sums.sort("watch"), watches)


def rosters(measurement: Measurement) -> pl.DataFrame:
    """Every roster entry in its four views."""
    declared = {
        (watch.watcher, watch.contact)
        for watch in measurement.states.all_declared()
        if watch.declared
    }
    schema = {
        "agent": _NAMES,
        "peer": _NAMES,
        "declared": _NAMES,
        "expected": _NAMES,
        "expected_pending_in": pl.Boolean,
        "served": _NAMES,
        "served_at_end": pl.Boolean,
        "believed": _NAMES,
        "believed_available": pl.Boolean,
        "believed_show": _NAMES,
        "right": pl.Boolean,
    }
    return frame(schema, [_roster_row(row, declared) for row in roster_rows(measurement)])


_DECLARED = {(True, True): "both", (True, False): "to", (False, True): "from"}


def _roster_row(row: RosterRow, declared: set[tuple[str, str]]) -> tuple[object, ...]:
    wanted = (row.agent, row.peer) in declared, (row.peer, row.agent) in declared
    belief = row.believed
    believed = None
    if row.believed_read:
        believed = belief_text(belief)
    return (
        row.agent,
        row.peer,
        _DECLARED.get(wanted),
        " or ".join(entry_text(entry) for entry in row.expected),
        row.pending_in,
        entry_text(row.served) if row.served_read else None,
        row.read_at_end,
        believed,
        belief.available if belief else None,
        belief.show if belief and belief.available else None,
        row.right,
    )


def divergence(measurement: Measurement) -> pl.DataFrame:
    """The entries where an agent's belief differs from its served roster."""
    schema = {"agent": _NAMES, "peer": _NAMES, "believed": _NAMES, "served": _NAMES}
    return frame(schema, belief_divergence(measurement.info))


def agents(measurement: Measurement) -> pl.DataFrame:
    """Every planned agent, and how it ended."""
    info = measurement.info
    rows = [
        (
            *(planned.agent, planned.population, planned.resource, planned.manager),
            *(outcome.outcome, outcome.reason),
        )
        for planned, outcome in zip(info.planned.values(), info.all_outcomes(), strict=True)
    ]
    columns = ("agent", "population", "resource", "manager", "outcome", "reason")
    return frame(dict.fromkeys(columns, _NAMES), rows)
