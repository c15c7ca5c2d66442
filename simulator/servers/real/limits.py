"""The limit on open files: an agent on a real server holds one connection open."""

from __future__ import annotations

import resource

from simulator.errors import BackendError

# Files that are not connections: journal, logs, libraries, the interpreter's own.
_SPARE = 256


def open_files_needed(connections: int) -> int:
    """How many open files a run of this many connections may need."""
    return connections + _SPARE


def allow_open_files(connections: int) -> None:
    """Raise this process's soft limit far enough for so many connections.

    Raises BackendError when the hard limit is too low, with the command that raises it.
    """
    needed = open_files_needed(connections)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise BackendError(
            f"{connections} connections need {needed} open files, the limit is {hard}"
            f" (raise it with: ulimit -Hn {needed})"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
