"""From a scenario file to a `Scenario`, or to every fault in it at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from pathlib import Path

from simulator.errors import Fault, ScenarioError
from simulator.scenario.language.schema import Scenario
from simulator.scenario.planning.build import find_faults
from simulator.scenario.reading.overrides import override
from simulator.scenario.reading.remainder import remainder
from simulator.scenario.reading.validation import validate
from simulator.scenario.reading.yaml_source import parse_yaml, read_source
from simulator.scenario.source import Source


def load_scenario(
    path: Path | str, overrides: Mapping[str, str] | Iterable[tuple[str, str]] = ()
) -> Scenario:
    """Read, override and validate a scenario file.

    `overrides` maps a key such as ``populations.member.count`` to a value written in YAML.
    Raises ScenarioError with all faults, in file order. What only a plan can show (graphs that
    do not fit, classes that cannot be imported) is found by `build_plan`; a file that has other
    faults too is looked through for those as well, as far as it can be understood.
    """
    source = read_source(Path(path))
    pairs = overrides.items() if isinstance(overrides, Mapping) else overrides
    faults = [fault for key, value in pairs for fault in override(source, key, value)]
    if faults:
        raise ScenarioError(faults)
    return scenario_of(source)


def parse_scenario(text: str, name: str, folder: Path) -> Scenario:
    """A scenario from the text of its file. `name` stands for the file in messages.

    Raises ScenarioError, as `load_scenario`.
    """
    return scenario_of(parse_yaml(text, name, folder))


def scenario_from(document: Mapping[str, object], folder: Path | None = None) -> Scenario:
    """A scenario from plain data in the form of its file, as the journal's first record has it.

    `folder` is where relative file names start; omitted: the current one. Raises ScenarioError.
    """
    return scenario_of(Source("scenario", folder or Path.cwd(), deepcopy(dict(document))))


def scenario_of(source: Source) -> Scenario:
    """The scenario of a document that was read. Raises ScenarioError."""
    scenario, faults = validate(source, Scenario)
    if scenario is None:
        raise ScenarioError([*faults, *_faults_of_the_rest(source, faults)])
    scenario._source = source
    return scenario


def _faults_of_the_rest(source: Source, faults: list[Fault]) -> list[Fault]:
    """Faults that planning finds in a document whose faulty parts are left out."""
    partial = remainder(source, faults)
    mended = None if partial is None else validate(partial, Scenario)[0]
    if mended is None or partial is None:
        return []
    mended._source = partial
    return find_faults(mended)
