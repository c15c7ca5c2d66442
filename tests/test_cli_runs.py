"""The commands around finished runs, called in this process."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import simulator
from simulator.errors import RunFailed
from simulator.journal.folder import SUMMARY
from simulator.report import page
from simulator.report.terminal import watching
from tests.analysis.journals import head
from tests.analysis.synthetic import write
from tests.calls import Call

SCENARIO = """
name: Two who meet
populations: {a: {on_subscribe: approve}, b: {on_subscribe: approve}}
subscriptions: [{pairs: [[a, b]]}]
timeline: [{at: 1s, who: b, do: set_presence, show: away}]
network: {latency: {lognormal: {median: 20ms, sigma: 0.4}}}
run: {duration: 2s}
expect:
  - roster: {a: {b: to}}
"""
FAILING = SCENARIO.replace("{b: to}", "{b: both}")


def scenario(folder: Path, text: str = SCENARIO) -> Path:
    file = folder / "scenario.yaml"
    file.write_text(text)
    return file


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original")
    return simulator.run(scenario(folder), out=folder / "run").folder


@pytest.fixture
def finished(original: Path, tmp_path: Path) -> Path:
    """A run that nobody else touches."""
    return Path(shutil.copytree(original, tmp_path / "run"))


def test_a_run_names_its_picture_and_all_is_for_its_owner_alone(call: Call, tmp_path: Path) -> None:
    done = call("run", scenario(tmp_path), "--out", tmp_path / "run")
    assert f"picture: {tmp_path / 'run' / 'convergence.png'} (more: simulator plot " in done.out
    files = [path for path in (tmp_path / "run").rglob("*") if path.is_file()]
    assert {path.name for path in files if stat.S_IMODE(path.stat().st_mode) != 0o600} == set()
    assert "convergence.png" in {path.name for path in files}


def test_compare_says_zero_differences(call: Call, finished: Path, tmp_path: Path) -> None:
    call("run", scenario(tmp_path), "--out", tmp_path / "again")
    done = call("compare", finished, tmp_path / "again")
    assert (done.code, done.err) == (0, "")
    assert "no differences (watches, rosters, handlers, values, orders, figures)" in done.out


def test_compare_exits_with_1_where_runs_differ(call: Call, finished: Path, tmp_path: Path) -> None:
    call("run", scenario(tmp_path), "--out", tmp_path / "other", "--seed", 9)
    done = call("compare", finished, tmp_path / "other")
    assert done.code == 1
    assert "seed 9" in done.out
    assert "propagation_latency.max" in done.out
    assert call("compare", finished, tmp_path / "other", "--only", "rosters").code == 0


def test_compare_refuses_other_scenarios_and_what_is_no_run(
    call: Call, finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    other = write(head("x"), tmp_path / "other")
    for arguments, text in (
        ((finished, other), "only runs of one scenario"),
        ((finished, tmp_path / "nowhere"), "no such folder"),
        ((finished,), "no runs in it"),
        ((finished, finished, "--only", "orderz"), "the parts are"),
    ):
        done = call("compare", *arguments)
        assert done.code == 2, arguments
        assert text in done.err


@pytest.mark.parametrize(("text", "code", "red"), [(SCENARIO, 0, 0), (FAILING, 1, 1)])
def test_junit_goes_with_the_exit_code(
    call: Call, tmp_path: Path, text: str, code: int, red: int
) -> None:
    file = tmp_path / "reports" / "junit.xml"
    done = call("run", scenario(tmp_path, text), "--out", tmp_path / "run", "--junit", file)
    assert done.code == code
    root = ElementTree.parse(file).getroot()
    assert int(root.get("failures", "")) == red
    assert root.get("errors") == "0"
    first = file.read_bytes()
    assert call("open", tmp_path / "run", "--junit", file).code == code
    assert file.read_bytes() == first


def test_junit_of_a_run_that_broke_down(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older document is gone, and the error is in the new one."""

    def broken(*_: Any, **__: Any) -> None:
        raise RunFailed("the server at 127.0.0.1:5222 went away")

    monkeypatch.setattr("simulator.api.perform", broken)
    file = tmp_path / "junit.xml"
    file.write_text("<testsuites/>")
    done = call("run", scenario(tmp_path), "--junit", file)
    assert done.code == 3
    error = ElementTree.parse(file).getroot().find(".//testcase/error")
    assert error is not None
    assert error.get("message") == "the server at 127.0.0.1:5222 went away"


def test_junit_is_not_written_for_a_wrong_call(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "junit.xml"
    file.write_text("<testsuites/>")
    assert call("run", tmp_path / "missing.yaml", "--junit", file).code == 2
    assert not file.exists()
    own = scenario(tmp_path)
    done = call("run", own, "--junit", own)
    assert done.code == 2
    assert "is not a JUnit document" in done.err
    assert own.read_text() == SCENARIO


@pytest.mark.parametrize("to", ["parquet", "csv", "graphml"])
def test_export_says_where_the_files_are(call: Call, finished: Path, to: str) -> None:
    done = call("export", finished, "--to", to)
    assert done.code == 0
    paths = [Path(line) for line in done.out.splitlines()]
    assert paths
    assert all(path.is_file() and path.parent == finished / to for path in paths)
    again = call("export", finished, "--to", to)
    assert again.code == 2
    assert "exists already" in again.err


def test_export_to_a_folder_and_wrong_formats(call: Call, finished: Path, tmp_path: Path) -> None:
    assert call("export", finished, "--to", "csv", "-o", tmp_path / "out").code == 0
    assert (tmp_path / "out" / "events.csv").is_file()
    done = call("export", finished, "--to", "cvs")
    assert done.code == 2
    assert "expected `csv`" in done.err
    assert call("export", finished).code == 2


def test_plot_draws_what_there_is(call: Call, finished: Path, tmp_path: Path) -> None:
    done = call("plot", finished)
    assert done.code == 0
    told = [Path(line) for line in done.out.splitlines() if not line.startswith("no ")]
    assert finished / "plots" / "convergence.png" in told
    assert set(told) == set((finished / "plots").iterdir())
    done = call("plot", finished, "graph", "sequence", "--format", "svg", "-o", tmp_path / "x")
    assert done.out.split() == [
        str(tmp_path / "x" / f"{kind}.svg") for kind in ("graph", "sequence")
    ]


def test_plot_names_the_nearest_kind(call: Call, finished: Path) -> None:
    done = call("plot", finished, "timelnie")
    assert (done.code, done.out) == (2, "")
    assert "expected `timeline`" in done.err


def test_plot_shows_some_agents_in_a_part_of_the_time(
    call: Call, finished: Path, tmp_path: Path
) -> None:
    done = call("plot", finished, "--agents", "a, b", "--window", "0.5s-2", "-o", tmp_path / "x")
    assert done.code == 0
    told = done.out.splitlines()
    assert "no convergence: agents: the convergence picture is always of all agents" in told
    assert "no graph: window: the graph picture is always of the end of the run" in told
    assert str(tmp_path / "x" / "sequence.png") in told


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--agents", "bb"), "no agent 'bb': expected `b`"),
        (("--agents", ","), "--agents: expected names"),
        (("--window", "90s-95s"), "window: 90 s is outside of the run: expected 0 to 3"),
        (("--window", "2s-1s"), "window: expected a begin before its end"),
        (("--window", "9"), "--window 9: expected FROM-TO, such as 10s-25s"),
        (("--window", "1s-x"), "--window x: expected a duration"),
        (("convergence", "--agents", "a"), "picture is always of all agents"),
    ],
)
def test_plot_says_what_cannot_be_drawn(
    call: Call, finished: Path, tmp_path: Path, options: tuple[str, ...], why: str
) -> None:
    done = call("plot", finished, *options, "-o", tmp_path / "x")
    assert (done.code, done.out) == (2, "")
    assert why in done.err


def test_report_writes_a_page_and_its_folder(call: Call, finished: Path, tmp_path: Path) -> None:
    target = tmp_path / "new" / "page.html"
    done = call("report", finished, "-o", target)
    assert (done.code, done.out) == (0, f"report: {target}\n")
    assert target.read_text().lower().startswith("<!doctype html>")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("place", "why"),
    [("journal.jsonl", "exists already"), ("journal.jsonl/page.html", "cannot be written")],
)
def test_report_to_a_place_that_cannot_be_written_draws_nothing(
    call: Call, finished: Path, monkeypatch: pytest.MonkeyPatch, place: str, why: str
) -> None:
    monkeypatch.setattr(page, "build_page", lambda *_, **__: pytest.fail("it drew"))
    done = call("report", finished, "-o", finished / place)
    assert (done.code, done.out) == (2, "")
    assert why in done.err


def test_a_report_is_written_again_and_nothing_else_is_replaced(
    call: Call, finished: Path, tmp_path: Path
) -> None:
    for file in (finished / "report.html", tmp_path / "page.html"):
        options = [] if file.parent == finished else ["-o", file]
        assert call("report", finished, *options).code == 0
        file.write_text(file.read_text() + "<!-- old -->")
        assert call("report", finished, *options).code == 0
        assert "<!-- old -->" not in file.read_text()
    (tmp_path / "thesis.html").write_text("<html>mine</html>")
    done = call("report", finished, "-o", tmp_path / "thesis.html")
    assert (done.code, (tmp_path / "thesis.html").read_text()) == (2, "<html>mine</html>")
    assert "exists already, and is no report" in done.err


def test_report_of_no_run_makes_no_folder(call: Call, tmp_path: Path) -> None:
    done = call("report", tmp_path / "nowhere")
    assert done.code == 2
    assert "there is no such folder" in done.err
    assert not (tmp_path / "nowhere").exists()


def test_watch_ends_with_the_verdict_of_the_run(call: Call, finished: Path) -> None:
    done = call("watch", finished)
    assert done.code == 0
    first, second = done.out.splitlines()
    assert first.startswith("2/2 agents · ")
    assert len(first) < 80
    assert second.startswith("PASS  Two who meet: 2 agents on embedded")
    summary = json.loads((finished / SUMMARY).read_text())
    summary["verdict"] = {"value": "fail", "reasons": []}
    (finished / SUMMARY).write_text(json.dumps(summary))
    assert call("watch", finished).code == 1


def test_watch_of_a_killed_run_says_where_to_look(call: Call, tmp_path: Path) -> None:
    write(head("a", "b"), tmp_path / "run")
    done = call("watch", tmp_path / "run")
    assert done.code == 3
    assert f"simulator open {tmp_path / 'run'}" in done.out.replace("\n", "")


def test_watch_can_be_left(call: Call, finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(watching, "watch", interrupted)
    assert call("watch", finished).code == 3


def test_watch_where_nothing_appears(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching.watch, "__defaults__", (0.1,))
    done = call("watch", tmp_path / "nowhere")
    assert done.code == 2
    assert "there is no such folder" in done.err


def test_explain_tells_the_causes_and_a_watch(call: Call, finished: Path) -> None:
    whole = call("explain", finished)
    assert whole.code == 0
    assert whole.out.splitlines()[0] == "1 watch: every declared one in force at the end"
    assert "link: 0." in whole.out
    watch = call("explain", finished, "--agent", "a", "--contact", "b", "--at", "1500ms")
    assert watch.out.splitlines()[0].endswith("in force at 1.5 s")
    assert "a sees it rightly" in watch.out
    assert "b is available (away); a hears of it at " in watch.out


def test_explain_gives_json(call: Call, finished: Path) -> None:
    document = json.loads(call("explain", finished, "--json").out)
    assert {"title", "answer", "history", "not_in_force", "wrong_time", "unseen"} == set(document)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--agent", "c"), "no agent 'c': expected `a`, `b`"),
        (("--agent", "b", "--contact", "a"), "swap --agent and --contact"),
        (("--at", "noon"), "--at noon: expected a duration such as 60s or 2min"),
        (("--at", "2h"), "7200 s is outside of the run"),
    ],
)
def test_explain_says_what_is_wrong_with_the_call(
    call: Call, finished: Path, options: tuple[str, ...], message: str
) -> None:
    done = call("explain", finished, *options)
    assert done.code == 2
    assert message in done.err
