"""From what an experiment varies to its points: the settings that the scenario is run with."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from simulator.errors import Fault
from simulator.experiments.design.language import (
    MOST_RUNS,
    Cases,
    Design,
    Experiment,
    Grid,
    LatinHypercube,
    Sobol,
    Span,
    Zipped,
)
from simulator.experiments.design.values import Cell, Column, sampled, tabulated, values_of
from simulator.scenario.source import DocumentPath, PartError

BACKEND = "backend"
"""What is varied under this name is no part of the scenario, but the server that it runs on."""

_T = TypeVar("_T")
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Setting:
    """A value of the scenario by its path; and where the experiment's document has it."""

    path: str
    value: object
    origin: DocumentPath


@dataclass(frozen=True, slots=True)
class Point:
    """One combination of what varies. `cells`: what the table's columns hold of it, in order."""

    number: int
    cells: tuple[Cell, ...]
    settings: tuple[Setting, ...]

    @property
    def key(self) -> str:
        """The settings as one text, by which the point is known wherever it stands."""
        return json.dumps({one.path: one.value for one in self.settings}, sort_keys=True)

    def backend(self, otherwise: str) -> str:
        """The server to run on."""
        return next((str(one.value) for one in self.settings if one.path == BACKEND), otherwise)

    def seed(self, experiment: Experiment, replication: int) -> int:
        """The seed of a run: derived from the experiment's, and below 2^53 for any reader."""
        point = self.key if experiment.seeds == "independent" else ""
        text = f"{experiment.seed}/{point}/{replication}"
        return int.from_bytes(sha256(text.encode()).digest()[:8]) >> 11


@dataclass(frozen=True, slots=True)
class _Level:
    cells: tuple[Cell, ...]
    settings: tuple[Setting, ...]


_Worked = tuple[list[Column], list[_Level]]


def points_of(experiment: Experiment) -> tuple[list[Column], list[Point], list[Fault]]:
    """The columns of what varies, every point, and every fault.

    Designs with faults are left out, so that the points of the others can be looked at.
    """
    faults: list[Fault] = []
    worked: list[_Worked] = []
    for number, design in enumerate(experiment.vary):
        origin: DocumentPath = ("vary", number)
        try:
            worked.append(_WORK[type(design)](design, origin, experiment.seed))
        except _Faulty as error:
            faults += [experiment.source.fault(*one) for one in error.faults]
    count = math.prod(len(levels) for _, levels in worked)
    if count > MOST_RUNS:
        worked = []
        faults.append(
            experiment.source.fault(("vary",), f"makes {count} points", f"at most {MOST_RUNS}")
        )
    columns = [column for columns, _ in worked for column in columns]
    faults += _repeated(experiment, columns)
    if len(worked) > 1 and any(isinstance(one, Sobol) and one.indices for one in experiment.vary):
        problem = "Sobol indices go with no other design"
        faults.append(experiment.source.fault(("vary",), problem, "one design, with `indices`"))
    points = [
        Point(
            number,
            tuple(cell for level in levels for cell in level.cells),
            tuple(setting for level in levels for setting in level.settings),
        )
        for number, levels in enumerate(itertools.product(*(levels for _, levels in worked)))
    ]
    return columns, points, faults


def _repeated(experiment: Experiment, columns: Sequence[Column]) -> Iterator[Fault]:
    names = [column.name for column in columns]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        yield experiment.source.fault(("vary",), f"`{name}` varies twice", "once")


class _Faulty(Exception):
    """What is wrong with a design: (path in the document, problem, expected) of each fault."""

    def __init__(self, faults: Sequence[tuple[DocumentPath, str, str]]) -> None:
        self.faults = faults
        super().__init__(faults)


def _each(
    words: Mapping[str, _T], origin: DocumentPath, work: Callable[[_T], list[object]]
) -> dict[str, list[object]]:
    """The values of each path, or every fault at once."""
    values: dict[str, list[object]] = {}
    faults: list[tuple[DocumentPath, str, str]] = []
    for path, one in words.items():
        if path == "seed":
            faults.append(((*origin, path), "each run has a seed already", "`replications`"))
            continue
        try:
            values[path] = work(one)
        except PartError as error:
            place = (*origin, path, *([error.key] if error.key else []))
            faults.append((place, error.problem, error.expected))
    if faults:
        raise _Faulty(faults)
    return values


def _listed(words: object) -> list[object]:
    return list(words) if isinstance(words, tuple) else values_of(words)  # type: ignore[arg-type]


def _axis(path: str, values: Sequence[object], origin: DocumentPath, own: bool) -> _Worked:
    """One column. `own`: each value has a place of its own in the document."""
    column, cells = tabulated(path, values)
    places = [(*origin, path, *((index,) if own else ())) for index in range(len(values))]
    return [column], [
        _Level((cell,), (Setting(path, value, place),))
        for cell, value, place in zip(cells, values, places, strict=True)
    ]


def _axes(
    words: Mapping[str, object], values: Mapping[str, list[object]], origin: DocumentPath
) -> list[_Worked]:
    return [
        _axis(path, found, origin, isinstance(words[path], tuple)) for path, found in values.items()
    ]


def _joined(axes: Sequence[_Worked], rows: Iterator[tuple[_Level, ...]]) -> _Worked:
    columns = [column for found, _ in axes for column in found]
    return columns, [
        _Level(
            tuple(cell for level in row for cell in level.cells),
            tuple(setting for level in row for setting in level.settings),
        )
        for row in rows
    ]


def _grid(design: Grid, origin: DocumentPath, seed: int) -> _Worked:
    origin = (*origin, "grid")
    values = _each(design.grid, origin, _listed)
    count = math.prod(map(len, values.values()))
    if count > MOST_RUNS:
        raise _Faulty([(origin, f"makes {count} points", f"at most {MOST_RUNS}")])
    axes = _axes(design.grid, values, origin)
    return _joined(axes, itertools.product(*(levels for _, levels in axes)))


def _zipped(design: Zipped, origin: DocumentPath, seed: int) -> _Worked:
    origin = (*origin, "zip")
    values = _each(design.zip, origin, _listed)
    lengths = {path: len(found) for path, found in values.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{path} has {length}" for path, length in lengths.items())
        raise _Faulty([(origin, f"the numbers of values differ: {told}", "the same number")])
    axes = _axes(design.zip, values, origin)
    return _joined(axes, zip(*(levels for _, levels in axes), strict=True))


def _cases(design: Cases, origin: DocumentPath, seed: int) -> _Worked:
    origin = (*origin, "cases")
    _each({path: () for case in design.cases.values() for path in case}, origin, _listed)
    return [Column(design.column, "text")], [
        _Level(
            (name,),
            tuple(Setting(path, value, (*origin, name, path)) for path, value in case.items()),
        )
        for name, case in design.cases.items()
    ]


def _sample(words: Mapping[str, Span], origin: DocumentPath, places: Array) -> _Worked:
    numbers = {path: places[:, column].tolist() for column, path in enumerate(words)}
    paired = {path: (span, numbers[path]) for path, span in words.items()}
    values = _each(paired, origin, lambda pair: sampled(*pair))
    axes = _axes(words, values, origin)
    return _joined(axes, zip(*(levels for _, levels in axes), strict=True))


def _latin_hypercube(design: LatinHypercube, origin: DocumentPath, seed: int) -> _Worked:
    from scipy.stats import qmc  # noqa: PLC0415  (takes half a second)

    words = design.latin_hypercube
    places = qmc.LatinHypercube(len(words), rng=_random(seed, origin)).random(design.samples)
    return _sample(words, (*origin, "latin_hypercube"), places)


def _sobol(design: Sobol, origin: DocumentPath, seed: int) -> _Worked:
    from scipy.stats import qmc  # noqa: PLC0415

    words = design.sobol
    size = len(words)
    sampler = qmc.Sobol(size * (2 if design.indices else 1), rng=_random(seed, origin))
    places = sampler.random(design.samples)
    if design.indices:
        places = saltelli(places[:, :size], places[:, size:])
    return _sample(words, (*origin, "sobol"), places)


def saltelli(a: Array, b: Array) -> Array:
    """The places for Sobol indices (Saltelli et al. 2010): A, B, and A with each column of B."""
    mixed = []
    for column in range(a.shape[1]):
        mixed.append(a.copy())
        mixed[-1][:, column] = b[:, column]
    return np.concatenate([a, b, *mixed])


def _random(seed: int, origin: DocumentPath) -> np.random.Generator:
    return np.random.default_rng([seed, int(origin[1])])


_WORK: dict[type[Design], Callable[..., _Worked]] = {
    Grid: _grid,
    Zipped: _zipped,
    Cases: _cases,
    LatinHypercube: _latin_hypercube,
    Sobol: _sobol,
}
"""How each kind of design is worked out: design, its place in the document, seed."""
