"""A server process that never outlives the run."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from simulator.errors import ServerUnavailable
from simulator.servers.local import watchdog

_OPEN_FILES = 65536
_POLL = 0.02
_STOP_WITHIN = 8.0


class ServerProcess:
    """One server under its watchdog process, with its output in a log file.

    `folder` is the server's private folder; it is removed when the server ends. `log` is a new
    file for the output; without one the output is kept only for error messages. `user` is the
    user to run as, None for our own. The server ends with `stop`, with the end of this process,
    or when this object is collected.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        log: Path | None,
        user: str | None,
    ) -> None:
        self._folder = folder
        self._log = _open_log(log)
        self._watchdog = subprocess.Popen(
            [
                *(sys.executable, "-I", "-S", watchdog.__file__),
                *(str(folder), user or "-", str(_OPEN_FILES)),
                *command,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=folder,
            env=dict(environment),
            start_new_session=True,
        )

    @property
    def alive(self) -> bool:
        """Whether the server still runs."""
        if self._watchdog.returncode is not None:
            return False
        # The watchdog is left unreaped, so that its process group's number is not used again.
        look = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._watchdog.pid, look) is None

    def last_words(self, lines: int = 8) -> str:
        """The last lines that the server wrote."""
        size = os.fstat(self._log.fileno()).st_size
        tail = os.pread(self._log.fileno(), 8192, max(0, size - 8192))
        return "\n".join(tail.decode(errors="replace").splitlines()[-lines:])

    async def freeze(self) -> None:
        """Suspend the server's process. Raises ServerUnavailable if it has ended."""
        await self._command("freeze")

    async def thaw(self) -> None:
        """Resume a frozen server. Raises ServerUnavailable if it has ended."""
        await self._command("thaw")

    async def halt(self) -> None:
        """End the server and keep its folder, for `run`. Raises ServerUnavailable."""
        await self._command("halt")

    async def run(self, command: Sequence[str]) -> None:
        """Start a server again after `halt`. Raises ServerUnavailable."""
        await self._command("run", *command)

    async def _command(self, *words: str) -> None:
        pipe, answers = self._watchdog.stdin, self._watchdog.stdout
        assert pipe is not None
        assert answers is not None
        try:
            pipe.write("\0".join(words).encode() + b"\n")
            pipe.flush()
        except (BrokenPipeError, ValueError) as error:
            raise ServerUnavailable(f"the server is gone; {self._last()}") from error
        answer = await asyncio.to_thread(answers.readline)
        if answer.decode().strip() != words[0]:
            raise ServerUnavailable(f"the server is gone; {self._last()}")

    def _last(self) -> str:
        return f"its last log lines:\n{self.last_words()}"

    async def stop(self) -> None:
        """End the server and wait until it is gone, with its folder. Stopping twice is allowed."""
        self.release()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STOP_WITHIN):
                while self.alive:  # noqa: ASYNC110  a process sets no event
                    await asyncio.sleep(_POLL)
        self._sweep()

    def release(self) -> None:
        """Close the pipe to the watchdog, which then ends the server; do not wait for that."""
        if self._watchdog.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._watchdog.stdin.close()

    def _sweep(self) -> None:
        if self._watchdog.returncode is not None:
            return
        # The watchdog does all this itself, unless somebody killed it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._watchdog.pid, signal.SIGKILL)
        self._watchdog.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._log.close()
        if self._watchdog.stdout is not None:
            self._watchdog.stdout.close()


def _open_log(path: Path | None) -> IO[bytes]:
    if path is None:
        return tempfile.TemporaryFile()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    return os.fdopen(descriptor, "r+b", buffering=0)
