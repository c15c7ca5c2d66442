"""An asyncio event loop whose time is virtual.

Time stands still while anything is ready, and jumps to the next timer when nothing is. Every
run of the same program therefore makes the same steps at the same times, however busy the
machine is. `paced` sleeps until a timer is due in real time, and is otherwise the same loop.

- Timers with the same deadline fire in the order of scheduling (see `clock.Clock`).
- `run_in_executor` and `asyncio.to_thread` call the function at once, in this thread: threads
  would bring real time back.
- Signals and `call_soon_threadsafe` from other threads are noticed within about 20 ms.
- Cyclic garbage is collected after so many callbacks (see `simulator.garbage`).
- A run that can never go on ends in `Deadlock`; one whose time can never advance, in `Livelock`.
"""

from __future__ import annotations

import asyncio
import logging
import math
import selectors
import time
import weakref
from asyncio import Future, Handle, Task
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextvars import Context
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

from simulator.errors import Deadlock, Livelock
from simulator.garbage import GarbageCollection, no_automatic_collection
from simulator.virtual_time.clock import SECOND, Clock, Timer
from simulator.virtual_time.guarded import GuardedLoop
from simulator.virtual_time.livelock import LivelockDetector
from simulator.virtual_time.waits import list_waiting

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")

_LOOK_OUTSIDE_EVERY = 0.02
"""Seconds of real time between two looks at signals and other threads."""
_PASSES = 32
"""Passes without a move of virtual time between two looks at the real time."""
_CLEAN_UP_TIME = 5.0
"""Virtual seconds that cancelled tasks have to end."""
_CLEAN_UP_CALLBACKS = 200
"""Callbacks that each cancelled task has to end without a move of virtual time; SPADE's go on."""

_logger = logging.getLogger(__name__)


class VirtualTimeLoop(GuardedLoop):
    """The event loop of a run on the embedded server.

    `paced`: sleep until each timer is due by the wall clock. Order and virtual times stay the
    same, except that input on a real socket arrives at the time that has really passed.

    `livelock_after`: the limit of `livelock.LivelockDetector`.
    """

    if TYPE_CHECKING:  # parts of asyncio's BaseEventLoop that its type stubs leave out
        _ready: deque[Handle]
        _selector: selectors.BaseSelector
        _stopping: bool
        _debug: bool
        _asyncgens: object

        def _check_closed(self) -> None: ...
        def _check_thread(self) -> None: ...
        def _check_callback(self, callback: object, method: str) -> None: ...
        def _process_events(self, events: object) -> None: ...

    def __init__(self, *, paced: bool = False, livelock_after: int = 200_000) -> None:
        super().__init__()
        self._asyncgens = _OrderedWeakSet()
        self._clock = Clock()
        self._paced = paced
        self._paced_from = 0.0
        self._look_outside_at = 0.0
        self._tasks: list[weakref.ref[Task[object]]] = []
        self._prune_tasks_at = 1_000
        self._livelock = LivelockDetector(livelock_after, self.live_tasks)
        self._garbage = GarbageCollection(self.live_tasks)
        self._registered = self._selector.get_map()

    @property
    def now(self) -> int:
        """Virtual time in microseconds from the making of the loop."""
        return self._clock.now

    def time(self) -> float:
        """Virtual time in seconds from the making of the loop."""
        return self._clock.now / SECOND

    def call_at(
        self,
        when: float,
        callback: Callable[[*_Ts], object],
        *args: *_Ts,
        context: Context | None = None,
    ) -> Timer:
        """As in asyncio. `when` is rounded to whole microseconds; infinity is never."""
        self._check_closed()
        if self._debug:
            self._check_thread()
            self._check_callback(callback, "call_at")
        timer = Timer(when, callback, args, self, context)
        if when != math.inf:
            self._clock.add(round(when * SECOND), timer)
        return timer

    def call_again_at(self, when: float, timer: Timer) -> None:
        """`call_at` with the callback and context of a timer that has fired."""
        timer._when = when
        self._clock.add(round(when * SECOND), timer)

    def _timer_handle_cancelled(self, timer: Timer) -> None:
        self._clock.note_cancelled(timer)

    def run_in_executor(
        self,
        executor: object,
        func: Callable[[*_Ts], _T],
        *args: *_Ts,
    ) -> Future[_T]:
        """Call `func(*args)` at once, in this thread, whatever the executor."""
        future: Future[_T] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future

    def create_task(
        self,
        coro: Generator[object, None, _T] | Coroutine[object, object, _T],
        *,
        name: object = None,
        context: Context | None = None,
    ) -> Task[_T]:
        """As in asyncio; the loop remembers the order of creation."""
        task = super().create_task(coro, name=name, context=context)
        self._tasks.append(weakref.ref(task))
        if len(self._tasks) > self._prune_tasks_at:
            self._tasks = [weakref.ref(task) for task in self.live_tasks()]
            self._prune_tasks_at = 1_000 + 2 * len(self._tasks)
        return task

    def live_tasks(self) -> list[Task[object]]:
        """The tasks that are not done, in the order of their creation."""
        tasks = [reference() for reference in self._tasks]
        return [task for task in tasks if task is not None and not task.done()]

    def run_forever(self) -> None:
        """As in asyncio. Raises Deadlock and Livelock. Pacing begins anew."""
        self._paced_from = time.monotonic() - self._clock.now / SECOND
        self._livelock.reset()
        super().run_forever()

    def close(self) -> None:
        """As in asyncio."""
        super().close()
        self._clock.clear()

    # This takes the place of asyncio's own `_run_once`, which makes one pass over what is ready,
    # asks the selector, a system call, at every pass, and compares its timers in Python code. Most
    # passes have one callback, so what each costs matters, and this makes them all.

    def _run_some(self) -> None:
        ready, clock, livelock = self._ready, self._clock, self._livelock
        heap = clock.heap
        passes = 0
        while True:
            passes += 1
            if not ready and not self._stopping:
                self._move_on()
            elif passes % _PASSES == 0 and time.perf_counter() > self._look_outside_at:
                self._look_outside(0)
            if heap and heap[0][0] <= clock.now:
                clock.release(ready)
            callbacks = len(ready)
            livelock.passes += 1
            livelock.callbacks += callbacks
            if livelock.callbacks > livelock.suspect_at and livelock.is_certain(ready):
                raise Livelock(self._explain_livelock())
            for _ in range(callbacks):
                handle = ready.popleft()
                if not handle._cancelled:
                    handle._run()
            if self._stopping:
                return

    def _look_outside(self, timeout: float | None) -> None:
        """See to signals, other threads and real sockets; wait up to `timeout` seconds for them."""
        self._process_events(self._selector.select(timeout))
        self._look_outside_at = time.perf_counter() + _LOOK_OUTSIDE_EVERY

    def _has_sockets(self) -> bool:
        """True when something besides the loop's own wake-up pipe is registered."""
        return len(self._registered) > 1

    def _move_on(self) -> None:
        """Nothing is ready: go to the next timer, or wait for a real socket."""
        deadline = self._clock.next_deadline()
        if deadline is None:
            self._wait_outside()
        elif self._paced:
            self._sleep_until(deadline)
        else:
            if self._has_sockets() or time.perf_counter() > self._look_outside_at:
                self._look_outside(0)
            if not self._ready:
                self._advance(deadline)

    def _sleep_until(self, deadline: int) -> None:
        due = self._paced_from + deadline / SECOND
        self._look_outside(max(0.0, due - time.monotonic()))
        if self._ready:
            deadline = min(deadline, self._passed())
        self._advance(deadline)

    def _wait_outside(self) -> None:
        """No timer is set: only a socket, a signal or another thread can go on."""
        self._look_outside(None if self._has_sockets() else 0)
        if self._paced and self._ready:
            self._advance(self._passed())
        elif not self._ready and not self._has_sockets():
            raise Deadlock(self._explain_deadlock())

    def _passed(self) -> int:
        """Microseconds of real time, by the loop's reckoning."""
        return round((time.monotonic() - self._paced_from) * SECOND)

    def _advance(self, time: int) -> None:
        if time > self._clock.now:
            self._clock.now = time
            self._garbage.count(self._livelock.callbacks)
            self._livelock.reset()

    def _explain_deadlock(self) -> str:
        return (
            f"deadlock at {self.time():.6f} s: nothing can run any more. No timer is set, and "
            "these tasks wait for each other, or for something that never comes:\n"
            f"{list_waiting(self.live_tasks())}"
        )

    def _explain_livelock(self) -> str:
        return (
            f"livelock at {self.time():.6f} s: virtual time stands still, because there is always "
            f"something to run. These never wait:\n{self._livelock.busiest()}\n"
            "Let them wait: give receive() a timeout, or await asyncio.sleep() in the loop"
        )


class _OrderedWeakSet(weakref.WeakKeyDictionary[object, None]):
    """What asyncio needs of a WeakSet, in the order of adding."""

    def add(self, item: object) -> None:
        self[item] = None

    def discard(self, item: object) -> None:
        self.pop(item, None)


def run(main: Callable[[], Awaitable[_T]], *, paced: bool = False) -> _T:
    """Run `main()` on a new loop to its end and return its result.

    The loop is the thread's current one meanwhile; the one before is set again afterwards. object
    thread will do in which no loop is running. Tasks that `main` leaves are cancelled in the
    order of their creation; one that does not end within 5 virtual seconds is given up with a
    warning in the log. Raises what `main` raises, Deadlock and Livelock.
    """
    before = _current_loop()
    loop = VirtualTimeLoop(paced=paced)
    with no_automatic_collection():
        try:
            asyncio.set_event_loop(loop)
            return loop.run_until_complete(_run_main(main))
        finally:
            try:
                _clean_up(loop)
            finally:
                asyncio.set_event_loop(before)
                loop.close()


async def _run_main(main: Callable[[], Awaitable[_T]]) -> _T:
    return await main()


def _current_loop() -> asyncio.AbstractEventLoop | None:
    """The loop that is set for this thread. asyncio's public function would make one."""
    local = getattr(asyncio.get_event_loop_policy(), "_local", None)
    return getattr(local, "_loop", None)


def _clean_up(loop: VirtualTimeLoop) -> None:
    tasks = loop.live_tasks()
    for task in tasks:
        task.cancel()
    loop._livelock.limit = max(5_000, _CLEAN_UP_CALLBACKS * len(tasks))
    try:
        if tasks:
            loop.run_until_complete(asyncio.wait(tasks, timeout=_CLEAN_UP_TIME))
        loop.run_until_complete(loop.shutdown_asyncgens())
    except (Deadlock, Livelock) as stuck:
        _logger.warning("clean-up: %s", stuck)
    for task in tasks:
        if task.done() and not task.cancelled() and (error := task.exception()) is not None:
            _logger.warning("a task failed when cancelled", exc_info=error)
    if left := loop.live_tasks():
        _logger.warning("given up, they go on when cancelled:\n%s", list_waiting(left))
    for task in left:
        _close(task)


def _close(task: Task[object]) -> None:
    """End a task that goes on when cancelled, as SPADE's behaviours do."""
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    coroutine = task.get_coro()
    assert coroutine is not None
    try:
        # Now, while the loop is open: what it awaits may want the loop once more.
        coroutine.close()
    except Exception as error:
        _logger.warning("a task could not be closed", exc_info=error)
