"""When there are enough runs: `replications` with `until`.

A point is looked at when it has `at_least` runs, and whenever it has half as many more. Sizes do
not depend on which run was over first, so the runs of an experiment are always the same ones.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl

from simulator.experiments.design.language import Precision, Until
from simulator.experiments.design.reading import Planned
from simulator.experiments.judging.intervals import mean_interval
from simulator.experiments.judging.verdicts import decision
from simulator.experiments.running.store import KEY, read_parts
from simulator.scenario.figures import figure_column

GROWTH = 1.5


def next_sizes(planned: Planned, folder: Path, sizes: Mapping[int, int]) -> dict[int, int]:
    """How many runs each point needs next; the same number where it has enough."""
    words = planned.experiment.replications
    assert isinstance(words, Until)
    if isinstance(words.until, Precision):
        figures = [words.until.figure]
    else:
        figures = [one.figure for one in planned.experiment.expect if hasattr(one, "figure")]
    columns = [*KEY, "verdict", *dict.fromkeys(map(figure_column, figures))]
    runs = read_parts(folder, columns)
    if runs is None:
        return dict(sizes)
    by_point = {
        int(rows["point"][0]): rows.filter(pl.col("replication") < sizes[int(rows["point"][0])])
        for rows in runs.partition_by("point")
    }
    return {
        point: size if enough(planned, words, by_point[point]) else grown(size, words.at_most)
        for point, size in sizes.items()
    }


def grown(size: int, at_most: int) -> int:
    """The size at which a point is looked at next."""
    return min(math.ceil(size * GROWTH), at_most)


def enough(planned: Planned, words: Until, rows: pl.DataFrame) -> bool:
    """Whether the runs of a point are enough."""
    if isinstance(words.until, Precision):
        return is_precise(words.until, rows)
    expectations = planned.experiment.expect
    return all(decision(one, rows).verdict != "unknown" for one in expectations)


def is_precise(words: Precision, rows: pl.DataFrame) -> bool:
    """Whether the interval of a figure's mean is narrow enough; never of what never came."""
    values = rows[figure_column(words.figure)].drop_nulls().to_numpy().astype(float)
    if values.size < 2 or not np.isfinite(values).all():
        return False
    low, high = mean_interval(values)
    return bool((high - low) / 2 <= words.interval * abs(values.mean()))
