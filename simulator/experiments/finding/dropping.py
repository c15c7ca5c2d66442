"""Edits that leave something out of a document that is spelled out, the most first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import cast

from simulator.experiments.finding.documents import (
    Document,
    copied,
    count_of,
    entries,
    populations,
)
from simulator.experiments.finding.failures import PER_AGENT

Edit = Callable[[Document], Document | None]
"""A smaller document; None where there is nothing to change. What it is given stays as it is."""

LISTS = ("faults", "timeline", "subscriptions", "expect")
KEPT = frozenset(("at", "for", "who", "do", "pairs", "peer", "cut_off", "restart_after"))
"""Keys of an entry without which it is another one, or worse."""
OPTIONAL = ("question", "network", "pings", "messages")
OF_POPULATION = ("presence", "behaviours", "start", "resource", "resources", "on_subscribe", "name")

_PLACE = re.compile(r"(?P<population>.+)\[(?P<index>\d+)\]")


def chunks(size: int) -> Iterator[tuple[int, int]]:
    """Slices of a list of `size` items to leave out: all, the halves, and so on to single ones.

    From the end on, so that a slice is the same whether those before it were left out or not.
    """
    length = size
    while length:
        for end in range(size, 0, -length):
            yield max(0, end - length), end
        length //= 2


def fewer_faults(document: Document) -> Iterator[Edit]:
    """Leave out faults."""
    return _fewer(document, "faults")


def fewer_actions(document: Document) -> Iterator[Edit]:
    """Leave out entries of the timeline."""
    return _fewer(document, "timeline")


def fewer_watches(document: Document) -> Iterator[Edit]:
    """Leave out watches."""
    return _fewer(document, "subscriptions")


def fewer_expectations(document: Document) -> Iterator[Edit]:
    """Leave out what is expected besides."""
    return _fewer(document, "expect")


def _fewer(document: Document, part: str) -> Iterator[Edit]:
    for start, end in chunks(len(entries(document, part))):
        yield partial(_without, part=part, start=start, end=end)


def _without(document: Document, part: str, start: int, end: int) -> Document | None:
    if len(entries(document, part)) < end:
        return None
    changed = copied(document)
    del entries(changed, part)[start:end]
    if not changed[part]:
        del changed[part]
    return changed


def fewer_agents(document: Document) -> Iterator[Edit]:
    """Leave out agents, and what names nobody else."""
    for name, population in populations(document).items():
        for start, end in chunks(count_of(population)):
            yield partial(without_agents, name=name, start=start, end=end)


def without_agents(document: Document, name: str, start: int, end: int) -> Document | None:
    """The document without some agents of a population; those behind them move up."""
    found = populations(document).get(name)
    if found is None or count_of(found) < end:
        return None
    changed = copied(document)
    population = populations(changed)[name]
    left = count_of(population) - (end - start)
    if left:
        population["count"] = left
    elif len(populations(changed)) > 1:
        del populations(changed)[name]
    else:
        return None

    def moved(text: str) -> str | None:
        place = _PLACE.fullmatch(text)
        if text == name and not left:
            return None
        if place is None or place["population"] != name:
            return text
        index = int(place["index"])
        if start <= index < end:
            return None
        return f"{name}[{index - (end - start) if index >= end else index}]"

    for part in (*LISTS, "observe"):
        if part in changed:
            changed[part] = _moved(changed[part], moved)
            if not changed[part]:
                del changed[part]
    _expect_fewer(changed, end - start)
    for one in populations(changed).values():
        if "on_subscribe" in one:
            rules = _moved(one["on_subscribe"], moved)
            one["on_subscribe"] = "ignore" if rules in (_GONE, []) else rules
    return changed


def _expect_fewer(document: Document, gone: int) -> None:
    """Expect so many agents less to end well."""
    for entry in entries(document, "expect"):
        if entry.get("figure") == PER_AGENT:
            for word, limit in entry.items():
                if word != "figure" and isinstance(limit, int):
                    entry[word] = max(0, limit - gone)


_GONE = object()


def _moved(value: object, moved: Callable[[str], str | None], *, top: bool = True) -> object:
    """A value without what names only agents that are gone; an entry of a list goes whole."""
    if isinstance(value, str):
        found = moved(value)
        return _GONE if found is None else found
    if isinstance(value, list):
        parts = [_moved(one, moved, top=False) for one in value]
        kept = [one for one in parts if one is not _GONE]
        return kept if kept or top else _GONE
    if isinstance(value, dict):
        found_in = {
            key: _pairs(one, moved) if key == "pairs" else _moved(one, moved, top=False)
            for key, one in value.items()
        }
        if any(one is _GONE for one in found_in.values()):
            return _GONE
        return {new: one for key, one in found_in.items() if (new := moved(key)) is not None}
    return value


def _pairs(value: object, moved: Callable[[str], str | None]) -> object:
    """The pairs of which both agents are still there."""
    pairs = [[moved(name) for name in pair] for pair in cast("list[list[str]]", value)]
    return [pair for pair in pairs if None not in pair] or _GONE


def fewer_words(document: Document) -> Iterator[Edit]:
    """Leave out keys that need not be there."""
    for key in OPTIONAL:
        yield partial(_without_key, path=(key,))
    for name in populations(document):
        for key in OF_POPULATION:
            yield partial(_without_key, path=("populations", name, key))
    for part in ("faults", "timeline"):
        for number, entry in enumerate(entries(document, part)):
            for key, terms in entry.items():
                if key not in KEPT and part == "timeline":
                    yield partial(_without_key, path=(part, number, key))
                inner = terms if isinstance(terms, dict) else {}
                for word in inner:
                    if word not in KEPT:
                        yield partial(_without_key, path=(part, number, key, word))


def _without_key(document: Document, path: tuple[str | int, ...]) -> Document | None:
    changed = copied(document)
    inside: object = changed
    for step in path[:-1]:
        try:
            inside = inside[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            return None
    if not isinstance(inside, dict) or path[-1] not in inside:
        return None
    del inside[path[-1]]
    return changed


def fewer_hit(document: Document) -> Iterator[Edit]:
    """Let faults hit fewer agents."""
    for number, entry in enumerate(entries(document, "faults")):
        for kind, terms in entry.items():
            inner = terms if isinstance(terms, dict) else {}
            for key in ("who", "cut_off"):
                whom = inner.get(key)
                if isinstance(whom, list) and len(whom) > 1:
                    for start, end in chunks(len(whom)):
                        path = ("faults", number, kind, key)
                        yield partial(_shorter, path=path, start=start, end=end)


def _shorter(
    document: Document, path: tuple[str | int, ...], start: int, end: int
) -> Document | None:
    changed = copied(document)
    inside: object = changed
    for step in path:
        try:
            inside = inside[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            return None
    if not isinstance(inside, list) or not end <= len(inside) or len(inside) == end - start:
        return None
    del inside[start:end]
    return changed
