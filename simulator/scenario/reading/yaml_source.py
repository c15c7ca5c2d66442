"""YAML text to plain data, with the line and column of every value and key.

The YAML of scenarios is the part of it that has no surprises: mappings with text keys, lists,
texts, numbers, ``true``/``false`` and ``null`` (the core schema of YAML 1.2, so that ``no`` and
``1:30`` stay texts). Tags, several documents, duplicate keys and endless aliases are errors.
The text is read as events, never by recursion over its nesting, and nothing is executed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml import events as yaml_events

from simulator.errors import Fault, ScenarioError
from simulator.scenario.reading.scalars import NULLS, resolve
from simulator.scenario.source import DocumentPath, Place, Source, format_path, one_line

MOST_BYTES = 5_000_000
"""A longer file is not a scenario that somebody wrote; graphs have files of their own."""

DEEPEST = 40
"""Levels of mappings and lists, counted from the top."""

MOST_VALUES = 200_000
"""Values in one document after its aliases are replaced by what they stand for."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_source(path: Path) -> Source:
    """Read a scenario file. Raises ScenarioError for a file that cannot be read as YAML."""
    file = str(path)
    return parse_yaml(decode(_read(path), file), file, path.resolve().parent)


def _read(path: Path) -> bytes:
    try:
        with open(path, "rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except IsADirectoryError:
        raise _refused(str(path), "is a folder", "a scenario file") from None
    except FileNotFoundError:
        raise _refused(str(path), "there is no such file", "a scenario file") from None
    except (OSError, ValueError) as error:
        raise _refused(one_line(str(path)), f"cannot be read: {_reason(error)}") from None
    if len(content) > MOST_BYTES:
        raise _refused(str(path), "is too large", f"at most {MOST_BYTES // 1_000_000} MB")
    return content


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _refused(file: str, problem: str, expected: str = "", line: int = 0, column: int = 0) -> Any:
    return ScenarioError([Fault(file, line, column, "", one_line(problem), expected)])


def decode(content: bytes, file: str) -> str:
    """UTF-8 text, without a byte order mark. Raises ScenarioError that names the wrong byte."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        byte = content[error.start]
        raise _refused(
            file, f"byte 0x{byte:02x} is not UTF-8", "text in UTF-8", line, column
        ) from None


def parse_yaml(text: str, file: str, folder: Path) -> Source:
    """Parse YAML text. Raises ScenarioError for what is not a scenario's kind of YAML."""
    source = Source(file, folder, None)
    root = _Composer(file).compose(_events(text, file))
    if root is None:
        raise _refused(file, "is empty", "a scenario")
    source.data = _Builder(source).build(root)
    return source


def _events(text: str, file: str) -> Iterator[Any]:
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = ", ".join(part for part in (error.context, error.problem) if part)
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise _refused(file, f"not YAML: {problem}", _hint(text, mark), line, column) from None
    except yaml.YAMLError as error:
        raise _refused(file, f"not YAML: {error}", "", *_reader_place(text, error)) from None
    except RecursionError:  # the pure Python parser, where libyaml is not at hand
        raise _refused(file, "is nested too deeply", f"at most {DEEPEST} levels") from None


def _hint(text: str, mark: Any) -> str:
    """What is probably meant where the parser stopped."""
    at = "" if mark is None else text[mark.index : mark.index + 1]
    if at == "\t":
        return "spaces, as YAML forbids tabs here"
    if at == "[" and not text[mark.index - 1].isspace():
        return "quotes around a text with brackets inside of [ ] or { }, such as 'member[2:5]'"
    return ""


def _reader_place(text: str, error: yaml.YAMLError) -> tuple[int, int]:
    position = getattr(error, "position", None)
    if position is None:
        return 0, 0
    before = text[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1


# --- nodes ---


@dataclass(eq=False, slots=True)
class _Scalar:
    text: str
    plain: bool
    place: Place


@dataclass(eq=False, slots=True)
class _List:
    items: list[Any]
    place: Place
    closed: bool = False


@dataclass(eq=False, slots=True)
class _Mapping:
    pairs: list[tuple[Any, Any]]
    place: Place
    waiting: Any = None
    closed: bool = False


class _Composer:
    """Events to a tree of nodes, in which an alias is the node it stands for."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._open: list[_List | _Mapping] = []
        self._anchors: dict[str, Any] = {}
        self._root: Any = None
        self._documents = 0

    def compose(self, events: Iterator[Any]) -> Any:
        """The root node; None for an empty stream."""
        for event in events:
            handler = self._HANDLERS.get(type(event))
            if handler is not None:
                handler(self, event)
        return self._root

    def _place(self, event: Any) -> Place:
        mark = event.start_mark
        return Place(self._file, mark.line + 1, mark.column + 1)

    def _refuse(self, event: Any, problem: str, expected: str = "") -> Any:
        place = self._place(event)
        return _refused(self._file, problem, expected, place.line, place.column)

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            raise self._refuse(event, "a second document begins", "one document a file")

    def _scalar(self, event: Any) -> None:
        self._check_tag(event)
        self._add(event, _Scalar(event.value, bool(event.implicit[0]), self._place(event)))

    def _check_tag(self, event: Any) -> None:
        if event.tag is not None and event.tag != "!":
            raise self._refuse(event, f"tag {event.tag} is not allowed", "plain YAML without tags")

    def _begin_list(self, event: Any) -> None:
        self._begin(event, _List([], self._place(event)))

    def _begin_mapping(self, event: Any) -> None:
        self._begin(event, _Mapping([], self._place(event)))

    def _begin(self, event: Any, node: _List | _Mapping) -> None:
        self._check_tag(event)
        self._add(event, node)
        if len(self._open) >= DEEPEST:
            raise self._refuse(event, "is nested too deeply", f"at most {DEEPEST} levels")
        self._open.append(node)

    def _end(self, _event: Any) -> None:
        self._open.pop().closed = True

    def _alias(self, event: Any) -> None:
        node = self._anchors.get(event.anchor)
        if node is None:
            raise self._refuse(event, f"alias *{event.anchor} has no anchor", f"&{event.anchor}")
        if not getattr(node, "closed", True):
            raise self._refuse(event, f"alias *{event.anchor} contains itself", "a finite value")
        self._attach(node)

    def _add(self, event: Any, node: Any) -> None:
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        self._attach(node)

    def _attach(self, node: Any) -> None:
        if not self._open:
            self._root = node
            return
        parent = self._open[-1]
        if isinstance(parent, _List):
            parent.items.append(node)
        elif parent.waiting is None:
            parent.waiting = node
        else:
            parent.pairs.append((parent.waiting, node))
            parent.waiting = None

    _HANDLERS: dict[type, Callable[[Any, Any], None]] = {  # noqa: RUF012
        yaml_events.DocumentStartEvent: _document,
        yaml_events.ScalarEvent: _scalar,
        yaml_events.SequenceStartEvent: _begin_list,
        yaml_events.MappingStartEvent: _begin_mapping,
        yaml_events.SequenceEndEvent: _end,
        yaml_events.MappingEndEvent: _end,
        yaml_events.AliasEvent: _alias,
    }


class _Builder:
    """Nodes to plain data; every fault of keys and scalars is gathered before it raises."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._faults: list[Fault] = []
        self._values = 0

    def build(self, root: Any) -> Any:
        """The plain data. Raises ScenarioError with all faults."""
        data = self._value(root, ())
        if self._faults:
            raise ScenarioError(self._faults)
        return data

    def _fault(self, path: DocumentPath, place: Place, problem: str, expected: str = "") -> None:
        where = format_path(path)
        self._faults.append(
            Fault(place.file, place.line, place.column, where, one_line(problem), expected)
        )

    def _value(self, node: Any, path: DocumentPath) -> Any:
        self._values += 1
        if self._values > MOST_VALUES:
            raise _refused(
                self._source.file,
                "holds too many values once its aliases are followed",
                f"at most {MOST_VALUES}",
                node.place.line,
                node.place.column,
            )
        if len(path) > DEEPEST:
            raise _refused(
                self._source.file,
                "is nested too deeply once its aliases are followed",
                f"at most {DEEPEST} levels",
                node.place.line,
                node.place.column,
            )
        self._source.values[path] = node.place
        return self._BUILDERS[type(node)](self, node, path)

    def _list(self, node: _List, path: DocumentPath) -> list[Any]:
        return [self._value(item, (*path, index)) for index, item in enumerate(node.items)]

    def _mapping(self, node: _Mapping, path: DocumentPath) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.pairs:
            key = self._key(key_node, path)
            if key is None:
                continue
            inside = (*path, key)
            if key in data:
                first = self._source.keys[inside]
                self._fault(
                    inside, key_node.place, f"key `{key}` stands twice", f"once (line {first.line})"
                )
                continue
            self._source.keys[inside] = key_node.place
            data[key] = self._value(value_node, inside)
        return data

    def _key(self, node: Any, path: DocumentPath) -> str | None:
        if isinstance(node, _Scalar) and (not node.plain or node.text not in NULLS):
            return self._encodable(node, path)
        self._fault(path, node.place, "a key that is not a text", "a text as key")
        return None

    def _scalar(self, node: _Scalar, path: DocumentPath) -> Any:
        text = self._encodable(node, path)
        if not node.plain:
            return text
        try:
            return resolve(text)
        except ValueError as error:
            self._fault(path, node.place, str(error), "a finite number of usual size")
            return None

    def _encodable(self, node: _Scalar, path: DocumentPath) -> str:
        try:
            node.text.encode()
        except UnicodeEncodeError:
            self._fault(path, node.place, "half a surrogate pair is no text", "whole characters")
            return ""
        return node.text

    _BUILDERS: dict[type, Callable[[Any, Any, DocumentPath], Any]] = {  # noqa: RUF012
        _Scalar: _scalar,
        _List: _list,
        _Mapping: _mapping,
    }
