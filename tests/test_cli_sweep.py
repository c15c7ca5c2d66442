"""``simulator sweep``: a row for each point, and one exit code."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest

from tests.calls import Call
from tests.experiments.conftest import EXPERIMENT, SCENARIO

DECIDES = EXPERIMENT + "expect: [{figure: time_to_converge.declared, below: LIMIT, in: 60%}]\n"
SCENARIO = SCENARIO.replace("{exponential: {mean: 50ms}}", "10ms")


@pytest.fixture(autouse=True)
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("two.yaml").write_text(SCENARIO)
    Path("small.yaml").write_text(EXPERIMENT)


def test_each_point_is_a_row(call: Call) -> None:
    done = call("sweep", "small.yaml", "--workers", "0", "--table", "runs.csv")
    assert done.code == 0
    titles, *rows, total, where = [line.split() for line in done.out.splitlines()]
    assert titles == ["verdict", "runs", "passed", "point", "evidence"]
    assert [row[:5] for row in rows] == [
        ["PASS", "3", "3", "latency_s", "0.005"],
        ["PASS", "3", "3", "latency_s", "0.02"],
    ]
    assert " ".join(total) == "2 points, 6 runs: 2 passed"
    assert where == ["results:", "sweeps/small"]
    assert pl.read_csv("runs.csv").height == 6
    assert "runs on this process" in done.err


def test_points_are_judged_by_what_the_experiment_expects(call: Call) -> None:
    text = DECIDES.replace("LIMIT", "80ms").replace("replications: 3", "replications: 6")
    Path("small.yaml").write_text(text)
    done = call("sweep", "small.yaml", "--workers", "0", "--junit", "junit.xml", "--json")
    assert done.code == 1
    found = json.loads(done.out)
    assert [point["verdict"] for point in found["points"]] == ["unknown", "fail"]
    assert found["points"][0]["checks"] == [
        {
            "text": "time_to_converge.declared below 0.08 s in 60 % of runs",
            "verdict": "unknown",
            "evidence": "6 of 6 runs do (0.03 s in each run);"
            " with 95 % confidence, 54.07 % to 100 % of all runs would;"
            " about 2 more runs would decide",
        }
    ]
    document = ElementTree.parse("junit.xml").getroot()
    cases = document.findall(".//testcase")
    assert [case.get("name") for case in cases] == ["latency_s 0.005", "latency_s 0.02"]
    assert [document.get("tests"), document.get("failures"), document.get("errors")] == [
        "2",
        "1",
        "1",
    ]


def test_more_runs_decide_and_only_those_are_made(call: Call) -> None:
    Path("small.yaml").write_text(DECIDES.replace("LIMIT", "200ms"))
    assert call("sweep", "small.yaml", "--workers", "0").code == 3
    done = call("sweep", "small.yaml", "--workers", "0", "--set", "replications=10", "-q")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_wrong_files_and_calls_are_refused_before_anything_runs(call: Call) -> None:
    Path("small.yaml").write_text(EXPERIMENT.replace("grid", "grids"))
    done = call("sweep", "small.yaml")
    assert done.code == 2
    assert "small.yaml:5:5: vary[0].grids: unknown key 'grids'" in done.err
    Path("small.yaml").write_text(EXPERIMENT)
    assert call("sweep", "small.yaml", "--workers", "-1").code == 2
    assert call("sweep", "small.yaml", "--table", "runs.xlsx").code == 2
    assert call("sweep", "small.yaml", "--out", "small.yaml", "--workers", "0").code == 2
    assert not Path("sweeps").exists()


def test_check_knows_experiments(call: Call) -> None:
    done = call("check", "small.yaml", "two.yaml", "--set", "seed=4")
    assert done.code == 0
    assert done.out.splitlines() == [
        "small.yaml: ok, an experiment with 2 points, 6 runs to begin with",
        "two.yaml: ok, 2 agents, 1 watches",
    ]
    Path("small.yaml").write_text(EXPERIMENT.replace("5ms", "5mm"))
    assert "small.yaml:5:30: network.latency: '5mm'" in call("check", "small.yaml").err


def test_the_schema_of_experiments(call: Call) -> None:
    schema = json.loads(call("schema", "experiment").out)
    assert "replications" in schema["properties"]
    assert "populations" in json.loads(call("schema").out)["properties"]
