"""One run of an experiment: what a worker is given, and what it gives back.

Both can be pickled. A run that fails gives a row as well, with its error.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from simulator import api
from simulator.analysis.run import Run
from simulator.errors import Livelock
from simulator.experiments.design.values import Cell
from simulator.running.interruption import INTERRUPTED
from simulator.scenario import Scenario, build_plan
from simulator.scenario.source import one_line

SECOND = 1_000_000
CURVES = ("declared", "roster", "availability")
"""The shares whose course over time is kept."""

Keep = Literal["none", "failed", "all"]


@dataclass(frozen=True, slots=True)
class Job:
    """A run to do. `time_limit` is in seconds of real time; None is no limit.

    `scenario` is a pickled `Scenario`: it is pickled once for all runs of a point, and unpickled
    once by who does several of them.
    """

    point: int
    replication: int
    seed: int
    scenario: bytes
    backend: str
    keep: Keep
    curves: bool
    time_limit: float | None

    def do(self) -> Outcome:
        """Make the run."""
        return work(self)

    def lost(self, error: BaseException) -> Outcome:
        """The row of a run whose worker died."""
        identity: dict[str, Cell] = {"seed": self.seed, "backend": self.backend}
        return Outcome(self.point, self.replication, identity | error_cells(error))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job: cells of the table by column, and perhaps the run itself.

    `curves`: the times in seconds and the shares of each kind, from change to change.
    """

    point: int
    replication: int
    cells: Mapping[str, Cell]
    curves: Mapping[str, tuple[list[float], list[float | None]]] = field(default_factory=dict)
    run: Run | None = None

    @property
    def cpu_s(self) -> float | None:
        """Processor time in seconds, where it is known."""
        cost = self.cells.get("cpu_s")
        return cost if isinstance(cost, float) else None


def work(job: Job) -> Outcome:
    """Do a job. Never raises for what a run may come to."""
    began = time.process_time()
    try:
        run = api.run(
            build_plan(_unpickled(job.scenario), job.seed),
            job.backend,
            out=False,
            check=False,
            time_limit=job.time_limit,
        )
        _check_whole(run)
        cells = _cells(run)
        curves = _curves(run) if job.curves else {}
    except (Exception, Livelock) as error:
        return _done(job, error_cells(error), began)
    kept = job.keep == "all" or (job.keep == "failed" and cells["verdict"] != "pass")
    return _done(job, cells, began, curves, run if kept else None)


@lru_cache(maxsize=4)
def _unpickled(scenario: bytes) -> Scenario:
    found: Scenario = pickle.loads(scenario)
    return found


def _check_whole(run: Run) -> None:
    """Raise KeyboardInterrupt for a run that somebody interrupted: it is to be made again."""
    end = run.measurement.info.end
    if end is not None and end.reason.startswith(INTERRUPTED):
        raise KeyboardInterrupt


def _done(
    job: Job,
    cells: dict[str, Cell],
    began: float,
    curves: Mapping[str, tuple[list[float], list[float | None]]] | None = None,
    run: Run | None = None,
) -> Outcome:
    import psutil  # noqa: PLC0415

    costs: dict[str, Cell] = {
        "cpu_s": round(time.process_time() - began, 6),
        "memory_mb": round(psutil.Process().memory_info().rss / 1e6, 3),
    }
    identity: dict[str, Cell] = {"seed": job.seed, "backend": job.backend}
    return Outcome(job.point, job.replication, identity | cells | costs, curves or {}, run)


def error_cells(error: BaseException) -> dict[str, Cell]:
    """The row of a run that failed."""
    text = one_line(str(error)) or type(error).__name__
    return {"verdict": "unknown", "reason": text, "error": f"{type(error).__name__}: {text}"}


def _cells(run: Run) -> dict[str, Cell]:
    verdict, measured = run.verdict, run.measurement
    cells: dict[str, Cell] = {
        "verdict": verdict.value,
        "reason": one_line(verdict.reasons[0]) if verdict.reasons else None,
        "agents": len(measured.info.planned),
        "duration_s": measured.end / SECOND,
    }
    cells |= run.figures.numbers()
    return cells if run.error is None else cells | error_cells(run.error)


def _curves(run: Run) -> dict[str, tuple[list[float], list[float | None]]]:
    found: dict[str, tuple[list[float], list[float | None]]] = {}
    for name, series in run.measurement.states.convergence.items():
        found[name] = (
            [time / SECOND for time in series.times],
            [share.ratio for share in series.values],
        )
    return found
