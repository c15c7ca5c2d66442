"""On Dask: the same table, whoever does the runs and whoever is killed meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from distributed import KilledWorker

import simulator
from simulator.errors import BackendError, InputError
from simulator.experiments.running import engines
from simulator.experiments.running.work import Job
from simulator.experiments.sweep import Silent, sweep
from tests.experiments.conftest import EXPERIMENT, Write
from tests.runs import process_environment

MANY = EXPERIMENT.replace("replications: 3", "replications: 25")
RUNS = 50
SECONDS = 60


@pytest.fixture
def path(write: Write) -> Path:
    return write(MANY)


_table: list[bytes] = []


@pytest.fixture
def table(path: Path) -> bytes:
    """The table as this process makes it; the same for all tests."""
    if not _table:
        sweep(path, "here", workers=0)
        _table.append(Path("here/runs.parquet").read_bytes())
    return _table[0]


def table_of(path: Path, out: str) -> bytes:
    """The table of a folder, once what is missing there has been run."""
    assert sweep(path, out, workers=0).runs.height == RUNS
    return Path(out, "runs.parquet").read_bytes()


class Killing(Silent):
    """Kills one of the workers when the first runs are over."""

    killed = 0

    def begin(self, engine: Any) -> None:
        self._pids: list[int] = list(engine.client.run(os.getpid).values())

    def step(self, done: int, total: int, failed: int) -> None:
        if 2 <= done < total and not self.killed:
            self.killed = self._pids[0]
            os.kill(self.killed, signal.SIGKILL)


def test_a_worker_is_killed_and_its_run_is_done_again(path: Path, table: bytes) -> None:
    watcher = Killing()
    found = sweep(path, "out", workers=2, watcher=watcher)
    assert watcher.killed
    assert found.runs["verdict"].to_list() == ["pass"] * RUNS
    assert Path("out/runs.parquet").read_bytes() == table


def command(*arguments: str, log: str = "command.log") -> subprocess.Popen[bytes]:
    """Start a command that writes what it says into a file; a pipe would outlive a kill."""
    with open(log, "wb") as file:
        return subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env=process_environment(),
            stdout=file,
            stderr=subprocess.STDOUT,
        )


def wait_for(condition: Callable[[], object]) -> None:
    for _ in range(SECONDS * 20):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it never came")


def parts() -> list[Path]:
    return list(Path("out/parts").glob("0*.parquet"))


def test_the_command_is_killed_and_the_next_one_goes_on(path: Path, table: bytes) -> None:
    killed = command("simulator", "sweep", str(path), "--workers", "1", "--out", "out")
    wait_for(parts)
    workers = psutil.Process(killed.pid).children(recursive=True)
    killed.kill()
    killed.wait(SECONDS)
    assert not Path("out/runs.parquet").exists()
    wait_for(lambda: not any(worker.is_running() for worker in workers))
    assert table_of(path, "out") == table


@pytest.fixture
def scheduler() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A scheduler with a worker, started by hand, and its address."""
    here = ("--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0")
    started = command("dask", "scheduler", *here, "--port", "0", log="scheduler.log")
    log = Path("scheduler.log")
    wait_for(lambda: "Scheduler at:" in log.read_text())
    address = log.read_text().partition("Scheduler at:")[2].split()[0]
    worker = command("dask", "worker", address, *here, "--nthreads", "1", "--no-nanny", log="w.log")
    yield address, started
    for process in (worker, started):
        process.kill()
        process.wait(SECONDS)


def test_the_scheduler_is_killed_and_the_next_one_goes_on(
    path: Path, table: bytes, scheduler: tuple[str, subprocess.Popen[bytes]]
) -> None:
    address, process = scheduler
    sweeping = command("simulator", "sweep", str(path), "--scheduler", address, "--out", "out")
    wait_for(parts)
    process.kill()
    assert sweeping.wait(SECONDS) == 3
    assert Path("command.log").read_text().splitlines()[-1] == (
        f"{address}: the scheduler went away; the same command goes on with what is missing"
    )
    assert 0 < simulator.open_sweep("out").runs.height < RUNS
    assert table_of(path, "out") == table


def test_a_run_that_kills_its_workers_is_a_row_with_an_error() -> None:
    job = Job(1, 2, 3, b"", "embedded", "none", False, None)
    error = KilledWorker("task", None, 3)
    future = SimpleNamespace(cancelled=lambda: False, status="error", exception=lambda: error)
    outcome = engines._outcome(future, job, (KilledWorker, error, None))
    assert (outcome.point, outcome.replication, outcome.cells["seed"]) == (1, 2, 3)
    assert outcome.cells["verdict"] == "unknown"
    assert outcome.cells["error"] == (
        "RunFailed: the process that did the run died, each time that it was tried"
    )


def test_without_dask_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(InputError, match=r"pip install 'spade-simulator\[dask\]'; --workers 0"),
        engines.engine(2, None),
    ):
        pass
    with engines.engine(0, None) as here:
        assert here.where == "this process"


def test_wrong_calls_are_refused() -> None:
    with pytest.raises(InputError, match="expected 0 or more"):
        engines.engine(-1, None)
    with pytest.raises(InputError, match="has workers of its own"):
        engines.engine(1, "tcp://127.0.0.1:1")


def test_a_scheduler_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "CONNECTING", 0.2)
    with (
        pytest.raises(BackendError, match=r"tcp://127.0.0.1:1: no Dask scheduler answers"),
        engines.engine(None, "tcp://127.0.0.1:1"),
    ):
        pass
