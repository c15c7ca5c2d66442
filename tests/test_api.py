"""The Python API: what scripts and notebooks call."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

import simulator
from simulator.errors import InputError, RunFolderError, ScenarioError
from simulator.journal.file import FILE_NAME
from tests.runs import ROOT, run_text

TWO = """
    name: two
    seed: 3
    populations: {a: {on_subscribe: approve}, b: {on_subscribe: approve}}
    subscriptions: [{pairs: [[a, b]], mutual: true}]
    network: {latency: {lognormal: {median: 20ms, sigma: 0.5}}}
    run: {duration: 2s}
"""


def test_a_run_has_a_verdict_a_summary_events_and_a_folder(tmp_path: Path) -> None:
    run = run_text(TWO, tmp_path)
    assert run.verdict.value == "pass"
    assert run.summary["agent_outcomes"]["ok"] == 2
    assert {"time_s", "kind", "agent", "peer"} <= set(run.events.columns)
    assert run.events.height == len(run.records)
    assert run.folder == tmp_path / "run"
    assert simulator.open_run(tmp_path / "run").summary == run.summary


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("run: {duration: 2s}", "duration"),
        ("run: {until: converged, at_most: 20s}", "converged"),
        (
            "faults: [{at: 10ms, for: 1h, stall: b}]\n    run: {until: converged, at_most: 20s}",
            "at_most",
        ),
    ],
)
def test_the_end_says_why(text: str, reason: str, tmp_path: Path) -> None:
    run = run_text(TWO.replace("run: {duration: 2s}", text), tmp_path)
    assert (run.summary["run"]["complete"], run.summary["run"]["reason"]) == (True, reason)


def test_a_loaded_scenario_can_be_run_with_another_seed(tmp_path: Path) -> None:
    scenario = simulator.load_scenario(ROOT / "scenarios" / "two_agents.yaml")
    run = simulator.run(scenario, seed=99, out=tmp_path / "run")
    assert run.summary["run"]["seed"] == 99


def test_runs_of_one_process_are_identical(tmp_path: Path) -> None:
    journals = []
    for number in range(3):
        run_text(TWO, tmp_path, out=tmp_path / str(number))
        journals.append((tmp_path / str(number) / FILE_NAME).read_bytes())
    assert journals[0] == journals[1] == journals[2]


def test_another_seed_gives_another_journal(tmp_path: Path) -> None:
    for seed in (1, 2):
        run_text(TWO, tmp_path, out=tmp_path / str(seed), seed=seed)
    one, two = ((tmp_path / seed / FILE_NAME).read_bytes() for seed in "12")
    assert one != two


def test_it_runs_where_an_event_loop_is_running_as_in_jupyter(tmp_path: Path) -> None:
    async def cell() -> simulator.Run:
        return run_text(TWO, tmp_path, out=tmp_path / "inside")

    inside = asyncio.run(cell())
    assert inside.verdict.value == "pass"
    run_text(TWO, tmp_path, out=tmp_path / "outside")
    journals = [(tmp_path / name / FILE_NAME).read_bytes() for name in ("inside", "outside")]
    assert journals[0] == journals[1]


def test_a_paced_run_gives_the_same_journal(tmp_path: Path) -> None:
    run_text(TWO, tmp_path, out=tmp_path / "virtual")
    run_text(TWO, tmp_path, out=tmp_path / "paced", realtime=True)
    journals = [(tmp_path / name / FILE_NAME).read_bytes() for name in ("virtual", "paced")]
    assert journals[0] == journals[1]


def test_wrong_input_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with pytest.raises(ScenarioError):
        run_text("name: x\nrun: {duration: -1s}\n", tmp_path, out=out)
    with pytest.raises(InputError, match="no backend"):
        run_text(TWO, tmp_path, out=out, backend="nonsense")
    assert not out.exists()
    out.mkdir()
    with pytest.raises(RunFolderError, match="exists already"):
        run_text(TWO, tmp_path, out=out)
    with pytest.raises(RunFolderError):
        simulator.open_run(tmp_path / "nowhere")
