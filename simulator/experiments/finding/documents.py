"""Scenario documents as plain data: their lists, and copies that can be changed."""

from __future__ import annotations

from copy import deepcopy
from typing import cast

from simulator.scenario.language.durations import format_duration, parse_duration

Document = dict[str, object]
SECOND = 1_000_000


def copied(document: Document) -> Document:
    """A copy that shares nothing."""
    return deepcopy(document)


def entries(document: Document, part: str) -> list[Document]:
    """The entries of a list such as ``faults``, to be changed in place; empty if it is missing."""
    return cast("list[Document]", document.get(part) or [])


def added_to(document: Document, part: str) -> list[Document]:
    """As `entries`, and what is appended is kept."""
    found = entries(document, part)
    document[part] = found
    return found


def populations(document: Document) -> dict[str, Document]:
    """The populations by name; one without a word is an empty mapping."""
    found = cast("dict[str, Document | None]", document["populations"])
    for name, one in found.items():
        found[name] = one or {}
    return cast("dict[str, Document]", found)


def count_of(population: Document) -> int:
    """How many agents a population has."""
    count = population.get("count", 1)
    assert isinstance(count, int)
    return count


def run_words(document: Document) -> Document:
    """What the document says of the run's end, to be changed in place."""
    found = cast("Document", document.get("run") or {"until": "converged"})
    document["run"] = found
    return found


def prolong(document: Document, end: int) -> None:
    """Let the run go on until `end` at least, in microseconds."""
    words = run_words(document)
    key = "duration" if "duration" in words else "at_most"
    own = parse_duration(words.get(key, "60s"))
    if own < end:
        words[key] = format_duration(whole_seconds(end))


def whole_seconds(time: int) -> int:
    """A time in microseconds, rounded up to a whole second."""
    return -(-time // SECOND) * SECOND
