"""From a scenario to the smallest run that goes wrong."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

import simulator
from simulator.errors import InputError, RunFolderError, ScenarioError
from simulator.experiments.finding.documents import Document
from simulator.experiments.finding.failures import failure_of
from simulator.experiments.finding.find import Silent, find
from simulator.experiments.finding.trials import Trial, Tried

CHECK = "every declared watch is in force"


def test_a_run_that_goes_wrong_is_found_and_made_small(meeting: Path) -> None:
    found = simulator.find(meeting, runs=100, workers=0)
    assert (found.verdict, found.exit_code, found.complete) == ("fail", 1, True)
    assert found.failure is not None
    assert found.failure.check == CHECK
    assert found.failure.cause != ""
    assert found.smallest is not None
    assert found.smallest["populations"] == {"a": {"count": 2}}
    assert len(found.smallest["subscriptions"]) == 1  # type: ignore[arg-type]
    assert len(found.smallest["faults"]) == 1  # type: ignore[arg-type]
    assert "timeline" not in found.smallest
    assert found.smallest["seed"] in (0, 1)


def test_what_is_written_fails_in_the_same_way_and_says_why(meeting: Path) -> None:
    found = find(meeting, runs=100, workers=0)
    assert found.folder == Path("found/meeting")
    text = (found.folder / "smallest.yaml").read_text()
    assert text == found.text
    again = simulator.run(found.folder / "smallest.yaml", out=False)
    failure = failure_of(again)
    assert failure is not None
    assert found.failure is not None
    assert found.failure.includes(failure)
    comment = [line for line in text.splitlines() if line.startswith("#")]
    assert comment[0].startswith("# Does not hold: every declared watch is in force")
    assert any(re.search(r"a-\d .*ask for the presence of a-\d", one) for one in comment)
    assert comment[-1] == "# See it again: simulator run smallest.yaml"
    kept = simulator.open_run(found.folder / "run")
    assert kept.verdict.value == "fail"
    assert kept.records == again.records
    whole = simulator.run(found.folder / "found.yaml", out=False)
    assert failure_of(whole) is not None


def test_the_next_finding_gets_a_folder_of_its_own(meeting: Path) -> None:
    assert find(meeting, runs=100, workers=0, shrink=False).folder == Path("found/meeting")
    assert find(meeting, runs=100, workers=0, shrink=False).folder == Path("found/meeting-2")
    with pytest.raises(RunFolderError, match="exists already"):
        find(meeting, "found/meeting", runs=100, workers=0, shrink=False)


def test_the_number_of_workers_changes_nothing(meeting: Path) -> None:
    alone = find(meeting, False, runs=100, seed=3, workers=0)
    several = find(meeting, False, runs=100, seed=3, workers=2)
    assert alone.failure is not None
    assert several.text == alone.text
    assert replace(several, run=None) == replace(alone, run=None)


def test_nothing_found_is_no_proof(meeting: Path) -> None:
    found = find("calm.yaml", runs=20, workers=0)
    assert (found.verdict, found.exit_code) == ("pass", 0)
    assert str(found) == "nothing found in 20 runs; this is no proof"
    assert "--seed" in found.advice
    assert not Path("found").exists()


def test_a_budget_of_time_ends_the_search(meeting: Path) -> None:
    times = iter(range(100))
    found = find("calm.yaml", seconds=5, workers=0, clock=lambda: next(times))
    assert found.runs == 4


def test_ctrl_c_while_searching_says_that_it_is_incomplete(
    meeting: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt_after(3, monkeypatch)
    found = find("calm.yaml", runs=100, workers=0)
    assert (found.verdict, found.exit_code, found.complete) == ("unknown", 3, False)
    assert found.answer == "interrupted after 3 runs: nothing found up to then"


def test_ctrl_c_while_shrinking_keeps_what_was_found(
    meeting: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = find(meeting, False, runs=100, workers=0).runs
    interrupt_after(before + 5, monkeypatch)
    found = find(meeting, runs=100, workers=0)
    assert (found.verdict, found.complete, found.shrinking_runs) == ("fail", False, 5)
    assert found.answer.endswith("interrupted: it may not be the smallest")
    assert found.folder is not None
    assert failure_of(simulator.run(found.folder / "smallest.yaml", out=False)) is not None


def interrupt_after(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C once so many trials are over."""
    real = Trial.do
    did: list[Trial] = []

    def do(trial: Trial) -> Tried:
        if len(did) == count:
            raise KeyboardInterrupt
        did.append(trial)
        return real(trial)

    monkeypatch.setattr(Trial, "do", do)


def test_a_watcher_is_told_how_it_goes(meeting: Path) -> None:
    class Notes(Silent):
        runs = smaller = 0

        def tried(self, runs: int) -> None:
            self.runs = runs

        def shrunk(self, runs: int, document: Document) -> None:
            self.smaller = runs

    notes = Notes()
    found = find(meeting, False, runs=100, workers=0, watcher=notes)
    assert (notes.runs, notes.smaller) == (found.runs, found.shrinking_runs)


def test_wrong_calls_and_scenarios_are_refused(meeting: Path) -> None:
    with pytest.raises(InputError, match="--runs 0: expected 1 or more"):
        find(meeting, runs=0)
    with pytest.raises(ScenarioError, match="no agent or population is called 'b'"):
        find(meeting, overrides={"search.targets": "b"})


def test_a_scenario_may_be_plain_data() -> None:
    found = find({"name": "One", "populations": {"a": {}}}, False, runs=2, workers=0)
    assert found.verdict == "pass"


def test_a_roster_is_not_made_wrong_by_leaving_the_request_out() -> None:
    """The server restarts while b asks; without b's request the roster would be wrong anyway."""
    found = simulator.find(
        {
            "name": "Asked in a restart",
            "populations": {"a": {"on_subscribe": "approve"}, "b": {}},
            "subscriptions": [{"from": "b", "to": "a", "at": "800ms"}],
            "faults": [{"at": "600ms", "for": "500ms", "server_restart": {}}],
            "run": {"duration": "10s"},
            "expect": [{"roster": {"b": {"a": "to"}}}],
        },
        runs=1,
        workers=0,
        out=False,
    )
    assert found.failure is not None
    assert "the server is down" in found.failure.cause
    assert found.smallest is not None
    assert found.smallest["subscriptions"]
