"""The watchdog: whatever happens, the process and its folder go away."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from simulator.errors import ServerUnavailable
from simulator.servers.local.process import ServerProcess
from tests.servers.helpers import gone, wait_until

ENVIRONMENT = {"PATH": os.environ["PATH"]}


def start(folder: Path, *command: str, log: Path | None = None) -> ServerProcess:
    private = folder / "private"
    private.mkdir()
    (private / "file").write_text("x")
    return ServerProcess(command, ENVIRONMENT, private, log, None)


def shell(script: str) -> tuple[str, ...]:
    return ("sh", "-c", script)


def wait_for(file: Path) -> int:
    """The process id that the file is going to hold."""
    assert wait_until(lambda: file.exists() and file.read_text().endswith("\n"))
    return int(file.read_text())


def test_stop_ends_the_server_and_removes_its_folder(tmp_path):
    pid_file = tmp_path / "pid"
    process = start(tmp_path, *shell(f"echo $$ > {pid_file}; exec sleep 60"))
    pid = wait_for(pid_file)
    assert process.alive
    started = time.perf_counter()
    asyncio.run(process.stop())
    assert time.perf_counter() - started < 2
    assert wait_until(lambda: gone(pid))
    assert not process.alive
    assert not (tmp_path / "private").exists()
    asyncio.run(process.stop())


def test_a_server_that_ignores_the_request_is_killed(tmp_path, monkeypatch):
    pid_file = tmp_path / "pid"
    process = start(
        tmp_path, *shell(f"trap '' TERM; echo $$ > {pid_file}; while :; do sleep 1; done")
    )
    pid = wait_for(pid_file)
    asyncio.run(process.stop())
    assert wait_until(lambda: gone(pid))


def test_what_the_server_leaves_behind_is_killed_too(tmp_path):
    pid_file = tmp_path / "pid"
    process = start(tmp_path, *shell(f"sleep 60 & echo $! > {pid_file}; exec sleep 60"))
    pid = wait_for(pid_file)
    asyncio.run(process.stop())
    assert wait_until(lambda: gone(pid))


def test_a_killed_watchdog_leaves_nothing_after_stop(tmp_path):
    pid_file = tmp_path / "pid"
    process = start(tmp_path, *shell(f"echo $$ > {pid_file}; exec sleep 60"))
    pid = wait_for(pid_file)
    os.kill(process._watchdog.pid, signal.SIGKILL)
    asyncio.run(process.stop())
    assert wait_until(lambda: gone(pid))
    assert not (tmp_path / "private").exists()


def test_ctrl_c_does_not_reach_the_server(tmp_path):
    process = start(tmp_path, "sleep", "60")
    assert os.getpgid(process._watchdog.pid) != os.getpgrp()
    assert os.getsid(process._watchdog.pid) != os.getsid(0)
    asyncio.run(process.stop())


def test_the_output_goes_to_the_log(tmp_path):
    log = tmp_path / "log"
    process = start(tmp_path, *shell("echo one; echo two >&2; exit 3"), log=log)
    assert wait_until(lambda: not process.alive)
    assert process.last_words() == "one\ntwo\nthe server ended with code 3"
    assert process.last_words(1) == "the server ended with code 3"
    assert log.read_text().startswith("one\ntwo\n")
    assert log.stat().st_mode & 0o777 == 0o600
    asyncio.run(process.stop())


def test_a_command_that_cannot_start_says_so(tmp_path):
    process = start(tmp_path, "/no/such/server")
    assert wait_until(lambda: not process.alive)
    assert "/no/such/server" in process.last_words()
    asyncio.run(process.stop())


def test_a_server_that_cannot_be_started_again_is_gone(tmp_path):
    async def main():
        process = start(tmp_path, "sleep", "60")
        try:
            await process.halt()
            with pytest.raises(ServerUnavailable, match="cannot start /no/such/server"):
                await process.run(("/no/such/server",))
        finally:
            await process.stop()

    asyncio.run(main())
    assert not (tmp_path / "private").exists()


def test_the_end_of_the_run_ends_the_server_and_what_it_spawned(tmp_path):
    """A process that exits without stopping anything, as after an error nobody caught."""
    pid_file = tmp_path / "pid"
    (tmp_path / "private").mkdir()
    script = (
        "import pathlib, sys, time\n"
        "from simulator.servers.local.process import ServerProcess\n"
        f"folder = pathlib.Path({str(tmp_path)!r})\n"
        f"command = ('sh', '-c', 'sleep 60 & echo $! > {pid_file}; exec sleep 60')\n"
        f"kept = ServerProcess(command, {ENVIRONMENT!r}, folder / 'private', None, None)\n"
        "while not (folder / 'pid').exists(): time.sleep(0.01)\n"
        "sys.exit('an error')\n"
    )
    root = Path(__file__).parents[3]
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False
    )
    assert ended.stderr.strip().endswith("an error")
    pid = wait_for(pid_file)
    assert wait_until(lambda: gone(pid))
    assert wait_until(lambda: not (tmp_path / "private").exists())


def test_a_log_is_never_written_through_another_users_file(tmp_path):
    (tmp_path / "log").mkdir()
    with pytest.raises(OSError, match="directory"):
        start(tmp_path, "true", log=tmp_path / "log")
