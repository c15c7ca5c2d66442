"""Keeps a server on a leash: it never outlives the run that started it.

Run as a script of its own, by path and without site packages, so that it starts in a moment::

    python -I -S leash.py FOLDER USER OPEN_FILES COMMAND...

Standard input is the leash: a pipe that the run holds. It ends when the run closes it and also
when the run dies in any way, SIGKILL included. Then the server is asked to stop, killed when
it does not, and FOLDER is removed. When the server ends by itself, so does the leash. USER is
the user to run the server as, or ``-`` for our own. OPEN_FILES is how many files the server may
have open, cut to what the system allows.

Lines on standard input are commands, and each is answered by its first word on standard output
when it is done: ``freeze`` and ``thaw`` the server, ``halt`` it and keep FOLDER, and ``run``, with
the words of a command separated by NUL, to start one where none runs. What the server writes goes
to standard error.
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
from collections.abc import Callable

_GRACE = 3.0
_GRACE_TO_HALT = 15.0
"""Seconds; a server that is to come back must get its data to the disk."""


def _allow_open_files(wanted: int) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


class _Leash:
    """Holds one server at a time. Everything that happens to it is an event in one queue."""

    def __init__(self, user: str) -> None:
        self._user = user
        self._server: subprocess.Popen[bytes] | None = None
        self._halted = False
        self._events: queue.SimpleQueue[tuple[object, list[str]]] = queue.SimpleQueue()

    def hold(self, command: list[str]) -> None:
        """Run the command until it or the leash ends."""
        self.run(command)
        threading.Thread(target=self._listen, daemon=True).start()
        while self._server is not None or self._halted:
            event, words = self._events.get()
            if event == "end":
                self._end(_GRACE)
                return
            if event is self._server:
                return
            if event in _COMMANDS:
                _COMMANDS[str(event)](self, words)
                if event == "run" and self._server is None:
                    return
                with contextlib.suppress(BrokenPipeError):
                    print(event, flush=True)

    def _listen(self) -> None:
        for line in sys.stdin:
            event, *words = line.rstrip("\n").split("\0")
            self._events.put((event, words))
        self._events.put(("end", []))

    # --- commands ---

    def run(self, command: list[str]) -> None:
        """Start a server."""
        # It stays in our process group, so that one signal reaches all that it spawned.
        user = None if self._user == "-" else self._user
        try:
            server = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr,
                user=user,
                group=user,
                extra_groups=None if user is None else (),
            )
        except OSError as error:
            print(f"cannot start {command[0]}: {error.strerror}", file=sys.stderr)
            return
        self._server = server
        self._halted = False
        threading.Thread(target=self._await_end, args=(server,), daemon=True).start()

    def halt(self, _words: list[str]) -> None:
        """Stop the server in order, and wait until it is gone."""
        self._halted = True
        self._end(_GRACE_TO_HALT)
        self._server = None

    def freeze(self, _words: list[str]) -> None:
        """Stop the server's process in the middle of what it does."""
        self._signal(signal.SIGSTOP)

    def thaw(self, _words: list[str]) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    # --- the server ---

    def _await_end(self, server: subprocess.Popen[bytes]) -> None:
        print(f"the server ended with code {server.wait()}", file=sys.stderr, flush=True)
        self._events.put((server, []))

    def _end(self, grace: float) -> None:
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


_COMMANDS: dict[str, Callable[[_Leash, list[str]], None]] = {
    "run": _Leash.run,
    "halt": _Leash.halt,
    "freeze": _Leash.freeze,
    "thaw": _Leash.thaw,
}


def main(arguments: list[str]) -> None:
    """Run the command until it or the leash ends. Kills its own process group at last."""
    folder, user, open_files, *command = arguments
    # Ctrl-C and a plain kill end the run; the run's end is ours. These are handlers and not
    # SIG_IGN, because the server would inherit that.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    _allow_open_files(int(open_files))
    os.umask(0o077)
    try:
        _Leash(user).hold(command)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        sys.stderr.flush()
        # Whatever the server left behind (name resolvers, port drivers) is in our group.
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])
