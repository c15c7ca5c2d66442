"""``simulator find``: what goes wrong in a scenario, as small as it gets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.calls import Call
from tests.experiments.finding.conftest import CALM, MEETING


@pytest.fixture(autouse=True)
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("meeting.yaml").write_text(MEETING)
    Path("calm.yaml").write_text(CALM)


def test_what_is_found_is_told_and_kept(call: Call) -> None:
    done = call("find", "meeting.yaml", "--runs", "100", "--workers", "0")
    assert done.code == 1
    *text, answer, where = done.out.splitlines()
    assert "\n".join(text).strip() == Path("found/meeting/smallest.yaml").read_text().strip()
    assert answer.startswith("FAIL found in ")
    assert where == "found: found/meeting"
    assert "runs on this process" in done.err
    assert "making it smaller" in done.err
    assert call("run", "found/meeting/smallest.yaml").code == 1
    assert call("open", "found/meeting/run").code == 1


def test_nothing_found_says_that_this_is_no_proof(call: Call) -> None:
    done = call("find", "calm.yaml", "--runs", "3", "--workers", "0", "-q")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0] == "PASS nothing found in 3 runs; this is no proof"
    assert "to go on: more variants with --runs or --for" in done.out


def test_json_has_it_all(call: Call) -> None:
    done = call("find", "meeting.yaml", "--runs", "100", "--workers", "0", "--json", "--no-shrink")
    found = json.loads(done.out)
    assert (done.code, found["verdict"], found["exit_code"]) == (1, "fail", 1)
    assert found["shrinking_runs"] == 0
    assert found["smallest"]["populations"]["a"]["count"] == 4
    assert found["check"] == "every declared watch is in force"
    assert found["folder"] == "found/meeting"


def test_wrong_files_and_calls_are_refused(call: Call) -> None:
    Path("wrong.yaml").write_text(MEETING.replace("[stream_error, reset]", "[resset]"))
    done = call("find", "wrong.yaml")
    assert done.code == 2
    assert done.err.startswith(
        "wrong.yaml:6:19: search.faults[0]: unknown fault 'resset' (expected `reset`"
    )
    assert call("check", "wrong.yaml").code == 2
    Path("wrong.yaml").write_text(MEETING.replace("at_most: 2", "targets: b"))
    assert "search.targets: no agent or population is called 'b'" in call("find", "wrong.yaml").err
    assert call("find", "meeting.yaml", "--runs", "0", "--workers", "0").code == 2
    assert "--for" in call("find", "meeting.yaml", "--for", "soon").err
    assert not Path("found").exists()


def test_check_and_run_know_the_search(call: Call) -> None:
    assert call("check", "meeting.yaml").out == "meeting.yaml: ok, 4 agents, 12 watches\n"
    assert call("run", "meeting.yaml").code == 0
