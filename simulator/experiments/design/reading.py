"""From an experiment file to all that its runs need, or to every fault in it at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from simulator.errors import Fault, InputError, ScenarioError
from simulator.experiments.design.language import Experiment, Until
from simulator.experiments.design.points import BACKEND, Point, points_of
from simulator.experiments.design.values import Column
from simulator.running.faults import check_faults
from simulator.scenario import Scenario, build_plan
from simulator.scenario.reading.loader import scenario_of
from simulator.scenario.reading.overrides import override, replace_value
from simulator.scenario.reading.validation import validate
from simulator.scenario.reading.yaml_source import read_source
from simulator.scenario.source import Source
from simulator.servers import make_backend

_SCENARIO = "scenario"


@dataclass(frozen=True)
class Planned:
    """An experiment that was worked out: its points, and the scenario that they change.

    `file` is the experiment's, for messages and names.
    """

    experiment: Experiment
    file: str
    base: Source
    columns: list[Column]
    points: list[Point]

    @cached_property
    def name(self) -> str:
        """The experiment's title, or its scenario's."""
        own = self.base.data.get("name", "") if isinstance(self.base.data, dict) else ""
        return self.experiment.name or str(own)

    @property
    def first_size(self) -> int:
        """How many runs each point has before anybody looks at them."""
        replications = self.experiment.replications
        if isinstance(replications, Until):
            return min(replications.at_least, replications.at_most)
        return replications

    def scenario_at(self, point: Point) -> Scenario:
        """The scenario with the settings of a point. Raises ScenarioError."""
        base = self.base
        source = replace(
            base, data=deepcopy(base.data), values=dict(base.values), keys=dict(base.keys)
        )
        faults = []
        for setting in point.settings:
            if setting.path == BACKEND:
                continue
            place = self.experiment.source.place(setting.origin)
            wrong = replace_value(source, setting.path, deepcopy(setting.value), place)
            if wrong is not None:
                faults.append(self.experiment.source.fault(setting.origin, *wrong))
        if faults:
            raise ScenarioError(faults)
        return scenario_of(source)


def load_experiment(
    document: Path | str | Mapping[str, object], overrides: Mapping[str, str] | None = None
) -> Planned:
    """Read, override and work out an experiment, and plan each of its points once.

    `document`: the experiment's file, or what such a file says as plain data; relative file names
    in it start at the file's folder, or the current one. `overrides` sets single values, as
    ``--set`` does; ``scenario.`` leads into the scenario, even when that has a file of its own.
    Raises ScenarioError with every fault.
    """
    source = _source(document)
    held = isinstance(source.data, dict) and isinstance(source.data.get(_SCENARIO), dict)
    settings = (overrides or {}).items()
    outer = [(key, value) for key, value in settings if held or not _leads_inside(key)]
    inner = [(key, value) for key, value in settings if not held and _leads_inside(key)]
    _raise([fault for key, value in outer for fault in override(source, key, value)])
    experiment, faults = validate(source, Experiment)
    if experiment is None:
        raise ScenarioError(faults)
    experiment._source = source
    base = _base(experiment, inner)
    columns, points, faults = points_of(experiment)
    planned = Planned(experiment, source.file, base, columns, points)
    _raise([*faults, *_faults(planned)])
    return planned


def _source(document: Path | str | Mapping[str, object]) -> Source:
    if isinstance(document, Mapping):
        return Source("experiment", Path.cwd(), deepcopy(dict(document)))
    return read_source(Path(document))


def _leads_inside(key: str) -> bool:
    return key.startswith(f"{_SCENARIO}.")


def _base(experiment: Experiment, settings: Iterable[tuple[str, str]]) -> Source:
    """The document of the scenario, with the places of its parts."""
    source = experiment.source
    if isinstance(experiment.scenario, str):
        file = source.folder / experiment.scenario
        if not file.is_file():
            fault = source.fault(
                (_SCENARIO,), f"there is no file {experiment.scenario}", "a scenario"
            )
            raise ScenarioError([fault])
        base = read_source(Path(source.file).parent / experiment.scenario)
        _raise(
            [
                fault
                for key, value in settings
                for fault in override(base, key.removeprefix(f"{_SCENARIO}."), value)
            ]
        )
        return base
    assert isinstance(source.data, dict)
    return Source(
        source.file,
        source.folder,
        source.data[_SCENARIO],
        values={
            path[1:]: place for path, place in source.values.items() if path[:1] == (_SCENARIO,)
        },
        keys={
            path[1:]: place
            for path, place in source.keys.items()
            if path[1:2] and path[0] == _SCENARIO
        },
    )


def _raise(faults: list[Fault]) -> None:
    if faults:
        raise ScenarioError(list(dict.fromkeys(faults)))


def _faults(planned: Planned) -> list[Fault]:
    """What is wrong with single points; a fault of several points is told once."""
    faults: dict[tuple[str, int, int, str], Fault] = {}
    for point in planned.points:
        for fault in _faults_at(planned, point):
            faults.setdefault((fault.file, fault.line, fault.column, fault.where), fault)
    return list(faults.values())


def _faults_at(planned: Planned, point: Point) -> list[Fault]:
    experiment, name = planned.experiment, point.backend(planned.experiment.backend)
    origin = next((one.origin for one in point.settings if one.path == BACKEND), (BACKEND,))
    if name == "external":
        problem = "each run of an experiment starts a server of its own, and none an external one"
        return [experiment.source.fault(origin, problem, "`embedded`, `prosody` or `ejabberd`")]
    try:
        plan = build_plan(planned.scenario_at(point), point.seed(experiment, 0))
        check_faults(plan, make_backend(name))
    except ScenarioError as error:
        return error.faults
    except InputError as error:
        return [experiment.source.fault(origin, str(error))]
    return []
