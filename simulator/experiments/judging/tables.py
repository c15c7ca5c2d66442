"""Tables of many runs: figures over groups of runs, and convergence over time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import polars as pl

from simulator.errors import InputError
from simulator.experiments.judging.intervals import (
    Array,
    mean_interval,
    quantile,
    quantile_interval,
    share_interval,
)
from simulator.scenario.figures import FIGURES, figure_column
from simulator.scenario.language.words import nearest

PASSED = "verdict.pass"
QUANTILES = {"p50": 0.5, "p95": 0.95}
BANDS = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
FEWEST = 2
"""Of fewer runs there is no interval."""
_NUMBERS = (
    *("mean", "mean_low", "mean_high", "sd"),
    *(f"{name}{end}" for name in QUANTILES for end in ("", "_low", "_high")),
    *("min", "max"),
)

Row = dict[str, float | None]


def figure_columns(runs: pl.DataFrame, figures: str | Sequence[str] | None) -> list[str]:
    """The columns of figures by name; by default of all that were measured. Raises InputError."""
    if figures is None:
        columns = map(figure_column, FIGURES)
        return [name for name in columns if runs[name].null_count() < runs.height]
    known = {name: figure_column(name) for name in FIGURES}
    known |= {column: column for column in known.values()}
    names = [figures] if isinstance(figures, str) else list(figures)
    unknown = [name for name in names if name not in known and name != PASSED]
    if unknown:
        raise InputError(f"no figure {unknown[0]!r}; expected {nearest(unknown[0], known)}")
    return [known.get(name, name) for name in names]


def groups(
    frame: pl.DataFrame, by: Sequence[str]
) -> Iterator[tuple[dict[str, object], pl.DataFrame]]:
    """The groups of rows, in their order of coming, each with its values of `by`."""
    unknown = [name for name in by if name not in frame.columns]
    if unknown:
        raise InputError(f"no column {unknown[0]!r}; expected {nearest(unknown[0], frame.columns)}")
    if not by:
        yield {}, frame
        return
    for rows in frame.partition_by(list(by), maintain_order=True):
        yield {name: rows[name][0] for name in by}, rows


def aggregate(
    runs: pl.DataFrame, by: Sequence[str], figures: str | Sequence[str] | None
) -> pl.DataFrame:
    """One row per group of runs and figure; see `Results.aggregate`."""
    columns = figure_columns(runs, figures)
    rows: list[dict[str, object]] = []
    for names, group in groups(runs, by):
        if figures is None or PASSED in columns:
            rows.append(names | _passed(group))
        measured = [name for name in columns if name != PASSED]
        for column, found in zip(measured, _figures(group, measured), strict=True):
            about = {"figure": column, "runs": group.height}
            about["measured"] = group.height - group[column].null_count()
            rows.append({**names, **about, **found})
    schema: dict[str, pl.DataType | type[pl.DataType]] = {name: runs.schema[name] for name in by}
    schema |= {"figure": pl.String, "runs": pl.Int64, "measured": pl.Int64}
    return pl.DataFrame(rows, schema=schema | dict.fromkeys(_NUMBERS, pl.Float64), orient="row")


def _passed(group: pl.DataFrame) -> dict[str, object]:
    hits = int((group["verdict"] == "pass").sum())
    low, high = share_interval(hits, group.height)
    numbers = {"mean": hits / group.height, "mean_low": low, "mean_high": high}
    return {"figure": PASSED, "runs": group.height, "measured": group.height, **numbers}


def _figures(group: pl.DataFrame, columns: Sequence[str]) -> list[Row]:
    """What the values of each column come to. Columns with as many values are done together."""
    values = {name: group[name].drop_nulls().to_numpy().astype(float) for name in columns}
    found: dict[str, Row] = {name: dict.fromkeys(_NUMBERS) for name in columns}
    for count in {len(one) for one in values.values()} - {0}:
        names = [name for name in columns if len(values[name]) == count]
        together = _summarised(np.stack([values[name] for name in names]))
        for place, name in enumerate(names):
            found[name] = {what: _or_none(numbers[place]) for what, numbers in together.items()}
    return [found[name] for name in columns]


def _or_none(number: float) -> float | None:
    return None if np.isnan(number) else float(number)


def _summarised(values: Array) -> Mapping[str, Array]:
    """Rows of values -> what each comes to; nan where that is nothing."""
    nothing = np.full(len(values), np.nan)
    found = {"mean": values.mean(axis=-1), "min": values.min(axis=-1), "max": values.max(axis=-1)}
    found |= {name: quantile(values, share) for name, share in QUANTILES.items()}
    if values.shape[-1] >= FEWEST:
        finite = np.asarray(np.isfinite(values).all(axis=-1))
        known = np.where(finite[:, None], values, 0.0)
        low, high = mean_interval(known)
        found["sd"] = np.where(finite, known.std(axis=-1, ddof=1), np.nan)
        found["mean_low"] = np.where(finite, low, np.nan)
        found["mean_high"] = np.where(finite, high, np.nan)
        for name, share in QUANTILES.items():
            found[f"{name}_low"], found[f"{name}_high"] = quantile_interval(values, share)
    return {name: found.get(name, nothing) for name in _NUMBERS}


def curves(
    frame: pl.DataFrame, by: Sequence[str], figure: str, points: int, until: float | None
) -> pl.DataFrame:
    """One row per group of runs and time; see `Results.curves`."""
    longest = frame["duration_s"].max()
    end = until if until is not None else float(longest) if isinstance(longest, float) else 0.0
    times = np.linspace(0.0, end, points)
    frames = []
    for names, group in groups(frame, by):
        shares = np.stack(
            [
                _resampled(when, share, times)
                for when, share in group.select(f"{figure}.time_s", f"{figure}.share").iter_rows()
            ]
        )
        numbers = {
            name: pl.Series(values, dtype=pl.Float64).fill_nan(None)
            for name, values in _bands(shares).items()
        }
        rows = pl.DataFrame({"time_s": times, "runs": (~np.isnan(shares)).sum(axis=0), **numbers})
        types = [
            pl.lit(value, dtype=frame.schema[name]).alias(name) for name, value in names.items()
        ]
        frames.append(rows.select(*types, pl.all()))
    return pl.concat(frames)


def _resampled(times: list[float] | None, shares: list[float | None] | None, at: Array) -> Array:
    """The shares of one run at some times; nan before there is anything to converge."""
    if not times or not shares:
        return np.full(len(at), np.nan)
    places = np.searchsorted(np.array(times), at, side="right") - 1
    values = np.array([np.nan if share is None else share for share in shares])
    return np.where(places >= 0, values[np.maximum(places, 0)], np.nan)


def _bands(shares: Array) -> Mapping[str, Array]:
    """Over the runs (rows), for each time (column); nan where no run has a share."""
    counts = (~np.isnan(shares)).sum(axis=0)
    found = {
        name: np.full(shares.shape[1], np.nan) for name in ("mean", "mean_low", "mean_high", *BANDS)
    }
    for count in set(counts.tolist()) - {0}:
        columns = np.flatnonzero(counts == count)
        known = np.sort(shares[:, columns], axis=0)[:count].T  # nan is sorted last
        found["mean"][columns] = known.mean(axis=-1)
        for name, share in BANDS.items():
            found[name][columns] = quantile(known, share)
        if count >= FEWEST:
            found["mean_low"][columns], found["mean_high"][columns] = mean_interval(known)
    return found
