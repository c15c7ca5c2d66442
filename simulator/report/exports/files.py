"""A run as files for other programs: every frame of `Run`, or its subscription graph."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import TypeAlias

import networkx as nx
import polars as pl

from simulator.analysis import frames
from simulator.analysis.naming import natural_tuples
from simulator.analysis.run import Run
from simulator.errors import InputError, RunFolderError
from simulator.journal.folder import write_private_bytes, writing
from simulator.report.exports.gexf import write_gexf
from simulator.report.exports.perfetto import write_perfetto
from simulator.report.exports.shiviz import write_shiviz
from simulator.report.text import printable
from simulator.scenario.language.words import nearest

Graph: TypeAlias = "nx.DiGraph[str]"

FRAMES: dict[str, Callable[[Run], pl.DataFrame]] = {
    "agents": Run.agents,
    "availability": Run.availability,
    "sights": Run.sights,
    "convergence": Run.convergence,
    "phases": Run.phases,
    "watches": Run.watches,
    "propagation": Run.propagation,
    "staleness": Run.staleness,
    "faults": Run.faults,
    "fault_effects": Run.fault_effects,
    "deaths": Run.deaths,
    "causes": Run.causes,
    "detection": Run.detection,
    "messages": Run.messages,
    "values": Run.values,
    "rosters": Run.rosters,
    "belief_divergence": Run.belief_divergence,
    "figures": lambda run: frames.figures.figures(run.figures),
    "events": lambda run: run.events,
}
"""Name of a file -> the frame in it. `Run` describes the columns."""
_FORMULA = "^[=+@\t\r-]"
"""Spreadsheets take a cell that begins like this for a formula."""


def export(run: Run, to: str, folder: Path) -> list[Path]:
    """Write a run in the format `to` (of `FORMATS`) into a new folder; return the files.

    Raises InputError for an unknown format, and RunFolderError where the folder exists already
    or cannot be written: nothing is ever overwritten. An export that breaks down leaves no folder.
    """
    write = FORMATS.get(to)
    if write is None:
        raise InputError(f"no format {to!r}: expected {nearest(to, FORMATS)}")
    if folder.exists():
        problem = "exists already; nothing is overwritten, give another folder with -o"
        raise RunFolderError(folder, problem)
    with writing(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
        try:
            return write(run, folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def _write_parquet(run: Run, folder: Path) -> list[Path]:
    return [
        _write(folder / f"{name}.parquet", frame(run).write_parquet)
        for name, frame in FRAMES.items()
    ]


def _write_csv(run: Run, folder: Path) -> list[Path]:
    return [
        _write(folder / f"{name}.csv", flat(frame(run)).write_csv) for name, frame in FRAMES.items()
    ]


def _write(path: Path, write: Callable[[BytesIO], object]) -> Path:
    content = BytesIO()
    write(content)
    write_private_bytes(path, content.getvalue())
    return path


def flat(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame for CSV: lists as JSON, and no text that a spreadsheet takes for a formula.

    Such a text gets an apostrophe in front.
    """
    nested = [name for name, kind in frame.schema.items() if isinstance(kind, pl.List)]
    frame = frame.with_columns(_as_json(frame[name]) for name in nested)
    return frame.with_columns(
        pl.when(pl.col(pl.String).str.contains(_FORMULA))
        .then("'" + pl.col(pl.String))
        .otherwise(pl.col(pl.String))
        .name.keep()
    )


def _as_json(column: pl.Series) -> pl.Series:
    texts = [
        None if value is None else json.dumps(value, ensure_ascii=False)
        for value in column.to_list()
    ]
    return pl.Series(column.name, texts, dtype=pl.String)


def _write_graphml(run: Run, folder: Path) -> list[Path]:
    path = folder / "subscriptions.graphml"
    return [_write(path, lambda file: nx.write_graphml(_printable(run), file))]


def _printable(run: Run) -> Graph:
    """The graph, with names that XML allows."""
    graph: Graph = nx.relabel_nodes(subscription_graph(run), printable)
    return graph


def subscription_graph(run: Run) -> Graph:
    """Who wants to see whom and who does, at the end of the run.

    A node is an agent, with its `population`, `manager` and `outcome`, or a contact that is not
    planned (a bare JID). An edge goes from the watcher to the contact: a watch that is declared,
    a subscription that is in force or asked for, or a roster entry that is wrong. It has
    `declared` and, where known, `expected`, `served`, `believed` and `right`, as in
    `Run.rosters`.
    """
    graph: Graph = nx.DiGraph()
    for row in run.agents().iter_rows(named=True):
        about = {name: row[name] for name in ("population", "manager", "outcome", "reason")}
        graph.add_node(row["agent"], **_attributes(about))
    declared = {(watch.watcher, watch.contact) for watch in run.measurement.states.all_watches()}
    graph.add_edges_from(natural_tuples(declared), declared=True)
    for row in run.rosters().iter_rows(named=True):
        edge = (row["agent"], row["peer"])
        if edge in declared or _is_subscription(row):
            views = {name: row[name] for name in ("expected", "served", "believed", "right")}
            graph.add_edges_from([edge], declared=edge in declared, **_attributes(views))
    return graph


def _is_subscription(row: Mapping[str, object]) -> bool:
    """Whether a roster entry is more than the other end of somebody else's subscription."""
    words = {*f"{row['expected']} {row['served']}".split()}
    return row["right"] is False or not words.isdisjoint(("to", "both", "ask"))


def _attributes(values: Mapping[str, object]) -> dict[str, object]:
    """Attributes for GraphML, which has no missing values: those are left out."""
    return {
        name: printable(value) if isinstance(value, str) else value
        for name, value in values.items()
        if value is not None
    }


FORMATS: dict[str, Callable[[Run, Path], list[Path]]] = {
    "parquet": _write_parquet,
    "csv": _write_csv,
    "graphml": _write_graphml,
    "perfetto": write_perfetto,
    "gexf": write_gexf,
    "shiviz": write_shiviz,
}
"""Format -> the function that writes a run in it."""
