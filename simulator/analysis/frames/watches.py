"""The declared watches as a frame; `simulator.analysis.run.Run` describes the columns."""

from __future__ import annotations

import polars as pl

from simulator.analysis.frames.measures import frame
from simulator.analysis.measurement import Measurement
from simulator.analysis.naming import natural_tuples
from simulator.analysis.states import DeclaredWatch
from simulator.journal.records import SECOND


def watches(measurement: Measurement) -> pl.DataFrame:
    """Per declared watch: how it stands at the end, and since when."""
    declared = {(one.watcher, one.contact): one for one in measurement.states.all_declared()}
    names, times = dict.fromkeys(("watcher", "contact", "state"), pl.String), pl.Float64
    schema = {
        **names,
        "since_s": times,
        "declared_s": times,
        "prescribed": pl.Boolean,
        "ended_by": pl.String,
        "origin": pl.String,
    }
    return frame(schema, (_row(declared[pair]) for pair in natural_tuples(declared)))


def _row(watch: DeclaredWatch) -> tuple[object, ...]:
    since = watch.states.times[-1] / SECOND if watch.states.times else None
    return (
        *(watch.watcher, watch.contact, watch.state.name.lower(), since, watch.at / SECOND),
        *(watch.is_prescribed, watch.ended_by or None, watch.origin),
    )
