"""Where each part of a scenario document stands, so that a fault can point at it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path

from simulator.errors import Fault

DocumentPath = tuple[str | int, ...]


class PartError(Exception):
    """Something is wrong with a part of a scenario: what it is, and what was expected.

    `key` leads from the part that is worked on to the place of the fault.
    """

    def __init__(self, problem: str, expected: str = "", key: str = "") -> None:
        self.problem = problem
        self.expected = expected
        self.key = key
        super().__init__(problem)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a file (or an option of the command), line and column from 1."""

    file: str
    line: int = 0
    column: int = 0


@dataclass
class Unknown:
    """What is not known of a document that parts were left out of.

    `names`: populations of which not even the number of agents is known, and words that name
    agents; `populations`: those that something is missing of. `has_unknown_names`: of a population,
    the agents' names are unknown. `keys`: what stands under them cannot be judged.
    """

    names: set[str] = field(default_factory=set)
    populations: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    has_unknown_names: bool = False

    def concerns(self, value: object, known: Collection[str]) -> bool:
        """Does a selector name somebody who is not known? `known`: the populations that are."""
        if isinstance(value, dict):
            return any(self.concerns(one, known) for one in value.values())
        if isinstance(value, list | tuple):
            return any(self.concerns(one, known) for one in value)
        if not isinstance(value, str):
            return False
        if value == "all":
            return bool(self.names) or self.has_unknown_names
        population = value.partition("[")[0]
        if self.has_unknown_names and population not in known:
            return True
        return any(population == one or value.startswith(f"{one}-") for one in self.names)


@dataclass
class Source:
    """A document as plain data, and where each of its parts stands.

    `values` and `keys` map a path inside the document to the place of the value there, and of
    the key that leads to it. `folder` is where relative file names start. Where `data` is what
    is left of a faulty document, `whole` is that document, `kept` tells the original numbers of
    the items of its lists, and `unknown` what cannot be judged any more.
    """

    file: str
    folder: Path
    data: object
    values: dict[DocumentPath, Place] = field(default_factory=dict)
    keys: dict[DocumentPath, Place] = field(default_factory=dict)
    whole: Source | None = None
    kept: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    unknown: Unknown = field(default_factory=Unknown)

    def is_unknown(self, path: DocumentPath) -> bool:
        """Does what stands at a path depend on what is not known of the rest?"""
        unknown = self.unknown
        part, last = (path[0], path[-1]) if path else ("", "")
        if last in unknown.keys:
            return True
        if part == "populations" and "on_subscribe" not in path:
            return False
        known = part_of(self.data, "populations")
        names = known if isinstance(known, dict) else {}
        value = reduce(part_of, self._as_written(path), self.data)
        if part == "subscriptions" and len(path) > 2 and path[2] == "graph":
            entry = reduce(part_of, self._as_written(path[:2]), self.data)
            among = [part_of(entry, key) for key in ("among", "from", "to")]
            value = [one for one in among if one is not None] or ["all"]
        named = path[2:] if part == "expect" else path[1:] if part == "observe" else ()
        return unknown.concerns([value, *named], names)

    def place(self, path: DocumentPath, *, key: bool = False) -> Place:
        """The place of a path, or of the nearest part above it that has one."""
        path = self._as_written(path)
        if key and path in self.keys:
            return self.keys[path]
        for length in range(len(path), -1, -1):
            if path[:length] in self.values:
                return self.values[path[:length]]
        return Place(self.file)

    def _as_written(self, path: DocumentPath) -> DocumentPath:
        """The path without the index of a list's only item that was written without a list."""
        written: list[str | int] = []
        data = self.data
        for step in path:
            if isinstance(step, int) and isinstance(data, dict):
                continue
            written.append(step)
            data = part_of(data, step)
        return tuple(written)

    def _originally(self, path: DocumentPath) -> DocumentPath:
        part = str(path[0]) if path else ""
        if part not in self.kept or len(path) == 1:
            return path
        return (part, self.kept[part][int(path[1])], *path[2:])

    def fault(
        self, path: DocumentPath, problem: str, expected: str = "", *, key: bool = False
    ) -> Fault:
        """A fault at a path of this document; `key` points at the key and not at its value."""
        if self.whole is not None:
            return self.whole.fault(self._originally(path), problem, expected, key=key)
        place = self.place(path, key=key)
        path = self._as_written(path)
        return Fault(
            place.file, place.line, place.column, format_path(path), one_line(problem), expected
        )

    def forget(self, path: DocumentPath) -> None:
        """Forget the places at and below a path, because its value was replaced."""
        for places in (self.values, self.keys):
            for known in [known for known in places if known[: len(path)] == path]:
                del places[known]


def part_of(data: object, step: str | int, missing: object = None) -> object:
    """What stands under a key or an index of plain data; `missing` where nothing does."""
    if isinstance(data, dict):
        return data.get(step, missing)
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return data[step]
    return missing


def format_path(path: DocumentPath) -> str:
    """A path as it is shown: ``subscriptions[0].graph``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text if len(text) <= 120 else text[:117] + "..."


def one_line(text: str) -> str:
    """A message on one line, without characters that a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))
