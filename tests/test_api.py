"""The Python API: what scripts and notebooks call."""

from __future__ import annotations

import asyncio
import gc
import pickle
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest

import simulator
from simulator.errors import InputError, Livelock, RunFolderError, ScenarioError
from simulator.journal.file import FILE_NAME
from simulator.journal.folder import PICTURE, SUMMARY
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


# --- runs as values ---


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    file = tmp_path / "two.yaml"
    file.write_text(TWO)
    return file


def test_a_run_in_memory_writes_no_file_and_says_nothing(
    scenario: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    run = simulator.run(scenario, out=False)
    assert run.verdict.value == "pass"
    assert run.events.height == len(run.records)
    assert list(tmp_path.iterdir()) == [scenario]
    assert capfd.readouterr() == ("", "")
    assert run.in_memory
    with pytest.raises(InputError, match="two, seed 3: the run was kept in memory"):
        _ = run.folder


def test_a_run_in_memory_can_be_saved(scenario: Path, tmp_path: Path) -> None:
    in_folder = simulator.run(scenario, out=tmp_path / "run")
    kept = simulator.run(scenario, out=False)
    saved = kept.save(tmp_path / "saved")
    names = {path.name for path in saved.iterdir()}
    assert names == {FILE_NAME, SUMMARY, "scenario.yaml", "run.json"}
    for name in names - {"run.json"}:
        assert (saved / name).read_bytes() == (in_folder.folder / name).read_bytes()
    opened = simulator.open_run(saved)
    assert opened.how == kept.how
    assert opened.how["repeat"] == in_folder.how["repeat"]
    with pytest.raises(RunFolderError, match="exists already"):
        kept.save(saved)
    with pytest.raises(InputError, match="is in a folder already"):
        opened.save(tmp_path / "again")


def test_the_api_draws_no_picture(scenario: Path, tmp_path: Path) -> None:
    run = simulator.run(scenario, out=tmp_path / "run")
    assert (run.folder / SUMMARY).exists()
    assert not (run.folder / PICTURE).exists()


def test_a_plan_can_be_run_again_and_has_its_seed(scenario: Path) -> None:
    plan = simulator.plan(scenario, seed=8)
    first, second = (simulator.run(plan, out=False) for _ in range(2))
    assert first.records == second.records
    assert first.summary["run"]["seed"] == 8
    with pytest.raises(InputError, match="the plan has seed 8"):
        simulator.run(plan, seed=9, out=False)


def test_plans_and_runs_travel_between_processes(tmp_path: Path) -> None:
    """The worker is a new Python, which has to find the user's module beside the scenario."""
    (tmp_path / "travelling.py").write_text(
        "from spade.agent import Agent\n\n\nclass Traveller(Agent):\n    pass\n"
    )
    file = tmp_path / "scenario.yaml"
    file.write_text(TWO.replace("{a: {", "{a: {agent: 'travelling:Traveller', "))
    plans = [simulator.plan(file, seed) for seed in (1, 2)]
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        runs = list(pool.map(partial(simulator.run, out=False), plans))
    for plan, run in zip(plans, runs, strict=True):
        assert "measurement" not in vars(run)
        assert run.verdict.value == "pass"
        here = simulator.run(plan, out=False)
        assert (run.records, run.summary, run.figures) == (here.records, here.summary, here.figures)
        assert run.rosters().equals(here.rosters())


def test_a_run_in_a_folder_can_be_pickled(scenario: Path, tmp_path: Path) -> None:
    run = simulator.run(scenario, out=tmp_path / "run")
    again = pickle.loads(pickle.dumps(run))
    assert (again.folder, again.summary) == (run.folder, run.summary)


POLLS = """
    name: polls
    populations: {a: {agent: "tests.user_agents:Poller"}}
    run: {duration: 2s}
"""


def test_a_run_that_failed_is_a_value_where_that_is_wanted(tmp_path: Path) -> None:
    run = run_text(POLLS, tmp_path, out=False, check=False)
    assert isinstance(run.error, Livelock)
    again = pickle.loads(pickle.dumps(run))
    assert str(again.error) == str(run.error)
    assert again.verdict.value == "unknown"
    assert again.verdict.reasons[0].startswith("the run is incomplete: Livelock")
    with pytest.raises(Livelock):
        run_text(POLLS, tmp_path, out=False)


def test_a_loop_of_runs_keeps_no_memory(scenario: Path) -> None:
    plan = simulator.plan(scenario)

    def objects_after(runs: int) -> int:
        for _ in range(runs):
            simulator.run(plan, out=False)
        gc.collect()
        return len(gc.get_objects())

    before = objects_after(3)
    assert objects_after(6) - before < 100


NESTED = """
import simulator
from spade.agent import Agent


class Nested(Agent):
    async def setup(self):
        simulator.run({file!r}, out=False)
"""


def test_an_agent_cannot_start_a_run(scenario: Path, tmp_path: Path) -> None:
    (tmp_path / "nested.py").write_text(NESTED.format(file=str(scenario)))
    run = run_text(
        "{name: nest, populations: {a: {agent: 'nested:Nested'}}, run: {duration: 1s}}",
        tmp_path,
        out=False,
    )
    (agent,) = run.summary["agent_outcomes"]["not_ok"]
    assert agent["reason"].startswith("InputError: an agent cannot start a run")
