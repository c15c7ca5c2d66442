"""Graphs in files: GraphML, GML, edge lists and node-link JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.scenario.graphs.capacity import available_bytes
from simulator.scenario.graphs.limits import run_limited
from simulator.scenario.graphs.topology import GraphError, Node

if TYPE_CHECKING:
    from networkx import Graph

MOST_BYTES = 100_000_000
_HEADERS = frozenset({("source", "target"), ("from", "to"), ("watcher", "contact")})


def read_graph(path: Path, directed: bool | None) -> Graph[Node]:
    """The graph in a file, in the format that its name ends in.

    `directed` is for edge lists, of which a line is a directed edge unless it is False. Raises
    GraphError with the line of the file where there is one.
    """
    ending = path.suffix.lower()
    if ending not in _READERS and ending not in _SEPARATORS:
        known = ", ".join(sorted([*_READERS, *_SEPARATORS]))
        raise GraphError(f"{path.name}: unknown kind of graph file {ending!r}", known, "file")
    if ending in _READERS and directed is not None:
        raise GraphError(f"a {ending} file states whether it is directed", "", "directed")
    text = _read(path)
    if ending in _READERS:
        return _parsed(path, lambda: _READERS[ending](text))
    return _parsed(path, lambda: _edge_list(text, path, _SEPARATORS[ending], directed is not False))


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise GraphError(f"{path.name} is too large", f"{MOST_BYTES // 10**6} MB", "file")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise GraphError(f"{path.name} is not text in UTF-8", "a text file", "file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise GraphError(
            f"cannot read {path.name}: {reason}", f"a graph file at {path}", "file"
        ) from None


def _parsed(path: Path, read: Callable[[], object]) -> Graph[Node]:
    import networkx  # noqa: PLC0415

    try:
        graph = run_limited(read, available_bytes() // 4)
    except GraphError:
        raise
    except Exception as error:  # parsers raise what they like for what they cannot read
        told = f"{type(error).__name__}: {error}"
        raise GraphError(
            f"{path.name} is not a graph: {told}", f"a {path.suffix} file", "file"
        ) from None
    if not isinstance(graph, networkx.Graph):
        raise GraphError(f"{path.name} holds more than one graph", "one graph", "file")
    return graph


def _node_link(text: str) -> object:
    import networkx  # noqa: PLC0415

    data = json.loads(text)
    if not isinstance(data, dict) or "nodes" not in data:
        raise ValueError("no `nodes`")
    return networkx.node_link_graph(data, edges="edges" if "edges" in data else "links")


def _gml(text: str) -> object:
    import networkx  # noqa: PLC0415

    lines = text.splitlines()
    try:
        return networkx.parse_gml(lines)
    except networkx.NetworkXError:  # nodes without a label go by their id
        return networkx.parse_gml(lines, label="id")


def _graphml(text: str) -> object:
    import networkx  # noqa: PLC0415

    return networkx.parse_graphml(text)


_READERS: dict[str, Callable[[str], object]] = {
    ".graphml": _graphml,
    ".gml": _gml,
    ".json": _node_link,
}
_SEPARATORS = {".csv": ",", ".edges": " ", ".edgelist": " ", ".txt": " "}


def _edge_list(text: str, path: Path, separator: str, directed: bool) -> Graph[Node]:
    import networkx  # noqa: PLC0415

    graph: Graph[Node] = networkx.DiGraph() if directed else networkx.Graph()
    for number, row in _rows(text, separator):
        if len(row) < 2 or not row[0] or not row[1]:
            raise GraphError(
                f"{path.name}, line {number}: not an edge", "two nodes: watcher, contact", "file"
            )
        if number > 1 or (row[0].lower(), row[1].lower()) not in _HEADERS:
            graph.add_edge(row[0], row[1])
    return graph


def _rows(text: str, separator: str) -> Iterable[tuple[int, list[str]]]:
    """Numbered rows of words, without empty lines and comments."""
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.partition("#")[0].strip()
        if words:
            row = next(csv.reader([words])) if separator == "," else words.split()
            yield number, [word.strip() for word in row]
