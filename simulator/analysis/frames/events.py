"""The journal as one polars frame."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import msgspec
import polars as pl

from simulator.journal.records import SECOND, AnyRecord
from simulator.journal.work_records import Value

EVENT_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "kind": pl.String,
    "t": pl.Int64,
    "agent": pl.String,
    "peer": pl.String,
    "resource": pl.String,
    "peer_resource": pl.String,
    "type": pl.String,
    "available": pl.Boolean,
    "show": pl.String,
    "status": pl.List(pl.List(pl.String)),
    "priority": pl.Int64,
    "id": pl.String,
    "subscription": pl.String,
    "ask": pl.Boolean,
    "approved": pl.Boolean,
    "name": pl.String,
    "groups": pl.List(pl.String),
    "source": pl.String,
    "state": pl.String,
    "do": pl.String,
    "skipped": pl.String,
    "origin": pl.String,
    "cause": pl.String,
    "fault": pl.String,
    "agents": pl.List(pl.String),
    "population": pl.String,
    "spawned_by": pl.String,
    "domain": pl.String,
    "manager": pl.String,
    "at": pl.Int64,
    "may_refuse": pl.Boolean,
    "view": pl.String,
    "handler": pl.String,
    "calls": pl.Int64,
    "entries": pl.Int64,
    "absent": pl.String,
    "outcome": pl.String,
    "reason": pl.String,
    "where": pl.String,
    "error": pl.String,
    "traceback": pl.String,
    "place": pl.String,
    "text": pl.String,
    "performative": pl.String,
    "metadata": pl.List(pl.List(pl.String)),
    "thread": pl.String,
    "size": pl.Int64,
    "body": pl.String,
    "route": pl.String,
    "value": pl.String,
    "length": pl.Int64,
    "complete": pl.Boolean,
    "lose_rosters": pl.Boolean,
}
"""The columns of `Run.events` before the time is turned into seconds."""


def event_frame(records: Sequence[AnyRecord]) -> pl.DataFrame:
    """One row per record, `time_s` in the place of `t`. Columns: see `Run.events`."""
    lines = BytesIO(msgspec.json.Encoder().encode_lines([_uniform(record) for record in records]))
    schema = pl.Schema(EVENT_SCHEMA)
    events = pl.read_ndjson(lines, schema=schema) if records else schema.to_frame()
    return events.select((pl.col("t") / SECOND).alias("time_s"), pl.exclude("t"))


def _uniform(record: AnyRecord) -> AnyRecord:
    """The record; a value as JSON, because a column holds one kind of value."""
    if not isinstance(record, Value):
        return record
    return msgspec.structs.replace(record, value=msgspec.json.encode(record.value).decode())
