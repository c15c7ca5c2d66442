"""Work on a user's behalf that may be far too large: it is stopped, not waited for.

A graph generator may take hours or all memory for a slip in its arguments, and nothing but
running it tells. A watching thread raises an exception in the working one.
"""

from __future__ import annotations

import ctypes
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

SECONDS = 60.0
"""Nothing that is planned may take longer."""

_LOOK_EVERY = 0.05
_Result = TypeVar("_Result")


class TooMuchError(BaseException):
    """Raised in the working thread. Not an Exception, so that the work cannot swallow it."""


def run_limited(work: Callable[[], _Result], bytes_at_most: int) -> _Result:
    """What `work()` returns. Raises MemoryError or TimeoutError when it takes too much."""
    watcher = _Watcher(threading.get_ident(), bytes_at_most)
    try:
        with watcher:
            return work()
    except TooMuchError:
        raise watcher.reason from None


class _Watcher:
    def __init__(self, thread: int, bytes_at_most: int) -> None:
        self.reason: Exception = TimeoutError(f"it takes longer than {SECONDS:.0f} s")
        self._thread = ctypes.c_ulong(thread)
        self._most = bytes_at_most
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._watching = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> None:
        self._started = time.monotonic()
        self._bytes = _resident_bytes()
        self._watching.start()

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._over.set()
            # What was raised a moment ago and has not arrived must not arrive later.
            _raise_in(self._thread, None)

    def _watch(self) -> None:
        while not self._over.wait(_LOOK_EVERY):
            with self._lock:
                if not self._over.is_set() and self._too_much():
                    _raise_in(self._thread, TooMuchError)
                    return

    def _too_much(self) -> bool:
        if _resident_bytes() - self._bytes > self._most:
            self.reason = MemoryError("it takes more memory than there is")
            return True
        return time.monotonic() - self._started > SECONDS


def _raise_in(thread: ctypes.c_ulong, error: type[BaseException] | None) -> None:
    target = None if error is None else ctypes.py_object(error)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, target)


def _resident_bytes() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):  # not Linux: only the time is watched
        return 0
