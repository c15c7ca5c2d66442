"""The graph of a run over time, as Gephi reads it."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import pytest

from simulator.report.exports.files import export
from simulator.report.run import Run
from tests.report.exports.traces import traced


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return traced(tmp_path_factory.mktemp("graph"))


def test_agents_and_watches_change_over_time(run: Run, tmp_path: Path) -> None:
    (path,) = export(run, "gexf", tmp_path / "out")
    graph = nx.read_gexf(path)
    assert graph.graph["mode"] == "dynamic"
    assert sorted(graph.nodes) == ["a-0", "a-1", "a-2"]
    shows = [show for show, _, _ in graph.nodes["a-0"]["show"]]
    assert shows == ["unavailable", "available", "dnd"]
    lives = {life for life, _, _ in graph.nodes["a-2"]["life"]}
    assert "cut_off" in lives
    watch = run.measurement.states.watches["a-1"]["a-0"]
    spans = [(x.name.lower(), b / 1e6, e / 1e6) for x, b, e in watch.sights.spans(8_000_000)]
    assert graph.edges["a-1", "a-0"]["sight"][: len(spans) - 1] == spans[:-1]


def test_equal_runs_have_equal_files(run: Run, tmp_path: Path) -> None:
    (one,) = export(run, "gexf", tmp_path / "one")
    (other,) = export(traced(tmp_path / "again"), "gexf", tmp_path / "other")
    assert one.read_bytes() == other.read_bytes()
    assert b"lastmodified" not in one.read_bytes()
