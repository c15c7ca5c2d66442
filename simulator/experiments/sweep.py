"""An experiment from its file to its results: what is missing is run, until there is enough."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal, Protocol

from simulator.experiments.design.language import Until
from simulator.experiments.design.reading import Planned, load_experiment
from simulator.experiments.results import Results, open_sweep
from simulator.experiments.running.engines import Engine, engine
from simulator.experiments.running.stopping import next_sizes
from simulator.experiments.running.store import Store
from simulator.experiments.running.work import Job
from simulator.journal.folder import file_stem

DEFAULT_PARENT = Path("sweeps")
SECOND = 1_000_000


class Watcher(Protocol):
    """Is told how a sweep goes on."""

    def begin(self, done: Engine) -> None:
        """The workers are there."""
        ...

    def step(self, done: int, total: int, failed: int) -> None:
        """So many runs are over, of so many that are planned up to now; so many did not pass."""
        ...


class Silent:
    """Tells nobody."""

    def begin(self, done: Engine) -> None:
        """Nothing."""

    def step(self, done: int, total: int, failed: int) -> None:
        """Nothing."""


def default_folder(planned: Planned) -> Path:
    """Where the results go when nobody says: the same folder for the same file."""
    stem = Path(planned.file).stem if Path(planned.file).suffix else planned.name
    return DEFAULT_PARENT / (file_stem(stem) or "sweep")


def sweep(
    experiment: Planned | str | Path | Mapping[str, object],
    out: str | Path | Literal[False] | None = None,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    overrides: Mapping[str, str] | None = None,
    watcher: Watcher | None = None,
) -> Results:
    """Make the runs of an experiment that are still missing, and return the results of all.

    `experiment`: its file, or what such a file says as plain data. `out`: the folder of the
    results; by default one under ``sweeps/`` that is called like the file. A folder of the same
    experiment is gone on with. False keeps them until nobody needs the results any more.
    `workers`: processes of this machine; None: one for each processor; 0: this process.
    `scheduler`: the address of a Dask scheduler, in the place of `workers`. `overrides` sets single
    values, as ``--set`` does.

    A program that calls this with workers needs the usual ``if __name__ == "__main__":``. Raises
    ScenarioError and RunFolderError for a wrong call, BackendError for a scheduler that cannot be
    used, and RunFailed when the scheduler goes away or the disk is full: the same call goes on.
    """
    planned = (
        experiment if isinstance(experiment, Planned) else load_experiment(experiment, overrides)
    )
    temporary = tempfile.TemporaryDirectory(prefix="simulator-") if out is False else None
    folder = Path(temporary.name) if temporary else Path(out or default_folder(planned))
    sizes = dict.fromkeys(range(len(planned.points)), planned.first_size)
    watcher = watcher or Silent()
    performer = LazyEngine(engine(workers, scheduler), watcher)
    store = Store(folder, planned)
    try:
        _run(planned, store, sizes, performer, watcher)
    finally:
        try:
            store.finish(sizes)
        finally:
            store.close()
    return open_sweep(folder, temporary)


def _run(
    planned: Planned,
    store: Store,
    sizes: dict[int, int],
    engine: LazyEngine,
    watcher: Watcher,
) -> None:
    """Make runs until each point has as many as it needs; `sizes` says how many that are."""
    done = store.done()
    with engine:
        while True:
            wanted = [
                (point, number)
                for point, size in sizes.items()
                for number in range(size)
                if (point, number) not in done
            ]
            total = sum(sizes.values())
            failed, left = 0, len(wanted)
            watcher.step(total - left, total, failed)
            if wanted:
                for outcomes in engine.started.perform(_jobs(planned, wanted)):
                    store.add(outcomes)
                    done |= {(one.point, one.replication) for one in outcomes}
                    failed += sum(one.cells["verdict"] != "pass" for one in outcomes)
                    left -= len(outcomes)
                    watcher.step(total - left, total, failed)
            if not isinstance(planned.experiment.replications, Until):
                return
            larger = next_sizes(planned, store.folder, sizes)
            if larger == sizes:
                return
            sizes.update(larger)


class LazyEngine:
    """Starts an engine when it is first needed: a sweep that is done needs none."""

    def __init__(self, context: AbstractContextManager[Engine], watcher: Watcher) -> None:
        self._context = context
        self._watcher = watcher
        self._engine: Engine | None = None

    @property
    def started(self) -> Engine:
        """The engine, which runs from now on."""
        if self._engine is None:
            self._engine = self._context.__enter__()
            self._watcher.begin(self._engine)
        return self._engine

    def __enter__(self) -> LazyEngine:
        return self

    def __exit__(self, *details: object) -> None:
        if self._engine is not None:
            self._context.__exit__(*details)  # type: ignore[arg-type]


def _jobs(planned: Planned, wanted: Sequence[tuple[int, int]]) -> Iterator[Job]:
    experiment = planned.experiment
    limit = experiment.time_limit
    at = -1
    for number, replication in wanted:
        point = planned.points[number]
        if number != at:
            at, scenario = number, pickle.dumps(planned.scenario_at(point))
        yield Job(
            point=number,
            replication=replication,
            seed=point.seed(experiment, replication),
            scenario=scenario,
            backend=point.backend(experiment.backend),
            keep=experiment.keep,
            curves=experiment.curves,
            time_limit=None if limit is None else limit / SECOND,
        )
