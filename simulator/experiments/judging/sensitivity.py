"""Sobol indices: how much of a figure's variance each parameter makes, alone and in all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.errors import InputError
from simulator.experiments.design.language import Experiment, Sobol

_NEEDS = "Sobol indices need a design `sobol` with `indices: true`, and every point's figure"


def sobol_indices(
    experiment: Experiment, runs: pl.DataFrame, parameters: Sequence[str], column: str
) -> pl.DataFrame:
    """The indices of a column, over the means of each point's runs; see `Results.sensitivity`.

    By Saltelli et al. (2010), with a bootstrap over the samples; scipy does both.
    """
    from scipy import stats  # noqa: PLC0415

    design = experiment.vary[0] if len(experiment.vary) == 1 else None
    if not isinstance(design, Sobol) or not design.indices:
        raise InputError(_NEEDS)
    size, count = len(parameters), design.samples
    means = runs.group_by("point").agg(pl.col(column).mean()).sort("point")[column]
    values = means.to_numpy().astype(float)
    if len(values) != count * (size + 2) or not np.isfinite(values).all():
        raise InputError(f"{_NEEDS}; {column} is missing or infinite at some points")
    a, b, *mixed = values.reshape(size + 2, 1, count)
    found = stats.sobol_indices(func={"f_A": a, "f_B": b, "f_AB": np.stack(mixed)}, n=count)
    spread = found.bootstrap(confidence_level=0.95, n_resamples=999)
    numbers: dict[str, NDArray[np.float64]] = {}
    for name in ("first_order", "total_order"):
        interval = getattr(spread, name).confidence_interval
        ends = {"": getattr(found, name), "_low": interval.low, "_high": interval.high}
        numbers |= {f"{name}{end}": np.ravel(values) for end, values in ends.items()}
    return pl.DataFrame({"parameter": list(parameters), **numbers})
