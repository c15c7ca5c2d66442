"""Keeps a server on a leash: it never outlives the run that started it.

Run as a script of its own, by path and without site packages, so that it starts in a moment::

    python -I -S leash.py FOLDER USER OPEN_FILES COMMAND...

Standard input is the leash: a pipe that the run holds. It ends when the run closes it and also
when the run dies in any way, SIGKILL included. Then the server is asked to stop, killed when
it does not, and FOLDER is removed. When the server ends by itself, so does the leash. USER is
the user to run the server as, or ``-`` for our own. OPEN_FILES is how many files the server may
have open, cut to what the system allows.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading

_GRACE = 3.0


def _allow_open_files(wanted: int) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


def _spawn(user: str, command: list[str]) -> subprocess.Popen[bytes]:
    # The server stays in our process group, so that one signal reaches all that it spawned.
    if user == "-":
        return subprocess.Popen(command, stdin=subprocess.DEVNULL)
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, user=user, group=user, extra_groups=()
    )


def _hold(server: subprocess.Popen[bytes]) -> None:
    """Wait for the end of the leash, then end the server."""
    while os.read(0, 4096):
        pass
    with contextlib.suppress(ProcessLookupError):
        server.terminate()
        try:
            server.wait(_GRACE)
        except subprocess.TimeoutExpired:
            server.kill()


def _run(user: str, command: list[str]) -> None:
    try:
        server = _spawn(user, command)
    except OSError as error:
        print(f"cannot start {command[0]}: {error.strerror}", file=sys.stderr)
        return
    threading.Thread(target=_hold, args=(server,), daemon=True).start()
    print(f"the server ended with code {server.wait()}", file=sys.stderr)


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
        _run(user, command)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        sys.stderr.flush()
        # Whatever the server left behind (name resolvers, port drivers) is in our group.
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])
