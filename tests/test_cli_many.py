"""``simulator run`` of several files and seeds: one table, one exit code, one document."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from xml.etree import ElementTree

import pytest

import simulator
from simulator.cli import many
from simulator.cli.application import COMMANDS, EXAMPLES
from simulator.errors import InputError
from simulator.running.interruption import Interruption
from tests.calls import Call

PASSES = """
name: Two who meet
populations: {a: {on_subscribe: approve}, b: {on_subscribe: approve}}
subscriptions: [{pairs: [[a, b]]}]
network: {latency: {lognormal: {median: 20ms, sigma: 0.4}}}
run: {duration: 2s}
expect:
  - roster: {a: {b: to}}
"""
LONG = """
name: long
populations: {a: {}}
timeline: [{at: {every: 100ms, starting: 1s}, who: a, do: set_presence, show: dnd}]
run: {duration: 1h}
"""


@pytest.fixture(autouse=True)
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("passes.yaml").write_text(PASSES)
    Path("fails.yaml").write_text(PASSES.replace("{b: to}", "{b: both}"))
    Path("wrong.yaml").write_text("name: 3\nseed: x")
    Path("long.yaml").write_text(LONG)


def test_files_and_seeds_make_one_table_and_one_exit_code(call: Call) -> None:
    done = call("run", "passes.yaml", "fails.yaml", "--seeds", "1-2", "--junit", "junit.xml")
    assert done.code == 1
    titles, *rows, total = [line.split() for line in done.out.splitlines()]
    assert titles == ["verdict", "file", "seed", "agents", "duration", "reason"]
    assert [row[:4] for row in rows] == [
        ["PASS", "passes.yaml", "1", "2"],
        ["PASS", "passes.yaml", "2", "2"],
        ["FAIL", "fails.yaml", "1", "2"],
        ["FAIL", "fails.yaml", "2", "2"],
    ]
    assert "a has b as both" in " ".join(rows[-1])
    assert " ".join(total) == "4 runs: 2 passed, 2 failed"
    assert sorted(path.name for path in Path("runs").iterdir()) == [
        "two-who-meet-seed1",
        "two-who-meet-seed1-2",
        "two-who-meet-seed2",
        "two-who-meet-seed2-2",
    ]
    document = ElementTree.parse("junit.xml").getroot()
    assert document.get("failures") == "2"
    assert len(document) == 4 * 3
    assert document[0].get("name") == "passes.yaml, seed 1: Two who meet: run"


def test_x_stops_at_the_first_that_does_not_pass(call: Call) -> None:
    done = call("run", "passes.yaml", "fails.yaml", "long.yaml", "-x", "--seeds", "7")
    assert done.code == 1
    assert done.out.splitlines()[-1] == "3 runs: 1 passed, 1 failed, 1 not run"


def test_a_wrong_file_is_a_row_once_and_the_worst(call: Call) -> None:
    done = call("run", "wrong.yaml", "fails.yaml", "--seeds", "1-2", "--json")
    assert (done.code, done.err) == (2, "")
    found = json.loads(done.out)
    assert [(one["verdict"], one["exit_code"]) for one in found] == [
        ("wrong", 2),
        ("fail", 1),
        ("fail", 1),
    ]
    assert found[0]["reason"].startswith("wrong.yaml:1:")
    assert found[0]["reason"].endswith("more, see simulator check")
    assert found[1]["seed"] == 1
    assert (Path(found[1]["folder"]) / "summary.json").is_file()


def test_quiet_says_what_does_not_pass_and_nothing_else(call: Call) -> None:
    done = call("run", "passes.yaml", "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")
    done = call("run", "passes.yaml", "fails.yaml", "--quiet")
    assert done.code == 1
    assert [line.split()[0] for line in done.out.splitlines()] == ["verdict", "FAIL"]


def test_the_time_limit_ends_a_run_which_is_unknown(call: Call) -> None:
    done = call("run", "long.yaml", "passes.yaml", "--time-limit", "500ms")
    assert done.code == 3
    rows = done.out.splitlines()
    assert rows[1].startswith("UNKNOWN  long.yaml")
    assert rows[1].endswith("the run is incomplete: the time limit of 0.5 s was reached")
    assert rows[2].startswith("PASS")
    alone = call("run", "long.yaml", "--time-limit", "0.5")
    assert alone.code == 3
    assert "the time limit of 0.5 s was reached" in alone.out


def test_out_holds_the_folders_of_several_runs(call: Call) -> None:
    assert call("run", "passes.yaml", "--seeds", "3,5", "--out", "mine").code == 0
    assert sorted(path.name for path in Path("mine").iterdir()) == [
        "passes-seed3",
        "passes-seed5",
    ]


def test_an_interrupted_run_is_the_last(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Interruption, _limit: float | None) -> AbstractContextManager[None]:
        self.request("interrupted by SIGINT")
        return nullcontext()

    monkeypatch.setattr(Interruption, "limited", interrupted)
    done = call("run", "long.yaml", "passes.yaml")
    assert done.code == 3
    assert "interrupted by SIGINT" in done.out
    assert done.out.splitlines()[-1] == "2 runs: 1 unknown, 1 not run"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--seeds", "1-2", "--seed", "3"), "only one of them"),
        (("--seeds", "3-1"), "such as 1-20"),
        (("--seeds", "some"), "such as 1-20"),
        (("--time-limit", "soon"), "such as 60s"),
        (("--time-limit", "0"), "such as 60s"),
        (("--narrate", "--json"), "not together"),
    ],
)
def test_wrong_calls_say_what_is_right(
    call: Call, arguments: tuple[str, ...], problem: str
) -> None:
    done = call("run", "passes.yaml", *arguments)
    assert done.code == 2
    assert problem in done.err
    assert not Path("runs").exists()


def test_seeds_are_ranges_and_numbers() -> None:
    assert many.parse_seeds("1-3, 7,2") == [1, 2, 3, 7]
    with pytest.raises(InputError):
        many.parse_seeds("")


def test_commands_without_a_path_take_the_latest_run(call: Call) -> None:
    assert call("open").code == 2
    assert "make a run first" in call("open").err
    assert call("run", "passes.yaml", "fails.yaml", "-q").code == 1
    listed = call("runs").out.splitlines()
    assert listed[0].split()[:3] == ["started", "(UTC)", "verdict"]
    assert [line.split()[2] for line in listed[1:]] == ["FAIL", "PASS"]
    for arguments in (("open",), ("open", "latest"), ("open", "runs/latest"), ("watch",)):
        assert call(*arguments).code == 1, arguments
    assert call("compare", "--only", "rosters").code == 0
    written = call("export", "--to", "csv")
    assert written.out.startswith("runs/two-who-meet-seed0-2/csv/")


def test_version_and_examples_of_each_command(call: Call) -> None:
    assert call("--version").out.strip() == simulator.__version__
    assert set(EXAMPLES) == set(COMMANDS)
    for name, examples in EXAMPLES.items():
        assert all(example.startswith(f"simulator {name}") for example in examples)
    assert "--time-limit 60s" in call("run", "--help").out
    assert "--install-completion" in call("--help").out
