"""A run's turn in its process: one run at a time, in a thread without an event loop.

A run sets the wall clock, `random`, parts of asyncio and SPADE's container for the whole process.
Runs in several threads therefore wait for each other; runs that are to go on at the same time
need processes of their own.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import TypeVar

from simulator.errors import InputError
from simulator.running.interruption import INTERRUPTED, Interruption

_T = TypeVar("_T")


class _Turn:
    """A lock that knows which thread holds it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder = 0

    @property
    def is_mine(self) -> bool:
        """Whether this thread is in the middle of a run."""
        return self._holder == threading.get_ident()

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for the turn, and keep it for a while."""
        with self._lock:
            self._holder = threading.get_ident()
            try:
                yield
            finally:
                self._holder = 0


_turn = _Turn()


def take_turn(work: Callable[[Interruption], _T]) -> _T:
    """Do `work`, which runs an event loop, once no other run of this process goes on.

    It is given the interruption to which the first Ctrl-C or SIGTERM becomes a request. Where a
    loop is running, as in Jupyter, it is done in a thread of its own. Raises InputError in the
    middle of another run, which would wait for itself, and what `work` raises.
    """
    if _turn.is_mine:
        raise InputError("an agent cannot start a run: a process makes one run at a time")
    interruption = Interruption()
    if _is_loop_running():
        return _in_thread(work, interruption)
    with _turn.taken(), _signals(interruption):
        return work(interruption)


def _is_loop_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


@contextlib.contextmanager
def _signals(interruption: Interruption) -> Iterator[None]:
    """Turn the first Ctrl-C or SIGTERM into a request; the second does what it always did."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def handle(number: int, _frame: object) -> None:
        signal.signal(number, before[signal.Signals(number)])
        interruption.request(f"{INTERRUPTED} {signal.Signals(number).name}")

    for number in before:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _in_thread(work: Callable[[Interruption], _T], interruption: Interruption) -> _T:
    done: Future[_T] = Future()

    def guarded() -> None:
        try:
            with _turn.taken():
                done.set_result(work(interruption))
        except BaseException as error:  # handed over to the caller's thread
            done.set_exception(error)

    thread = threading.Thread(target=guarded, name="simulator run")
    thread.start()
    while thread.is_alive():
        try:
            thread.join(0.1)
        except KeyboardInterrupt:
            interruption.request(f"{INTERRUPTED} the user")
    return done.result()
