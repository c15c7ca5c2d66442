"""The folder of an experiment: nothing that was done is lost, and nothing is done twice.

manifest.json     which experiment, seed and version the folder belongs to
experiment.yaml   the experiment as it was run
parts/            a Parquet file for each few runs, as soon as they are over
runs.parquet      the table: a row for each run, by point and replication
costs.parquet     processor time and memory of each run, which differ each time
curves.parquet    convergence over time
kept/             the run folders that were kept
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import itertools
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path

import polars as pl

from simulator import __version__
from simulator.errors import RunFailed, RunFolderError
from simulator.experiments.design.reading import Planned
from simulator.experiments.design.values import Column
from simulator.experiments.running.work import CURVES, Outcome
from simulator.journal.folder import KEPT, SWEEP, writing
from simulator.scenario.figures import FIGURES, figure_column
from simulator.scenario.reading.scalars import dump_yaml

FORMAT = 1
MANIFEST, DOCUMENT, PARTS = SWEEP, "experiment.yaml", "parts"
RUNS, COSTS, CURVE_FILE = "runs.parquet", "costs.parquet", "curves.parquet"
KEY = ("point", "replication")

_KINDS: dict[str, type[pl.DataType]] = {
    "flag": pl.Boolean,
    "whole": pl.Int64,
    "number": pl.Float64,
    "text": pl.String,
}
_COST_COLUMNS = {"cpu_s": pl.Float64, "memory_mb": pl.Float64}
_CURVE_COLUMNS: dict[str, pl.DataType] = {
    f"{curve}.{part}": pl.List(pl.Float64) for curve in CURVES for part in ("time_s", "share")
}

Schema = dict[str, type[pl.DataType] | pl.DataType]


def run_columns(varied: Sequence[Column]) -> Schema:
    """The columns of the table, with their types."""
    counts = {name for name, unit in FIGURES.items() if unit == "count"}
    return {
        **dict.fromkeys(KEY, pl.Int64),
        **{column.name: _KINDS[column.kind] for column in varied},
        "backend": pl.String,
        "seed": pl.Int64,
        "verdict": pl.String,
        "reason": pl.String,
        "error": pl.String,
        "agents": pl.Int64,
        "duration_s": pl.Float64,
        **{figure_column(name): pl.Int64 if name in counts else pl.Float64 for name in FIGURES},
        "kept": pl.String,
    }


def fingerprint(planned: Planned) -> str:
    """What the runs depend on, as a hash: not how many there are, nor what is expected of them."""
    experiment, folder = planned.experiment, planned.base.folder
    files = {_graph_file(one.value) for point in planned.points for one in point.settings}
    files |= set(_graph_files(planned.base.data))
    contents = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in sorted(files - {""})
    }
    inputs = [
        FORMAT,
        planned.base.data,
        contents,
        [experiment.seed, experiment.seeds, experiment.backend, experiment.curves],
        experiment.time_limit,
        [[point.key, *point.cells] for point in planned.points],
    ]
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def _graph_files(data: object) -> Iterator[str]:
    """The files that a document names anywhere under `graph`."""
    if isinstance(data, dict):
        yield _graph_file(data.get("graph"))
    inside = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    for one in inside:
        yield from _graph_files(one)


def _graph_file(value: object) -> str:
    return str(value["file"]) if isinstance(value, dict) and "file" in value else ""


class Store:
    """The folder of an experiment, open for the runs that are still missing.

    Raises RunFolderError for a folder of another experiment or version, or that another process
    works in; and RunFailed where the disk refuses to write.
    """

    def __init__(self, folder: Path, planned: Planned) -> None:
        self.folder = folder
        self._planned = planned
        self._columns = run_columns(planned.columns)
        self._schema: Schema = {**self._columns, **_COST_COLUMNS, **_CURVE_COLUMNS}
        self._points = {point.number: point for point in planned.points}
        self._names = [column.name for column in planned.columns]
        with writing(folder):
            (folder / PARTS).mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = _locked(folder)
        try:
            self._claim()
        except BaseException:
            self.close()
            raise
        for torn in (folder / PARTS).glob(".*"):
            torn.unlink()
        numbers = [int(part.stem) for part in (folder / PARTS).glob("*.parquet")]
        self._numbers = itertools.count(max(numbers, default=-1) + 1)

    def close(self) -> None:
        """Let another process work in the folder."""
        os.close(self._lock)

    def _claim(self) -> None:
        """Make the folder that of this experiment, unless it is another's."""
        planned = self._planned
        manifest = {
            "format": FORMAT,
            "simulator": __version__,
            "experiment": planned.name,
            "file": Path(planned.file).name,
            "fingerprint": fingerprint(planned),
            "seed": planned.experiment.seed,
            "points": len(planned.points),
            "varied": {column.name: column.kind for column in planned.columns},
        }
        path = self.folder / MANIFEST
        if path.exists():
            _check_same(self.folder, read_manifest(self.folder), manifest)
        elif any((self.folder / PARTS).iterdir()):
            problem = f"holds runs without a {MANIFEST}; give another --out"
            raise RunFolderError(self.folder, problem)
        with _writing(self.folder):
            _replace(path, (json.dumps(manifest, indent=2) + "\n").encode())
            document = {**_document(planned), "scenario": planned.base.data}
            _replace(self.folder / DOCUMENT, dump_yaml(document).encode())

    def done(self) -> set[tuple[int, int]]:
        """(point, replication) of every run that there is."""
        found = read_parts(self.folder, KEY)
        return set() if found is None else set(found.rows())

    def add(self, outcomes: Sequence[Outcome]) -> None:
        """Write the outcomes of some runs, all or nothing."""
        with _writing(self.folder):
            rows = [self._row(outcome, self._keep(outcome)) for outcome in outcomes]
            frame = pl.DataFrame(rows, schema=self._schema, orient="row")
            path = self.folder / PARTS / f"{next(self._numbers):06}.parquet"
            _replace(path, _parquet(frame))

    def _row(self, outcome: Outcome, kept: str | None) -> list[object]:
        cells: dict[str, object] = {
            **dict(zip(self._names, self._points[outcome.point].cells, strict=True)),
            **outcome.cells,
            "point": outcome.point,
            "replication": outcome.replication,
            "kept": kept,
        }
        for curve, (times, shares) in outcome.curves.items():
            cells |= {f"{curve}.time_s": times, f"{curve}.share": shares}
        return [cells.get(name) for name in self._schema]

    def _keep(self, outcome: Outcome) -> str | None:
        """Save the run itself, if it is to be kept; returns its folder, seen from this one."""
        if outcome.run is None:
            return None
        name = f"{KEPT}/point{outcome.point}-run{outcome.replication}"
        if not (self.folder / name).exists():
            torn = self.folder / KEPT / f".point{outcome.point}-run{outcome.replication}"
            shutil.rmtree(torn, ignore_errors=True)
            outcome.run.save(torn)
            torn.rename(self.folder / name)
        return name

    def finish(self, sizes: Mapping[int, int]) -> None:
        """Write the tables of the first runs of each point, so many, and put the parts together."""
        whole = read_parts(self.folder, tuple(self._schema))
        if whole is None:
            return
        wanted = pl.DataFrame({"point": list(sizes), "size": list(sizes.values())})
        rows = whole.join(wanted, on="point", how="inner", maintain_order="left")
        rows = rows.filter(pl.col("replication") < pl.col("size")).rechunk()
        tables = {RUNS: self._columns, COSTS: (*KEY, *_COST_COLUMNS)}
        if self._planned.experiment.curves:
            tables[CURVE_FILE] = (*KEY, *_CURVE_COLUMNS)
        with _writing(self.folder):
            for name, columns in tables.items():
                _replace(self.folder / name, _parquet(rows.select(*columns)))
            parts = sorted((self.folder / PARTS).glob("*.parquet"))
            if len(parts) > 1:
                name = f"{next(self._numbers):06}.parquet"
                _replace(self.folder / PARTS / name, _parquet(whole))
                for part in parts:
                    part.unlink()


def _document(planned: Planned) -> dict[str, object]:
    data = planned.experiment.source.data
    assert isinstance(data, dict)
    return data


def _check_same(folder: Path, found: Mapping[str, object], own: Mapping[str, object]) -> None:
    """Raise RunFolderError where a folder's manifest is another's."""
    otherwise = "give another --out, or remove it"
    if (found.get("format"), found.get("simulator")) != (own["format"], own["simulator"]):
        problem = f"was written by simulator {found.get('simulator')}, and this is {__version__}"
        raise RunFolderError(folder, f"{problem}; {otherwise}")
    if found.get("fingerprint") != own["fingerprint"]:
        whose = f"{found.get('file')} ({found.get('experiment')})"
        what = f"another experiment than {own['file']} is now: {whose}"
        raise RunFolderError(folder, f"holds the runs of {what}; {otherwise}")


def read_manifest(folder: Path) -> Mapping[str, object]:
    """The manifest of a folder. Raises RunFolderError where there is none."""
    try:
        found = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise RunFolderError(folder, f"is not the folder of a sweep: it has no {MANIFEST}")
    return found


def read_tables(folder: Path, *names: str) -> pl.DataFrame | None:
    """The tables of a folder by their files' names, side by side; None where one is missing."""
    if not all((folder / name).is_file() for name in names):
        return None
    first, *others = [pl.read_parquet(folder / name) for name in names]
    for other in others:
        first = first.join(other, on=KEY, how="left", maintain_order="left")
    return first


def read_parts(folder: Path, columns: Sequence[str]) -> pl.DataFrame | None:
    """Columns of all runs that are over, by point and replication; None where there is no run."""
    parts = sorted((folder / PARTS).glob("*.parquet"))
    if not parts:
        return None
    wanted = list(dict.fromkeys([*KEY, *columns]))
    found = pl.concat([pl.read_parquet(part, columns=wanted) for part in parts])
    return found.unique(KEY, keep="first", maintain_order=True).sort(KEY).select(columns).rechunk()


def _locked(folder: Path) -> int:
    """Hold the folder for this process: the lock goes with the process, however that ends."""
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise RunFolderError(folder, "another command works in it; wait for its end") from None
    return descriptor


def _parquet(frame: pl.DataFrame) -> bytes:
    content = BytesIO()
    frame.write_parquet(content, compression="zstd", statistics=False)
    return content.getvalue()


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; only its owner can read it."""
    torn = path.with_name(f".{path.name}")
    torn.unlink(missing_ok=True)
    descriptor = os.open(torn, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    os.replace(torn, path)


@contextlib.contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        with writing(folder):
            yield
    except RunFolderError as error:
        raise RunFailed(
            f"{error}; what is there is whole: mend that, and the same command goes on with what is"
            " missing"
        ) from error
