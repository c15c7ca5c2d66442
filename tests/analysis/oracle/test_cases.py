"""Scenarios of users in which the oracle and the server once disagreed."""

from __future__ import annotations

from pathlib import Path

import pytest

import simulator
from simulator.analysis.figures.rosters import roster_rows
from simulator.analysis.run import Run
from simulator.analysis.states import Entry
from simulator.scenario import load_scenario
from tests.runs import ROOT

CASES = ROOT / "tests" / "data" / "cases"
ASKED = Entry("none", True)


def run(name: str, folder: Path, **overrides: str) -> Run:
    settings = {key.replace("__", "."): value for key, value in overrides.items()}
    return simulator.run(load_scenario(CASES / f"{name}.yaml", settings), out=folder / "run")


@pytest.mark.parametrize(
    ("name", "overrides"),
    [
        ("crossing_10428", {"run__duration": "20s", "run__settle": "10s"}),
        ("crossing_10506", {"run__at_most": "40s"}),
        ("crossing_10854", {"run__duration": "40s"}),
    ],
)
def test_orders_that_cross_on_slow_links_all_count_as_right(
    name: str, overrides: dict[str, str], tmp_path: Path
) -> None:
    found = run(name, tmp_path, **overrides)
    assert found.summary["wrong_entries"]["entries"] == []


def test_what_is_under_way_at_the_end_is_not_wrong(tmp_path: Path) -> None:
    """The request takes five seconds; the run ends before the server has it."""
    found = run("latency_end", tmp_path)
    assert found.summary["wrong_entries"]["entries"] == []
    assert found.summary["run"]["duration_s"] < 52
    oracle = found.measurement.rosters.oracle
    assert oracle.allowed("a", "b") == {ASKED, Entry("to", False)}
    assert oracle.allowed("b", "a") >= {None, Entry("from", False)}


def test_requests_to_accounts_that_do_not_exist_stay_pending(tmp_path: Path) -> None:
    found = run("unknown_accounts", tmp_path)
    assert found.summary["wrong_entries"]["entries"] == []
    served = {row.peer: row.served for row in roster_rows(found.measurement)}
    for stranger in ("bob@localhost", "bob@elsewhere.example", "jörg@localhost"):
        assert served[stranger] == ASKED
    assert served["carol"] == Entry("to", False)


def test_jids_as_people_write_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = run("jids", tmp_path)
    assert found.summary["wrong_entries"]["entries"] == []
    said = capsys.readouterr().out.splitlines()
    looked_up = [line for line in said if line.startswith("get_contact")]
    assert looked_up[:4] == [
        *(f"get_contact {jid} to" for jid in ("zoe@localhost", "ZOE@localhost")),
        *(f"get_contact {jid} to" for jid in ("zoe@localhost/phone", "zoe@localhost/x")),
    ]
    assert looked_up[4].startswith("get_contact nobody@localhost ContactNotFound")


def test_a_stranger_is_named_by_the_bare_jid(tmp_path: Path) -> None:
    found = run("nobody_by_jid", tmp_path)
    assert found.verdict.value == "pass"
    assert {check.verdict for check in found.verdict.checks} == {"pass"}
