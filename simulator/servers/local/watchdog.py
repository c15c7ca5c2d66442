"""Watches over a server, so that it never outlives the run that started it.

Run as a script of its own, by path and without site packages, so that it starts in a moment::

    python -I -S watchdog.py FOLDER USER OPEN_FILES COMMAND...

Standard input is a pipe that the run holds. It ends when the run closes it, and also when the run
dies in any way, SIGKILL included. Then the server is asked to stop, killed when it does not, and
FOLDER is removed. When the server ends by itself, so does the watchdog. USER is the user to run
the server as, or ``-`` for our own. OPEN_FILES is how many files the server may have open, as far
as the system allows.

Each line on standard input is a command, answered by its first word on standard output when it is
done: ``freeze`` and ``thaw`` the server, ``halt`` it and keep FOLDER, and ``run``, followed by the
words of a command, to start one where none runs. Words are separated by NUL. What the server
writes goes to standard error.
"""

from __future__ import annotations

import contextlib
import os
import queue
import resource
import shutil
import signal
import subprocess
import sys
import threading

_GRACE = 3.0
_GRACE_TO_HALT = 15.0
"""Seconds; a server that is to come back must get its data to the disk."""


def _allow_open_files(wanted: int) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


class Watchdog:
    """Watches over one server at a time. All that happens to it is an event in one queue."""

    def __init__(self, user: str) -> None:
        self._user = None if user == "-" else user
        self._server: subprocess.Popen[bytes] | None = None
        self._events: queue.SimpleQueue[tuple[object, list[str]]] = queue.SimpleQueue()

    def watch(self, command: list[str]) -> None:
        """Run a server, and obey the commands, until the server or the run ends."""
        if not self._start(command):
            return
        threading.Thread(target=self._listen, daemon=True).start()
        while True:
            event, words = self._events.get()
            if event is self._server:
                return
            match event:
                case "end":
                    self._stop(_GRACE)
                    return
                case "run":
                    if not self._start(words):
                        return
                case "halt":
                    self._stop(_GRACE_TO_HALT)
                    self._server = None
                case "freeze":
                    self._signal(signal.SIGSTOP)
                case "thaw":
                    self._signal(signal.SIGCONT)
                case _:  # the end of a server that was halted
                    continue
            with contextlib.suppress(BrokenPipeError):
                print(event, flush=True)

    def _listen(self) -> None:
        for line in sys.stdin:
            event, *words = line.rstrip("\n").split("\0")
            self._events.put((event, words))
        self._events.put(("end", []))

    def _start(self, command: list[str]) -> bool:
        # It stays in our process group, so that one signal reaches all that it spawned.
        try:
            server = self._server = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr,
                user=self._user,
                group=self._user,
                extra_groups=None if self._user is None else (),
            )
        except OSError as error:
            print(f"cannot start {command[0]}: {error.strerror}", file=sys.stderr)
            return False
        threading.Thread(target=self._await_end, args=(server,), daemon=True).start()
        return True

    def _await_end(self, server: subprocess.Popen[bytes]) -> None:
        print(f"the server ended with code {server.wait()}", file=sys.stderr, flush=True)
        self._events.put((server, []))

    def _stop(self, grace: float) -> None:
        if self._server is None:
            return
        # A frozen server would not hear the other one.
        self._signal(signal.SIGCONT)
        self._signal(signal.SIGTERM)
        try:
            self._server.wait(grace)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()

    def _signal(self, number: int) -> None:
        if self._server is not None:
            self._server.send_signal(number)


def main(arguments: list[str]) -> None:
    """Watch over one server, then remove its folder and kill what is left of it."""
    folder, user, open_files, *command = arguments
    # Ctrl-C and a plain kill end the run; the run's end is ours. These are handlers and not
    # SIG_IGN, because the server would inherit that.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    _allow_open_files(int(open_files))
    os.umask(0o077)
    try:
        Watchdog(user).watch(command)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        sys.stderr.flush()
        # Whatever the server left behind (name resolvers, port drivers) is in our group.
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])
