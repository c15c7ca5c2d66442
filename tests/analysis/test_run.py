from __future__ import annotations

import csv
import json
from pathlib import Path

import polars as pl
import pytest

import simulator.journal.records
from simulator.analysis.figures.named import figures
from simulator.analysis.frames.events import EVENT_SCHEMA
from simulator.analysis.measurement import measure
from simulator.analysis.run import Run, open_run
from simulator.errors import JournalError, RunFolderError
from simulator.scenario.figures import FIGURES
from tests.analysis.journals import head
from tests.analysis.synthetic import MS, S, small_world, write


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    world = small_world(8, changes=20, deaths=1)
    return open_run(write(world.run(12 * S), tmp_path_factory.mktemp("run")))


def test_frames_have_the_columns_that_are_promised(run: Run) -> None:
    frames = ["agents", "availability", "sights", "convergence", "phases", "propagation"]
    frames += ["staleness", "detection", "rosters", "belief_divergence"]
    for name in frames:
        method = getattr(run, name)
        frame = method()
        assert isinstance(frame, pl.DataFrame)
        for column in frame.columns:
            assert f"`{column}`" in method.__doc__, f"{name}: {column} is not described"
        if name != "belief_divergence":
            assert len(frame), f"{name} is empty"


def test_events_have_a_row_for_each_record(run: Run) -> None:
    assert len(run.events) == len(run.records)
    last = run.records[-1]
    assert run.events["time_s"][-1] == last.t / 1e6
    assert run.events["kind"][0] == "run"
    sent = run.events.filter(kind="sent", type="subscribe")
    assert sent["peer"].null_count() == 0


def test_events_have_a_column_for_every_field() -> None:
    """The run's own record is the exception: its fields are in the scenario and the summary."""
    fields: set[str] = set()
    for record in simulator.journal.records.AnyRecord.__args__:
        if record is not simulator.journal.records.RunStarted:
            fields |= set(record.__struct_fields__)
    assert fields - set(EVENT_SCHEMA) == set()


def test_the_summary_is_json_and_has_the_verdict(run: Run) -> None:
    text = json.dumps(run.summary, allow_nan=False)
    assert json.loads(text)["verdict"]["value"] == "pass"
    assert run.summary["run"]["duration_s"] == 12.0
    outcomes = run.summary["agent_outcomes"]
    assert outcomes["ok"] + outcomes["failed"] + outcomes["unknown"] == outcomes["population"] == 8


def test_the_figures_are_those_that_a_scenario_can_expect(run: Run) -> None:
    """In seconds, with a name that says so."""
    names = [f"{name}_s" if unit == "time" else name for name, unit in FIGURES.items()]
    assert list(run.figures) == names
    latency = run.propagation()["latency_s"].max()
    assert run.figures["propagation_latency.max_s"].value == pytest.approx(latency)
    assert (
        run.figures["propagation_latency.max_s"].value
        == (run.summary["propagation_latency"]["max_s"])
    )
    assert (
        run.figures["time_to_converge.roster_s"].value
        == (run.summary["time_to_converge"]["roster_s"])
    )


def test_figures_are_plain_numbers_in_a_table(run: Run, tmp_path: Path) -> None:
    numbers = run.figures.numbers()
    assert all(value is None or isinstance(value, int | float) for value in numbers.values())
    assert pl.DataFrame([numbers])["propagation_latency.max_s"].dtype == pl.Float64
    with (tmp_path / "figures.csv").open("w", newline="") as file:
        csv.writer(file).writerow(run.figures.values())
    (row,) = csv.reader((tmp_path / "figures.csv").open())
    assert row == ["" if value is None else str(value) for value in numbers.values()]


def test_a_figure_without_its_unit_is_told_with_it(run: Run) -> None:
    with pytest.raises(KeyError, match=r"expected `propagation_latency\.max_s`"):
        run.figures["propagation_latency.max"]


def test_a_killed_runs_journal_can_be_read(tmp_path: Path) -> None:
    """Without its end, and torn in the middle of a line."""
    records = small_world(4).run(3 * S)[:120]
    folder = write(records, tmp_path / "run")
    journal = folder / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-7])
    run = open_run(folder)
    assert len(run.records) == 119
    assert run.verdict.value == "unknown"
    json.dumps(run.summary, allow_nan=False)
    assert len(run.events) == 119
    assert run.summary["run"]["reason"] == "the journal has no end"
    assert run.summary["agent_outcomes"]["unknown"] == 4


@pytest.mark.parametrize("count", [0, 1, 3])
def test_hardly_anything_in_the_journal(tmp_path: Path, count: int) -> None:
    run = open_run(write(head("a", "b")[:count], tmp_path))
    assert run.verdict.value == "unknown"
    json.dumps(run.summary, allow_nan=False)
    assert len(run.events) == count
    assert all(figure.value is not None or figure.absent for figure in run.figures.values())


def test_a_scenario_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    folder = write(
        head("a", scenario={"run": {"duration": "4s", "settle": "soon"}}), tmp_path / "run"
    )
    message = (
        r"journal\.jsonl: the scenario in it is not one: run\.settle: 'soon' is not a duration"
    )
    with pytest.raises(JournalError, match=message):
        _ = open_run(folder).summary


def test_a_folder_that_is_missing_or_foreign(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="there is no such folder"):
        open_run(tmp_path / "nowhere")
    with pytest.raises(RunFolderError, match="is not a run folder"):
        open_run(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(RunFolderError, match="is not a folder"):
        open_run(tmp_path / "file")


def test_latencies_are_those_of_the_links() -> None:
    """Up and down take 20 to 30 ms each: every delivery takes 40 to 60 ms."""
    world = small_world(5, changes=40)
    found = figures(measure(world.run(20 * S)))
    assert found["propagation_latency.max"].value is not None
    assert 40 * MS <= found["propagation_latency.p50"].value <= 60 * MS  # type: ignore[operator]
    assert found["propagation_latency.max"].value < 65 * MS
