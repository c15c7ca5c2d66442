"""Single values of a document that are replaced: by ``--set``, or by what an experiment varies."""

from __future__ import annotations

import re

from simulator.errors import Fault, ScenarioError
from simulator.scenario.language.words import nearest
from simulator.scenario.reading.yaml_source import parse_yaml
from simulator.scenario.source import DocumentPath, Place, Source

_STEP = re.compile(r"[^.\[\]]+|\[(\d{1,9})\]")
_KEY = re.compile(r"[^.\[\]]+(\.[^.\[\]]+|\[\d{1,9}\])*")


def override(source: Source, key: str, value: str) -> list[Fault]:
    """Replace the value under a key by one that is written in YAML; returns what is wrong."""
    place = Place(f"--set {key}")
    try:
        new = parse_yaml(value, place.file, source.folder).data if value.strip() else None
    except ScenarioError as error:
        if _KEY.fullmatch(key):
            return [Fault(place.file, 0, 0, one.where, one.problem) for one in error.faults]
        new = None
    wrong = replace_value(source, key, new, place)
    return [] if wrong is None else [Fault(place.file, 0, 0, "", *wrong)]


def replace_value(source: Source, key: str, new: object, place: Place) -> tuple[str, str] | None:
    """Replace the value under a key such as ``populations.member.count``.

    `place` is where the new value stands. Returns what is wrong with the key, and what is expected.
    """
    if not _KEY.fullmatch(key):
        return "is not a key", "such as `populations.member.count`"
    path = path_of(key)
    wrong = _put(source, path, new)
    if wrong is None:
        source.forget(path)
        source.values[path] = source.keys[path] = place
    return wrong


def path_of(key: str) -> DocumentPath:
    """``subscriptions[0].graph`` -> the steps that lead there."""
    return tuple(int(step[1]) if step[1] else step[0] for step in _STEP.finditer(key))


def _put(source: Source, path: DocumentPath, value: object) -> tuple[str, str] | None:
    """Put a value into the document; returns what is wrong with the path, and what would be right.

    Keys that are missing are made. A population is not made from one of its keys: that is a slip.
    """
    inside = parent = source.data
    for place, step in enumerate(path):
        parent = inside
        if isinstance(inside, dict) and isinstance(step, str):
            if (
                path[place - 1 : place] == ("populations",)
                and step not in inside
                and path[place + 1 :]
            ):
                return f"there is no population `{step}`", nearest(step, map(str, inside))
            inside = inside.setdefault(step, {})
        elif isinstance(inside, list) and isinstance(step, int) and step < len(inside):
            inside = inside[step]
        else:
            return f"`{step}` leads nowhere", "a key of the scenario, `[0]` for the first of a list"
    assert isinstance(parent, dict | list)
    parent[path[-1]] = value  # type: ignore[index]
    return None
