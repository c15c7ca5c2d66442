"""Work on a user's behalf that may be far too large: it is stopped, not waited for.

A graph generator may take hours or all memory for a slip in its arguments, and nothing but
running it tells. The operating system refuses it memory, and a watching thread raises an
exception in the working one when its time is over.
"""

from __future__ import annotations

import contextlib
import ctypes
import resource
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

import psutil

SECONDS = 60.0
"""Nothing that is planned may take longer."""

_Result = TypeVar("_Result")


class TooLongError(BaseException):
    """Raised in the working thread. Not an Exception, so that the work cannot swallow it."""


def run_limited(
    work: Callable[[], _Result], bytes_at_most: int, seconds: float = SECONDS
) -> _Result:
    """What `work()` returns. Raises MemoryError or TimeoutError when it takes too much."""
    try:
        with _Alarm(seconds), _less_memory(bytes_at_most):
            return work()
    except TooLongError:
        raise TimeoutError(f"it takes longer than {seconds:g} s") from None
    except MemoryError:
        raise MemoryError("it takes more memory than there is") from None


@contextlib.contextmanager
def _less_memory(bytes_at_most: int) -> Iterator[None]:
    """Let this process take only so much more address space for a while."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = psutil.Process().memory_info().vms + bytes_at_most
    if soft != resource.RLIM_INFINITY:
        limit = min(limit, soft)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


class _Alarm:
    """Raises TooLongError in the thread that entered it, unless it leaves in time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._thread = ctypes.c_ulong(threading.get_ident())

    def __enter__(self) -> None:
        threading.Thread(target=self._watch, daemon=True).start()

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._over.set()
            # What was raised a moment ago and has not arrived must not arrive later.
            _raise_in(self._thread, None)

    def _watch(self) -> None:
        if self._over.wait(self._seconds):
            return
        with self._lock:
            if not self._over.is_set():
                _raise_in(self._thread, TooLongError)


def _raise_in(thread: ctypes.c_ulong, error: type[BaseException] | None) -> None:
    target = None if error is None else ctypes.py_object(error)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, target)
