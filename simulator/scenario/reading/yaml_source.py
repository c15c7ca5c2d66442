"""YAML text to plain data, with the line and column of every value and key.

The YAML of scenarios is the part of it that has no surprises: mappings with text keys, lists,
texts, numbers, ``true``/``false`` and ``null`` (the core schema of YAML 1.2, so that ``no`` and
``1:30`` stay texts). Tags, several documents, duplicate keys and endless aliases are errors.
PyYAML parses the text and composes its nodes; nothing is ever constructed or executed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import yaml
from yaml.composer import Composer
from yaml.events import AliasEvent, CollectionStartEvent, Event, ScalarEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.resolver import BaseResolver

from simulator.errors import Fault, ScenarioError
from simulator.scenario.reading.scalars import NULLS, resolve
from simulator.scenario.source import DocumentPath, Place, Source, format_path, one_line

MOST_BYTES = 5_000_000
"""A longer file is not a scenario that somebody wrote; graphs have files of their own."""

DEEPEST = 40
"""Levels of mappings and lists, counted from the top."""

MOST_VALUES = 200_000
"""Values in one document after its aliases are replaced by what they stand for."""

_PLAIN = "plain"
"""The tag of a scalar without quotes, the only kind that may be more than a text."""

_LOADER: type[yaml.CSafeLoader | yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_source(path: Path) -> Source:
    """Read a scenario file. Raises ScenarioError for a file that cannot be read as YAML."""
    file = str(path)
    return parse_yaml(decode(_read(path), file), file, path.resolve().parent)


def _read(path: Path) -> bytes:
    place = Place(str(path))
    try:
        with open(path, "rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except IsADirectoryError:
        raise _refused(place, "is a folder", "a scenario file") from None
    except FileNotFoundError:
        raise _refused(place, "there is no such file", "a scenario file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise _refused(Place(one_line(str(path))), f"cannot be read: {reason}") from None
    if len(content) > MOST_BYTES:
        raise _refused(place, "is too large", f"at most {MOST_BYTES // 1_000_000} MB")
    return content


def _refused(place: Place, problem: str, expected: str = "", where: str = "") -> ScenarioError:
    return ScenarioError([_fault(place, problem, expected, where)])


def _fault(place: Place, problem: str, expected: str = "", where: str = "") -> Fault:
    return Fault(place.file, place.line, place.column, where, one_line(problem), expected)


def decode(content: bytes, file: str) -> str:
    """UTF-8 text, without a byte order mark. Raises ScenarioError that names the wrong byte."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = _place_after(content[: error.start].decode(errors="replace"), file)
        problem = f"byte 0x{content[error.start]:02x} is not UTF-8"
        raise _refused(place, problem, "text in UTF-8") from None


def _place_after(text: str, file: str) -> Place:
    return Place(file, text.count("\n") + 1, len(text) - text.rfind("\n"))


def parse_yaml(text: str, file: str, folder: Path) -> Source:
    """Parse YAML text. Raises ScenarioError for what is not a scenario's kind of YAML."""
    source = Source(file, folder, None)
    with _explaining(text, file):
        root = _Composer(text, file).document()
    source.data = _Builder(source).build(root)
    return source


@contextlib.contextmanager
def _explaining(text: str, file: str) -> Iterator[None]:
    """Turn PyYAML's errors into a ScenarioError."""
    try:
        yield
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = ", ".join(part for part in (error.context, error.problem) if part)
        raise _refused(_place(file, mark), f"not YAML: {problem}", _hint(text, mark)) from None
    except yaml.YAMLError as error:
        position = getattr(error, "position", None)
        place = Place(file) if position is None else _place_after(text[:position], file)
        raise _refused(place, f"not YAML: {error}") from None


def _hint(text: str, mark: _Mark | None) -> str:
    """What is probably meant where the parser stopped."""
    at = "" if mark is None else text[mark.index : mark.index + 1]
    if at == "\t":
        return "spaces, as YAML forbids tabs here"
    if mark is not None and at == "[" and not text[mark.index - 1].isspace():
        return "quotes around a text with brackets inside of [ ] or { }, such as 'member[2:5]'"
    return ""


class _Mark(Protocol):
    """Where PyYAML found something; all three from 0."""

    index: int
    line: int
    column: int


def _place(file: str, mark: _Mark | None) -> Place:
    return Place(file) if mark is None else Place(file, mark.line + 1, mark.column + 1)


class _Composer(Composer, BaseResolver):
    """Composes PyYAML's nodes, and refuses what is not in a scenario as soon as it begins."""

    def __init__(self, text: str, file: str) -> None:
        super().__init__()
        parser = _LOADER(text)
        self.check_event = parser.check_event
        self.peek_event = parser.peek_event
        self.get_event = parser.get_event
        self._file = file
        self._depth = 0

    def document(self) -> Node:
        """The root of the only document."""
        root = self.get_node() if self.check_node() else None
        if root is None:
            raise _refused(Place(self._file), "is empty", "a scenario")
        if self.check_node() and (event := self.peek_event()):
            raise self._refused(event, "a second document begins", "one document a file")
        return root

    def _refused(self, event: Event, problem: str, expected: str) -> ScenarioError:
        return _refused(_place(self._file, event.start_mark), problem, expected)

    def resolve(self, kind: type[Node], value: str, implicit: tuple[bool, bool]) -> str:
        """The tag of a node that has none: whether it is a scalar without quotes."""
        return _PLAIN if kind is ScalarNode and implicit[0] else ""

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        """The next node. Recursion is safe, because nesting is limited."""
        event = self.peek_event()
        if isinstance(event, AliasEvent):
            self._check_alias(event)
            return super().compose_node(parent, index)
        assert isinstance(event, ScalarEvent | CollectionStartEvent)
        if event.tag not in (None, "!"):
            problem = f"tag {event.tag} is not allowed"
            raise self._refused(event, problem, "plain YAML without tags")
        if isinstance(event, CollectionStartEvent) and self._depth >= DEEPEST:
            raise self._refused(event, "is nested too deeply", f"at most {DEEPEST} levels")
        self.anchors.pop(event.anchor, None)  # YAML 1.2, section 7.1: the last one counts
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def _check_alias(self, event: AliasEvent) -> None:
        node = self.anchors.get(event.anchor)
        if node is None:
            raise self._refused(event, f"alias *{event.anchor} has no anchor", f"&{event.anchor}")
        if not isinstance(node, ScalarNode) and node.end_mark is None:
            raise self._refused(event, f"alias *{event.anchor} contains itself", "a finite value")


class _Builder:
    """Nodes to plain data; every fault of keys and scalars is gathered before it raises."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._faults: list[Fault] = []
        self._values = 0

    def build(self, root: Node) -> object:
        """The plain data. Raises ScenarioError with all faults."""
        data = self._value(root, ())
        if self._faults:
            raise ScenarioError(self._faults)
        return data

    def _place(self, node: Node) -> Place:
        return _place(self._source.file, node.start_mark)

    def _fault(self, path: DocumentPath, node: Node, problem: str, expected: str) -> None:
        self._faults.append(_fault(self._place(node), problem, expected, format_path(path)))

    def _value(self, node: Node, path: DocumentPath) -> object:
        place = self._place(node)
        self._values += 1
        if self._values > MOST_VALUES:
            problem = "holds too many values once its aliases are followed"
            raise _refused(place, problem, f"at most {MOST_VALUES}")
        if len(path) > DEEPEST:
            problem = "is nested too deeply once its aliases are followed"
            raise _refused(place, problem, f"at most {DEEPEST} levels")
        self._source.values[path] = place
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self._value(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: MappingNode, path: DocumentPath) -> dict[str, object]:
        data: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, path)
            if key is None:
                continue
            inside = (*path, key)
            if key in data:
                line = self._source.keys[inside].line
                self._fault(inside, key_node, f"key `{key}` stands twice", f"once (line {line})")
                continue
            self._source.keys[inside] = self._place(key_node)
            data[key] = self._value(value_node, inside)
        return data

    def _key(self, node: Node, path: DocumentPath) -> str | None:
        is_null = node.tag == _PLAIN and node.value in NULLS
        if isinstance(node, ScalarNode) and not is_null:
            return self._text(node, path)
        self._fault(path, node, "a key that is not a text", "a text as key")
        return None

    def _scalar(self, node: Node, path: DocumentPath) -> object:
        text = self._text(node, path)
        if node.tag != _PLAIN:
            return text
        try:
            return resolve(text)
        except ValueError as error:
            self._fault(path, node, str(error), "a finite number of usual size")
            return None

    def _text(self, node: Node, path: DocumentPath) -> str:
        text: str = node.value
        try:
            text.encode()
        except UnicodeEncodeError:
            self._fault(path, node, "half a surrogate pair is no text", "whole characters")
            return ""
        return text
