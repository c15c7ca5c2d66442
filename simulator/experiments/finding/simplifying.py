"""Edits that make the values of a document rounder and smaller."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from pydantic_core import PydanticCustomError

from simulator.experiments.finding.documents import (
    SECOND,
    Document,
    copied,
    entries,
    populations,
    run_words,
    whole_seconds,
)
from simulator.experiments.finding.dropping import Edit
from simulator.scenario.language.durations import format_duration, parse_duration
from simulator.scenario.source import DocumentPath, part_of

ROUND = (0, 1_000, 10_000, 100_000, *(SECOND * one for one in (1, 2, 3, 4, 5, 6, 8, 10, 20, 30)))
"""Times that are preferred, in microseconds."""
DURATIONS = frozenset(("at", "for", "delay", "restart_after", "added", "latency", "starting"))
SEEDS = (0, 1)


def simpler_answers(document: Document) -> Iterator[Edit]:
    """Let populations just approve."""
    for name, population in populations(document).items():
        if population.get("on_subscribe", "approve") != "approve":
            yield partial(_with, path=("populations", name, "on_subscribe"), value="approve")


def constant_times(document: Document) -> Iterator[Edit]:
    """A duration in the place of a distribution."""
    for path, value in _values(document, ()):
        if path[-1] in ("latency", "delay", "start") and isinstance(value, dict):
            for text in ("20ms", "1s"):
                yield partial(_with, path=path, value=text)


def rounder_times(document: Document) -> Iterator[Edit]:
    """Each time smaller, or with fewer digits."""
    for path, value in _values(document, ()):
        if path[-1] not in DURATIONS or isinstance(value, dict | list):
            continue
        try:
            now = parse_duration(value)
        except PydanticCustomError:
            continue
        for other in _rounder(now):
            text = format_duration(other)
            yield partial(_lowered, path=path, text=text, now=now)


def _rounder(now: int) -> list[int]:
    rounded = [round(float(f"{now:.{digits}g}")) for digits in (1, 2)]
    several = [one for one in ROUND if one < now]
    return [*several, *(one for one in rounded if one != now and one not in several)]


def _lowered(document: Document, path: DocumentPath, text: str, now: int) -> Document | None:
    """With another time, unless an earlier edit has changed it already."""
    value = _at(document, path)
    if value is None or isinstance(value, dict | list) or parse_duration(value) != now:
        return None
    return _with(document, path, text)


def shorter_run(quiet: int) -> Edit:
    """The edit that ends a run so long after the last that happens, if that is earlier."""

    def edit(document: Document) -> Document | None:
        words = run_words(copied(document))
        key = "duration" if "duration" in words else "at_most"
        now = parse_duration(words.get(key, "60s"))
        end = whole_seconds(last_time(document) + quiet)
        if end >= now:
            return None
        return {**copied(document), "run": {**words, key: format_duration(end)}}

    return edit


def last_time(document: Document) -> int:
    """When the last thing that is planned is over, in microseconds."""
    last = 0
    for part in ("subscriptions", "timeline", "faults"):
        for entry in entries(document, part):
            time = sum(
                parse_duration(value)
                for path, value in _values(entry, ())
                if path[-1] in ("at", "for", "restart_after") and not isinstance(value, dict)
            )
            last = max(last, time)
    return last


def simpler_seed(document: Document) -> Iterator[Edit]:
    """A small seed."""
    for seed in SEEDS:
        if document.get("seed") not in SEEDS[: SEEDS.index(seed) + 1]:
            yield partial(_with, path=("seed",), value=seed)


def _values(value: object, path: DocumentPath) -> Iterator[tuple[DocumentPath, object]]:
    """Every value of a document below its parts, with its path."""
    if path and path[0] in ("expect", "search", "run"):
        return
    if path:
        yield path, value
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _values(one, (*path, key))
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from _values(one, (*path, number))


def _at(document: Document, path: DocumentPath) -> object:
    inside: object = document
    for step in path:
        inside = part_of(inside, step)
    return inside


def _with(document: Document, path: DocumentPath, value: object) -> Document | None:
    """A copy with another value at a path; None if it has that value, or no such path."""
    if _at(document, path) == value or (len(path) > 1 and _at(document, path[:-1]) is None):
        return None
    changed = copied(document)
    inside = _at(changed, path[:-1])
    inside[path[-1]] = value  # type: ignore[index]
    return changed
