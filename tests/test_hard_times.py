"""A full disk, a folder that cannot be written and a killed process: the journal stays readable."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.api import open_run
from simulator.errors import RunFolderError
from simulator.journal.file import FILE_NAME, read_journal
from simulator.journal.folder import create_folder
from simulator.journal.records import RunEnded, RunStarted
from tests.runs import ROOT, process_environment

KARATE = ROOT / "scenarios" / "karate_club.yaml"
TWO = ROOT / "scenarios" / "two_agents.yaml"


def limited(most: int) -> Callable[[], None]:
    """No file of the child may be larger: what the system says then stands for a full disk."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    return limit


def call(
    *arguments: str | Path, most: int = resource.RLIM_INFINITY
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "simulator", *map(str, arguments)],
        cwd=ROOT,
        # What Python compiles must not be cut off: it would be read by others.
        env=process_environment(PYTHONDONTWRITEBYTECODE="1"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=limited(most),
    )


def test_a_journal_that_finds_no_room_ends_the_run(tmp_path: Path) -> None:
    done = call("run", KARATE, "--out", tmp_path / "run", most=150_000)
    assert done.returncode == 3
    assert "journal.jsonl: cannot be written: File too large" in done.stderr
    assert "Traceback" not in done.stderr
    records = list(read_journal(tmp_path / "run" / FILE_NAME))
    assert len(records) > 200
    assert not isinstance(records[-1], RunEnded)
    assert open_run(tmp_path / "run").verdict.value == "unknown"
    again = call("open", tmp_path / "run")
    assert again.returncode == 3
    assert "the journal has no end" in again.stdout


def test_a_disk_that_is_full_from_the_start_is_said_before_the_run(tmp_path: Path) -> None:
    done = call("run", KARATE, "--out", tmp_path / "run", most=500)
    assert done.returncode == 2
    assert "run: cannot be written: File too large" in done.stderr
    assert "Traceback" not in done.stderr


def test_results_that_find_no_room_leave_the_journal_whole(tmp_path: Path) -> None:
    done = call("run", TWO, "--out", tmp_path / "run", most=20_000)
    assert done.returncode == 3
    assert "the results cannot be written: File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert open_run(tmp_path / "run").verdict.value == "pass"


@pytest.mark.parametrize("wanted", [None, Path("runs/mine")])
def test_a_folder_that_cannot_be_made_is_a_clear_error(
    wanted: Path | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "runs").write_text("a file where runs should go")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunFolderError, match="cannot be made: File exists"):
        create_folder(wanted, "Two", 1)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write into every folder")
def test_a_read_only_folder_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    done = call("run", TWO, "--out", tmp_path / "closed" / "run")
    assert done.returncode == 2
    assert "Permission denied" in done.stderr


def test_a_killed_run_can_be_read(tmp_path: Path) -> None:
    arguments = ("run", KARATE, "--realtime", "--out", tmp_path / "run")
    running = subprocess.Popen(
        [sys.executable, "-m", "simulator", *map(str, arguments)],
        cwd=ROOT,
        env=process_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    journal = tmp_path / "run" / FILE_NAME
    try:
        wait_for(lambda: journal.exists() and journal.stat().st_size > 10_000)
    finally:
        running.send_signal(signal.SIGKILL)
        running.wait()
    records = list(read_journal(journal))
    assert isinstance(records[0], RunStarted)
    again = call("open", tmp_path / "run")
    assert again.returncode == 3
    assert "the run was killed, or still goes on" in again.stdout


def wait_for(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
