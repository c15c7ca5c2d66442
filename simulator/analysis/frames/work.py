"""The agents' own work as polars frames: their messages, and the values that they keep.

`simulator.analysis.run.Run` describes the columns.
"""

from __future__ import annotations

import json

import polars as pl

from simulator.analysis.folds.work.messages import Sent
from simulator.analysis.folds.work.values import number
from simulator.analysis.frames.measures import frame
from simulator.analysis.measurement import Measurement
from simulator.journal.records import SECOND

_MESSAGES: dict[str, type[pl.DataType]] = {
    "sent_s": pl.Float64,
    "sender": pl.String,
    "receiver": pl.String,
    "performative": pl.String,
    "thread": pl.String,
    "metadata": pl.String,
    "size_bytes": pl.Int64,
    "body": pl.String,
    "route": pl.String,
    "delivery": pl.String,
    "received_s": pl.Float64,
    "latency_s": pl.Float64,
    "receipts": pl.Int64,
    "error": pl.String,
}
_VALUES: dict[str, type[pl.DataType]] = {
    "time_s": pl.Float64,
    "agent": pl.String,
    "name": pl.String,
    "value": pl.String,
    "number": pl.Float64,
    "source": pl.String,
    "absent": pl.String,
}


def messages(measurement: Measurement) -> pl.DataFrame:
    """One row per message that was sent."""
    return frame(_MESSAGES, [_message(measurement, one) for one in measurement.messages.sent])


def _message(measurement: Measurement, message: Sent) -> tuple[object, ...]:
    record, received = message.record, message.received
    return (
        record.t / SECOND,
        record.agent,
        record.peer,
        record.performative,
        record.thread,
        _json(dict(record.metadata)),
        record.size,
        record.body,
        record.route,
        measurement.fate_of(message),
        None if received is None else received / SECOND,
        None if received is None else (received - record.t) / SECOND,
        message.receipts,
        message.error or None,
    )


def values(measurement: Measurement) -> pl.DataFrame:
    """One row per value, each time that it changed."""
    rows = [
        (
            record.t / SECOND,
            record.agent,
            record.name,
            None if record.absent else _json(record.value),
            None if record.absent else number(record),
            record.source,
            record.absent or None,
        )
        for record in measurement.values.all
    ]
    return frame(_VALUES, rows)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
