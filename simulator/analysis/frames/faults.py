"""What went wrong, as polars frames: faults, deaths and who saw those, and the causes of all."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from simulator.analysis.causes.cause import Cause
from simulator.analysis.figures.fault_effects import FaultEffect, fault_effects
from simulator.analysis.figures.quantiles import quantiles
from simulator.analysis.frames.measures import frame, seconds
from simulator.analysis.measurement import Measurement
from simulator.analysis.states import DeclaredWatch, WatchStates
from simulator.journal.records import SECOND


def faults(measurement: Measurement) -> pl.DataFrame:
    """One row per fault and agent that it hit, in the order of their begins."""
    rows = [
        (span.origin, span.fault, agent, span.begin, span.end)
        for span in sorted(measurement.states.faults, key=lambda span: (span.begin, span))
        for agent in span.agents or (None,)
    ]
    names = dict.fromkeys(("origin", "fault", "agent"), pl.String)
    schema = {**names, "begin_s": pl.Int64, "end_s": pl.Int64}
    return frame(schema, rows).with_columns(seconds("begin_s"), seconds("end_s"))


def deaths(measurement: Measurement) -> pl.DataFrame:
    """One row per death, oldest first: when the server knew, or heard of the agent again."""
    rows = [
        (
            death.died.agent,
            death.died.cause,
            death.died.origin,
            death.died.t,
            death.result,
            death.over,
        )
        for death in measurement.states.deaths
    ]
    names = dict.fromkeys(("agent", "cause", "origin"), pl.String)
    schema = {**names, "died_s": pl.Int64, "result": pl.String, "over_s": pl.Int64}
    return frame(schema, rows).with_columns(seconds("died_s"), seconds("over_s"))


def detection(measurement: Measurement) -> pl.DataFrame:
    """Per death and watcher: when the watcher saw that the agent is gone."""
    rows = [
        (
            found.died.agent,
            found.died.cause,
            found.died.origin,
            found.died.t,
            found.watcher,
            found.result,
            None if found.seen is None else found.seen - found.died.t,
        )
        for found in measurement.detections.all
    ]
    names = dict.fromkeys(("agent", "cause", "origin"), pl.String)
    schema = {**names, "died_s": pl.Int64, "watcher": pl.String, "result": pl.String}
    schema |= {"detection_s": pl.Int64}
    return frame(schema, rows).with_columns(seconds("died_s"), seconds("detection_s"))


def causes(measurement: Measurement) -> pl.DataFrame:
    """One row per declared watch that is not in force, and per time of wrong sight."""
    end, found = measurement.end, measurement.causes
    rows = [
        (
            *_cause_row(one.watch, one.watch.state.name.lower(), one.since, end, one.cause),
            one.watch.is_prescribed,
        )
        for one in found.not_in_force
    ]
    rows += [
        (*_cause_row(one.watch, one.what, one.begin, one.end, one.cause), False)
        for one in found.wrong_times
    ]
    schema: dict[str, type[pl.DataType]] = dict.fromkeys(("watcher", "contact", "what"), pl.String)
    schema |= {"begin_s": pl.Int64, "end_s": pl.Int64}
    schema |= dict.fromkeys(("cause", "reason", "remedy", "fault", "place"), pl.String)
    told = frame({**schema, "prescribed": pl.Boolean}, rows)
    return told.with_columns(seconds("begin_s"), seconds("end_s"))


def _cause_row(
    watch: DeclaredWatch | WatchStates, what: str, begin: int, end: int, cause: Cause
) -> tuple[object, ...]:
    told = (cause.kind.value, cause.reason, cause.remedy or None)
    where = (cause.fault or None, cause.place or None)
    return (watch.watcher, watch.contact, what, begin, end, *told, *where)


_COUNTS = ("agents", "unrecovered", "undetected", "reconnects", "lost", "superseded")
_TIMES = ("ghost", "blind", "mislabelled")
_QUANTILES = ("recovery", "detection")


def effects(measurement: Measurement) -> pl.DataFrame:
    """One row per fault, in the order of their begins: what it did."""
    schema: dict[str, type[pl.DataType]] = {"origin": pl.String, "fault": pl.String}
    schema |= {"begin_s": pl.Float64, "end_s": pl.Float64} | dict.fromkeys(_COUNTS, pl.Int64)
    for name in _QUANTILES:
        schema |= {f"{name}_p50_s": pl.Float64, f"{name}_max_s": pl.Float64}
    schema |= {f"{name}_s": pl.Float64 for name in _TIMES}
    rows = [tuple(_effect_row(one)) for one in fault_effects(measurement)]
    return frame(schema, rows)


def _effect_row(effect: FaultEffect) -> Iterator[object]:
    span = effect.span
    yield from (span.origin, span.fault, span.begin / SECOND, span.end / SECOND)
    yield from (getattr(effect, name) for name in _COUNTS)
    for name in _QUANTILES:
        found = quantiles(getattr(effect, name))
        yield from (None, None) if found is None else (found.p50 / SECOND, found.max / SECOND)
    yield from (getattr(effect, name) / SECOND for name in _TIMES)
