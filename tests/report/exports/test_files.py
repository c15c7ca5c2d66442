from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import networkx as nx
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from simulator.analysis.run import Run, open_run
from simulator.analysis.tables import Tables
from simulator.errors import InputError, RunFolderError
from simulator.journal.records import Note, Received
from simulator.report.exports import files as module
from simulator.report.exports.files import FORMATS, FRAMES, export, flat, subscription_graph
from tests.analysis.journals import end, final, head, push, up, view, watch
from tests.analysis.synthetic import S, small_world, write


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    world = small_world(6, changes=10, deaths=1)
    return open_run(write(world.run(12 * S), tmp_path_factory.mktemp("run")))


def test_every_frame_of_a_run_is_exported() -> None:
    members = {**vars(Tables), **vars(Run)}
    functions = {name: getattr(member, "func", member) for name, member in members.items()}
    frames = {
        name
        for name, function in functions.items()
        if "DataFrame" in str(getattr(function, "__annotations__", {}).get("return"))
    }
    assert set(FRAMES) == frames | {"figures"}


def test_parquet_holds_the_frames_as_they_are(run: Run, tmp_path: Path) -> None:
    paths = export(run, "parquet", tmp_path / "out")
    assert {path.stem for path in paths} == set(FRAMES)
    for path in paths:
        assert_frame_equal(pl.read_parquet(path), FRAMES[path.stem](run))


def test_csv_holds_the_same_rows(run: Run, tmp_path: Path) -> None:
    for path in export(run, "csv", tmp_path / "out"):
        frame, read = FRAMES[path.stem](run), pl.read_csv(path, infer_schema_length=None)
        assert read.columns == frame.columns
        assert len(read) == len(frame), path.stem
    events = pl.read_csv(tmp_path / "out" / "events.csv", infer_schema_length=None)
    assert events["time_s"].to_list() == run.events["time_s"].to_list()
    units = {name.rpartition("_")[2] for name in events.columns if "time" in name}
    assert units == {"s"}


def test_files_are_for_their_owner_alone(run: Run, tmp_path: Path) -> None:
    for to in FORMATS:
        paths = export(run, to, tmp_path / to)
        assert stat.S_IMODE((tmp_path / to).stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}


def test_lists_are_json_and_formulas_are_text(tmp_path: Path) -> None:
    status = (("", 'Lunch, "back" at 1'), ("es", "=1+1"))
    hostile = "=HYPERLINK(1)\nsecond line"
    records = [
        *head("a"),
        Received(t=0, agent="a", resource="r", type="available", peer="b@x", status=status),
        Note(t=0, text=hostile),
        Note(t=0, text="plain, -1"),
    ]
    export(open_run(write(records, tmp_path)), "csv", tmp_path / "out")
    events = pl.read_csv(tmp_path / "out" / "events.csv", infer_schema_length=None)
    shown = events["status"].drop_nulls().to_list()
    assert [json.loads(text) for text in shown] == [[list(pair) for pair in status]]
    assert events["text"].drop_nulls().to_list() == ["'" + hostile, "plain, -1"]


def test_numbers_that_are_negative_stay_numbers() -> None:
    frame = pl.DataFrame({"priority": [-1, 1], "text": ["-1", None], "names": [["a"], None]})
    assert flat(frame).to_dict(as_series=False) == {
        "priority": [-1, 1],
        "text": ["'-1", None],
        "names": ['["a"]', None],
    }


def test_graphml_can_be_read_by_others(run: Run, tmp_path: Path) -> None:
    (path,) = export(run, "graphml", tmp_path / "out")
    graph: Any = nx.read_graphml(path)
    made: Any = subscription_graph(run)
    assert dict(graph.nodes(data=True)) == dict(made.nodes(data=True))
    assert list(graph.edges(data=True)) == list(made.edges(data=True))
    assert graph.nodes["member-0"]["population"] == "member"
    edge = graph.edges["member-0", "member-1"]
    assert edge == {
        "declared": True,
        "expected": "both",
        "served": "both",
        "believed": "both",
        "right": True,
    }


def test_the_graph_has_wishes_subscriptions_and_what_is_wrong(tmp_path: Path) -> None:
    """a wants b and got nothing; b sees a though nobody asked; c is seen so too."""
    records = [
        *head("a", "b", "c"),
        watch("a", "b"),
        *(up(0, agent) for agent in "abc"),
        push(1, "b", "a", "to"),
        push(1, "c", "b", "from"),
        *(view(9, agent, "served", 1) for agent in "ab"),
        final(9, "b", "a", "to"),
        *end(9, "a", "b"),
    ]
    graph = subscription_graph(open_run(write(records, tmp_path)))
    assert graph.edges["a", "b"]["declared"] is True
    assert "served" not in graph.edges["a", "b"]  # there is no such entry
    assert graph.edges["b", "a"]["declared"] is False
    assert graph.edges["b", "a"]["served"] == "to"
    assert graph.edges["b", "a"]["right"] is False
    assert graph.edges["c", "b"]["right"] is False  # nobody's subscription, and wrong
    assert graph.nodes["c"]["outcome"] == "unknown"


def test_graphml_of_a_journal_with_names_that_xml_forbids(tmp_path: Path) -> None:
    records = [*head("a"), watch("a", "b\x1b@x"), *end(9, "a")]
    (path,) = export(open_run(write(records, tmp_path / "run")), "graphml", tmp_path / "graph")
    assert set(nx.read_graphml(path)) == {"a", r"b\x1b@x"}


def test_nothing_is_overwritten(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "agents.csv").write_text("mine")
    with pytest.raises(RunFolderError, match="exists already"):
        export(run, "csv", target)
    assert (target / "agents.csv").read_text() == "mine"
    with pytest.raises(RunFolderError, match="cannot be written"):
        export(run, "csv", target / "agents.csv" / "below")


def test_an_export_that_breaks_down_leaves_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(run: Run) -> pl.DataFrame:
        raise MemoryError

    monkeypatch.setitem(module.FRAMES, "rosters", broken)
    with pytest.raises(MemoryError):
        export(run, "csv", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_unknown_format_is_refused(run: Run, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected `parquet`"):
        export(run, "parket", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("to", list(FORMATS))
def test_hardly_anything_in_the_journal(tmp_path: Path, to: str) -> None:
    export(open_run(write(head("a"), tmp_path)), to, tmp_path / "out")
    export(open_run(write([], tmp_path / "empty")), to, tmp_path / "empty" / "out")
