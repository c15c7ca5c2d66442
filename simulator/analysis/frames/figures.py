"""The figures as a frame."""

from __future__ import annotations

import polars as pl

from simulator.analysis.figures.named import FiguresInSeconds
from simulator.analysis.frames.measures import frame


def figures(found: FiguresInSeconds) -> pl.DataFrame:
    """Per figure: its name, its value or why it is absent, a note, and the number of samples."""
    schema = {
        "figure": pl.String,
        "value": pl.Float64,
        "absent": pl.String,
        "note": pl.String,
        "samples": pl.Int64,
    }
    rows = (
        (name, *(one.value, one.absent or None, one.note or None, one.samples or None))
        for name, one in found.items()
    )
    return frame(schema, rows)
