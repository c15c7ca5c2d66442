"""From a scenario file to a `Scenario`, or to every fault in it at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from functools import partial
from pathlib import Path

from simulator.errors import Fault, ScenarioError
from simulator.scenario.language.schema import Scenario
from simulator.scenario.language.words import nearest
from simulator.scenario.planning.build import find_faults
from simulator.scenario.reading.validation import validate
from simulator.scenario.reading.yaml_source import parse_yaml, read_source
from simulator.scenario.source import DocumentPath, Place, Source

_STEP = re.compile(r"[^.\[\]]+|\[(\d{1,9})\]")
_KEY = re.compile(r"[^.\[\]]+(\.[^.\[\]]+|\[\d{1,9}\])*")


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
    faults = [fault for key, value in pairs for fault in _override(source, key, value)]
    if faults:
        raise ScenarioError(faults)
    return _validated(source)


def parse_scenario(text: str, name: str, folder: Path) -> Scenario:
    """A scenario from the text of its file. `name` stands for the file in messages.

    Raises ScenarioError, as `load_scenario`.
    """
    return _validated(parse_yaml(text, name, folder))


def scenario_from(document: Mapping[str, object], folder: Path | None = None) -> Scenario:
    """A scenario from plain data in the form of its file, as the journal's first record has it.

    `folder` is where relative file names start; omitted: the current one. Raises ScenarioError.
    """
    source = Source("scenario", folder or Path.cwd(), deepcopy(dict(document)))
    return _validated(source)


def _validated(source: Source) -> Scenario:
    scenario, faults = validate(source)
    if scenario is None:
        raise ScenarioError([*faults, *_faults_of_the_rest(source, faults)])
    return scenario


# --- overrides ---


def _override(source: Source, key: str, value: str) -> list[Fault]:
    place = Place(f"--set {key}")
    fault_here = partial(Fault, place.file, 0, 0)
    if not _KEY.fullmatch(key):
        return [fault_here("", "is not a key", "such as `populations.member.count`")]
    try:
        new = parse_yaml(value, place.file, source.folder).data if value.strip() else None
    except ScenarioError as error:
        return [fault_here(fault.where, fault.problem) for fault in error.faults]
    path: DocumentPath = tuple(int(step[1]) if step[1] else step[0] for step in _STEP.finditer(key))
    fault = _put(source, path, new)
    if fault is not None:
        return [fault_here("", *fault)]
    source.forget(path)
    source.values[path] = source.keys[path] = place
    return []


def _put(source: Source, path: DocumentPath, value: object) -> tuple[str, str] | None:
    """Put a value into the document; returns what is wrong with the path, and what would be right.

    Keys that are missing are made. A population is not made from one of its keys: that is a slip.
    """
    inside = parent = source.data
    for place, step in enumerate(path):
        parent = inside
        if isinstance(inside, dict) and isinstance(step, str):
            if path[:place] == ("populations",) and step not in inside and path[place + 1 :]:
                return f"there is no population `{step}`", nearest(step, map(str, inside))
            inside = inside.setdefault(step, {})
        elif isinstance(inside, list) and isinstance(step, int) and step < len(inside):
            inside = inside[step]
        else:
            return f"`{step}` leads nowhere", "a key of the scenario, `[0]` for the first of a list"
    assert isinstance(parent, dict | list)
    parent[path[-1]] = value  # type: ignore[index]
    return None


# --- what else is wrong with a faulty document ---

_LISTS = frozenset({"subscriptions", "expect"})
"""Lists of which each item means the same without the others."""

_SEPARATE = frozenset({"", "name", "question", "seed", "timeline", "network", "pings"})
"""Parts without which the others mean the same; the timeline only as a whole."""


def _faults_of_the_rest(source: Source, faults: list[Fault]) -> list[Fault]:
    """Faults that planning finds in a document whose faulty parts are left out."""
    places = [re.split(r"[.\[\]]+", fault.where) for fault in faults]
    parts = {place[0] for place in places}
    known = parts & set(Scenario.model_fields)
    if not isinstance(source.data, dict) or not known <= _SEPARATE | _LISTS:
        return []
    rest = {"name": "-"} | {key: value for key, value in source.data.items() if key not in parts}
    kept: dict[str, tuple[int, ...]] = {}
    for part in sorted(_LISTS & known):
        items = source.data[part] if isinstance(source.data[part], list) else []
        wrong = {int(place[1]) for place in places if place[0] == part and len(place) > 1}
        kept[part] = tuple(place for place in range(len(items)) if place not in wrong)
        rest[part] = [items[place] for place in kept[part]] if wrong else []
    mended, _ = validate(Source(source.file, source.folder, rest, whole=source, kept=kept))
    return [] if mended is None else find_faults(mended)
