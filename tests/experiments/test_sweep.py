"""A sweep in this process: every run once, whatever happens in between."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

import simulator
from simulator.errors import InputError, RunFailed, RunFolderError
from simulator.experiments.design.reading import load_experiment
from simulator.experiments.running import store, work
from simulator.experiments.sweep import sweep
from simulator.scenario import build_plan
from tests.experiments.conftest import EXPERIMENT, SCENARIO, Write

REAL = work.work
TABLES = ("runs.parquet", "curves.parquet")


def swept(path: Path, out: str = "out", **options: Any) -> simulator.Results:
    return sweep(path, out, workers=0, **options)


def tables(out: str = "out") -> list[bytes]:
    return [Path(out, name).read_bytes() for name in TABLES]


def test_the_table_has_a_row_for_each_run(write: Write) -> None:
    found = swept(write())
    runs = found.runs
    assert runs.height == 6
    assert runs["point"].to_list() == [0, 0, 0, 1, 1, 1]
    assert runs["replication"].to_list() == [0, 1, 2] * 2
    assert runs["network.latency_s"].to_list() == [0.005] * 3 + [0.02] * 3
    assert runs["seed"].n_unique() == 6
    assert runs["verdict"].to_list() == ["pass"] * 6
    assert runs["time_to_converge.declared_s"].n_unique() == 6
    assert runs["declared.in_force"].to_list() == [1] * 6
    assert runs["cpu_s"].min() > 0  # type: ignore[operator]
    assert runs["memory_mb"].min() > 10  # type: ignore[operator]
    assert runs["error"].null_count() == 6
    assert (found.verdict, found.exit_code) == ("pass", 0)


def test_a_row_is_what_the_run_alone_comes_to(write: Write) -> None:
    row = swept(write()).runs.row(4, named=True)
    alone = simulator.run(
        simulator.load_scenario("two.yaml", {"network.latency": "20ms"}),
        seed=row["seed"],
        out=False,
    )
    numbers = alone.figures.numbers()
    assert {name: row[name] for name in numbers} == numbers


def test_nothing_that_was_done_is_done_again(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write()
    swept(path, "whole")
    stopping_after(4, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        swept(path)
    assert simulator.open_sweep("out").runs.height == 4
    did = counting(monkeypatch)
    assert swept(path).runs.height == 6
    assert len(did) == 2
    assert tables() == tables("whole")
    swept(path)
    assert len(did) == 2


def stopping_after(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C once so many runs are over."""
    done: list[work.Job] = []

    def stop(job: work.Job) -> work.Outcome:
        if len(done) == count:
            raise KeyboardInterrupt
        done.append(job)
        return REAL(job)

    monkeypatch.setattr(work, "work", stop)


def counting(monkeypatch: pytest.MonkeyPatch) -> list[work.Job]:
    done: list[work.Job] = []

    def count(job: work.Job) -> work.Outcome:
        done.append(job)
        return REAL(job)

    monkeypatch.setattr(work, "work", count)
    return done


def test_more_replications_go_on_and_fewer_leave_a_shorter_table(write: Write) -> None:
    path = write()
    swept(path)
    before = tables()
    assert swept(path, overrides={"replications": "4"}).runs.height == 8
    assert swept(path).runs.height == 6
    assert tables() == before


def test_what_was_torn_by_a_kill_is_not_read(write: Write) -> None:
    path = write()
    swept(path)
    before = tables()
    (Path("out") / store.PARTS / ".000009.parquet").write_bytes(b"PAR1 torn")
    (Path("out") / "runs.parquet").unlink()
    swept(path)
    assert tables() == before
    assert not list((Path("out") / store.PARTS).glob(".*"))


def test_a_full_disk_is_said_and_the_same_call_goes_on(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write()
    real = os.replace
    written: list[Path] = []

    def full(source: Path, target: Path) -> None:
        if len(written) == 5:  # the manifest, the document and three runs
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written.append(target)
        real(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(RunFailed, match="No space left on device; what is there is whole"):
        swept(path)
    monkeypatch.setattr(os, "replace", real)
    did = counting(monkeypatch)
    assert swept(path).runs.height == 6
    assert len(did) == 3


def test_a_folder_of_another_experiment_or_version_is_refused_by_name(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write()
    swept(path)
    other = write(EXPERIMENT.replace("20ms", "30ms").replace("Small", "Other"), "other.yaml")
    with pytest.raises(
        RunFolderError, match=r"^out: .* than other.yaml is now: small.yaml \(Small\)"
    ):
        swept(other)
    Path("two.yaml").write_text(SCENARIO.replace("2s", "3s"))
    with pytest.raises(RunFolderError, match=r"another experiment than small.yaml"):
        swept(path)
    Path("two.yaml").write_text(SCENARIO)
    monkeypatch.setattr(store, "__version__", "9.9")
    with pytest.raises(RunFolderError, match=r"written by simulator 0.* and this is 9.9"):
        swept(path)
    with pytest.raises(RunFolderError, match="is not the folder of a sweep"):
        simulator.open_sweep(".")


def test_two_commands_do_not_work_in_one_folder(write: Write) -> None:
    path = write()
    planned = load_experiment(path)
    held = store.Store(Path("out"), planned)
    with pytest.raises(RunFolderError, match="another command works in it"):
        swept(path)
    held.close()
    assert swept(path).runs.height == 6


def test_a_run_that_fails_is_a_row_with_its_error(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write()
    real = build_plan

    def broken(scenario: Any, seed: int) -> Any:
        if scenario.document["network"]["latency"] == "20ms":
            raise ValueError("no such\nday")
        return real(scenario, seed)

    monkeypatch.setattr(work, "build_plan", broken)
    found = swept(path)
    row = found.runs.row(3, named=True)
    assert (row["verdict"], row["error"]) == ("unknown", "ValueError: no such day")
    assert row["seed"] is not None
    assert row["staleness"] is None
    assert found.runs["verdict"].to_list() == ["pass"] * 3 + ["unknown"] * 3
    assert found.exit_code == 3


@pytest.mark.parametrize(("keep", "kept"), [("none", 0), ("failed", 3), ("all", 6)])
def test_runs_are_kept_as_told(keep: str, kept: int, write: Write) -> None:
    never = "\nexpect: [{figure: time_to_converge.declared, below: 80ms}]\n"
    Path("two.yaml").write_text(SCENARIO.replace("{exponential: {mean: 50ms}}", "10ms") + never)
    found = swept(write(EXPERIMENT + f"keep: {keep}\n"))
    assert found.runs["verdict"].to_list() == ["pass"] * 3 + ["fail"] * 3
    names = found.runs["kept"].drop_nulls().to_list()
    assert len(names) == kept
    if kept:
        run = found.run(1, 2)
        assert run.folder == Path("out/kept/point1-run2")
        assert run.verdict.value == "fail"
    with pytest.raises(InputError, match="was not kept"):
        found.run(0, 9)


def test_runs_go_on_until_a_mean_is_known(write: Write) -> None:
    until = "{until: {figure: time_to_converge.declared, interval: 50%}, at_least: 4, at_most: 60}"
    path = write(EXPERIMENT.replace("replications: 3", f"replications: {until}"))
    found = swept(path)
    table = found.aggregate(figures="time_to_converge.declared")
    for row in table.iter_rows(named=True):
        assert (row["mean_high"] - row["mean_low"]) / 2 <= 0.5 * row["mean"]
        assert 4 <= row["runs"] < 60
    before = tables()
    assert swept(path).runs.height == found.runs.height
    assert tables() == before


def test_runs_go_on_until_all_is_decided(write: Write) -> None:
    expect = "expect: [{figure: time_to_converge.declared, at_most: 500ms, in: 70%}]\n"
    until = "replications: {until: decided, at_least: 4, at_most: 100}\n"
    path = write(EXPERIMENT.replace("replications: 3\n", until + expect))
    found = swept(path)
    assert found.verdict == "pass"
    assert found.runs.height == 2 * 14  # 4, 6, 9, 14: so many must all hold
    assert "100 % of all runs would" in found.points[0].checks[0].evidence


def test_without_a_folder_nothing_stays(write: Write) -> None:
    found = sweep(write(), False, workers=0)
    folder = found.folder
    assert found.runs.height == 6
    del found
    assert not folder.exists()


def test_an_experiment_can_be_plain_data(write: Write) -> None:
    write()
    found = sweep({"scenario": "two.yaml", "replications": 2}, workers=0)
    assert found.folder == Path("sweeps/two-who-meet")
    assert found.name == "Two who meet"
    assert found.parameters == []
    assert found.points[0].text == "the scenario as it is"


def test_polars_and_duckdb_read_the_folder(write: Write) -> None:
    swept(write())
    query = "select avg(staleness), sum(cpu_s) from 'out/runs.parquet' join 'out/costs.parquet'"
    rows = duckdb.sql(f"{query} using (point, replication) where verdict = 'pass'")
    assert rows is not None
    found = rows.fetchall()
    lazy = pl.scan_parquet("out/runs.parquet").filter(verdict="pass").select(pl.mean("staleness"))
    assert found[0][0] == pytest.approx(lazy.collect().item())
    assert pl.read_parquet("out/parts/*.parquet").height == 6
