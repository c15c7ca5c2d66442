"""The virtual-time event loop."""

import asyncio
import gc
import itertools
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spade.agent import Agent
from spade.behaviour import CyclicBehaviour
from spade.container import Container

from simulator.errors import Deadlock, Livelock, RunFailed
from simulator.virtual_time.loop import VirtualTimeLoop, run

Main = Callable[[], Awaitable[Any]]


def virtual_loop() -> VirtualTimeLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualTimeLoop)
    return loop


def run_on(loop: VirtualTimeLoop, main: Main) -> Any:
    """Run on a loop of the test's making, and let nothing be left."""
    try:
        return loop.run_until_complete(main())
    finally:
        for task in loop.live_tasks():
            task.cancel()
            task._log_destroy_pending = False  # type: ignore[attr-defined]
        loop.close()


# Time


def test_time_starts_at_zero_and_jumps() -> None:
    async def main() -> list[tuple[int, float]]:
        loop = virtual_loop()
        seen = [(loop.now, loop.time())]
        for delay in (0.1, 3600, 86400 * 365):
            await asyncio.sleep(delay)
            seen.append((loop.now, loop.time()))
        return seen

    began = time.perf_counter()
    assert run(main) == [
        (0, 0.0),
        (100_000, 0.1),
        (3_600_100_000, 3600.1),
        (31_539_600_100_000, 31539600.1),
    ]
    assert time.perf_counter() - began < 1


def test_every_step_of_an_hour_is_exact() -> None:
    async def main() -> int:
        for _ in range(36_000):
            await asyncio.sleep(0.1)
        return virtual_loop().now

    assert run(main) == 3_600_000_000


@pytest.mark.parametrize(
    ("delay", "microseconds"),
    [(0.0000004, 0), (0.0000006, 1), (1e-6, 1), (0.1, 100_000), (1.0000014, 1_000_001)],
)
def test_deadlines_are_rounded_to_whole_microseconds(delay: float, microseconds: int) -> None:
    async def main() -> int:
        await asyncio.sleep(delay)
        return virtual_loop().now

    assert run(main) == microseconds


def test_a_timer_at_infinity_never_fires_and_is_no_reason_to_wait() -> None:
    async def main() -> None:
        await asyncio.sleep(float("inf"))

    with pytest.raises(Deadlock):
        run(main)


def test_timeouts_of_asyncio_work() -> None:
    async def main() -> int:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2.5):
                await asyncio.Event().wait()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.25)
        assert await asyncio.wait_for(asyncio.sleep(1, "done"), 2) == "done"
        return virtual_loop().now

    assert run(main) == 3_750_000


# Order


Program = list[tuple[float, int, bool]]
Fired = list[tuple[int, int]]
programs = st.lists(
    st.tuples(
        st.sampled_from([-1.0, 0.0, 0.0000001, 0.001, 0.0010004, 0.5, 1.0, 3.0]),
        st.integers(0, 3),
        st.booleans(),
    ),
    max_size=40,
)
"""Timers: delay, how many timers it sets when it fires, whether it is cancelled at once."""


def fire_on_the_loop(program: Program) -> Fired:
    """When which timer fired, timers numbered in the order of scheduling."""
    fired: Fired = []
    numbers = itertools.count()

    def schedule(delay: float, children: int, cancel: bool) -> None:
        loop = virtual_loop()
        timer = loop.call_later(delay, fire, next(numbers), delay, children)
        if cancel:
            timer.cancel()

    def fire(number: int, delay: float, children: int) -> None:
        fired.append((virtual_loop().now, number))
        for child in range(children):
            schedule(delay * child / 2, child, False)

    async def main() -> None:
        for timer in program:
            schedule(*timer)
        await asyncio.sleep(1_000)

    run(main)
    return fired


def fire_by_the_book(program: Program) -> Fired:
    """The same in plain lists: what is due fires by deadline, then by number."""
    fired: Fired = []
    waiting: list[tuple[int, int, float, int]] = []
    numbers = itertools.count()
    now = 0

    def schedule(delay: float, children: int, cancel: bool) -> None:
        number = next(numbers)
        if not cancel:
            waiting.append((now + round(delay * 1e6), number, delay, children))

    for timer in program:
        schedule(*timer)
    while waiting:
        now = max(now, min(waiting)[0])
        due = sorted(timer for timer in waiting if timer[0] <= now)
        waiting = [timer for timer in waiting if timer[0] > now]
        for _, number, delay, children in due:
            fired.append((now, number))
            for child in range(children):
                schedule(delay * child / 2, child, False)
    return fired


@given(programs)
@settings(deadline=None)
def test_timers_fire_by_time_then_by_sequence(program: Program) -> None:
    assert fire_on_the_loop(program) == fire_by_the_book(program)


@given(programs)
@settings(deadline=None)
def test_two_runs_are_the_same(program: Program) -> None:
    assert fire_on_the_loop(program) == fire_on_the_loop(program)


def test_equal_deadlines_fire_first_come_first_served() -> None:
    async def main() -> list[int]:
        fired: list[int] = []
        for number in range(500):
            virtual_loop().call_at(1.0, fired.append, number)
        await asyncio.sleep(2)
        return fired

    assert run(main) == list(range(500))


def test_order_does_not_depend_on_who_waits_longer() -> None:
    """0.1 + 0.2 and 0.3 are the same time; the one that was asked for first is first."""

    async def main() -> list[str]:
        order: list[str] = []
        loop = virtual_loop()
        loop.call_later(0.3, order.append, "at once")
        loop.call_later(0.1, lambda: loop.call_later(0.2, order.append, "in two steps"))
        await asyncio.sleep(1)
        return order

    assert run(main) == ["at once", "in two steps"]


def test_call_soon_keeps_its_order_beside_timers() -> None:
    async def main() -> list[str]:
        order: list[str] = []
        loop = virtual_loop()
        loop.call_later(0, order.append, "timer")
        loop.call_soon(order.append, "first")
        loop.call_soon(order.append, "second")
        await asyncio.sleep(1)
        return order

    assert run(main) == ["first", "second", "timer"]


# Paced


def test_paced_has_the_same_order_and_times_and_takes_that_long() -> None:
    async def main() -> list[tuple[int, int]]:
        seen: list[tuple[int, int]] = []

        async def step(number: int) -> None:
            for _ in range(3):
                await asyncio.sleep(0.01 * (number % 3 + 1))
                seen.append((virtual_loop().now, number))

        await asyncio.gather(*map(step, range(7)))
        return seen

    virtual = run(main)
    began = time.perf_counter()
    assert run(main, paced=True) == virtual
    assert 0.09 <= time.perf_counter() - began < 2
    assert virtual[-1][0] == 90_000


def test_paced_catches_up_after_a_slow_callback() -> None:
    async def main() -> list[int]:
        seen: list[int] = []
        virtual_loop().call_later(0.01, time.sleep, 0.1)
        for _ in range(5):
            await asyncio.sleep(0.02)
            seen.append(virtual_loop().now)
        return seen

    began = time.perf_counter()
    assert run(main, paced=True) == [20_000, 40_000, 60_000, 80_000, 100_000]
    assert 0.1 <= time.perf_counter() - began < 1


@pytest.mark.parametrize("paced", [False, True])
def test_real_sockets_work(paced: bool) -> None:
    async def main() -> tuple[bytes, int]:
        here, there = socket.socketpair()
        reader, writer = await asyncio.open_connection(sock=here)
        thread = threading.Timer(0.1, there.sendall, [b"from outside\n"])
        thread.start()
        line = await reader.readline()
        thread.join()
        writer.close()
        there.close()
        return line, virtual_loop().now

    line, now = run(main, paced=paced)
    assert line == b"from outside\n"
    assert (80_000 < now < 2_000_000) if paced else now == 0


def test_paced_input_from_outside_arrives_at_the_time_that_has_passed() -> None:
    async def main() -> int:
        heard = asyncio.Event()
        loop = virtual_loop()
        loop.call_later(30, print)
        thread = threading.Timer(0.1, loop.call_soon_threadsafe, [heard.set])
        thread.start()
        await heard.wait()
        thread.join()
        return loop.now

    assert 80_000 < run(main, paced=True) < 2_000_000


# Outside: signals and threads


async def poll(until: asyncio.Event, every: float = 1e-6) -> None:
    while not until.is_set():  # noqa: ASYNC110
        await asyncio.sleep(every)


def after_signal(install: Callable[[asyncio.Event], None], wait: Any, *, paced: bool) -> float:
    """Seconds of real time from SIGUSR1, sent by another thread, until the run notices it."""
    sent: list[float] = []

    def send() -> None:
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGUSR1)

    async def main() -> float:
        stop = asyncio.Event()
        install(stop)
        thread = threading.Timer(0.05, send)
        thread.start()
        await wait(stop)
        noticed = time.perf_counter()
        thread.join()
        return noticed - sent[0]

    before = signal.getsignal(signal.SIGUSR1)
    try:
        return float(run(main, paced=paced))
    finally:
        signal.signal(signal.SIGUSR1, before)


def by_loop(stop: asyncio.Event) -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, stop.set)


def by_plain_handler(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    signal.signal(signal.SIGUSR1, lambda *_: loop.call_soon_threadsafe(stop.set))


@pytest.mark.parametrize("install", [by_loop, by_plain_handler])
@pytest.mark.parametrize("paced", [False, True])
def test_a_signal_is_noticed_while_the_loop_is_busy(install: Any, paced: bool) -> None:
    assert after_signal(install, poll, paced=paced) < 0.25


@pytest.mark.parametrize("install", [by_loop, by_plain_handler])
def test_a_signal_is_noticed_while_the_loop_sleeps(install: Any) -> None:
    async def wait(stop: asyncio.Event) -> None:
        # Wakes up long before the timer: the signal, not the timer, ends the wait.
        sleeper = asyncio.create_task(asyncio.sleep(30))
        await stop.wait()
        sleeper.cancel()

    assert after_signal(install, wait, paced=True) < 0.25


def test_other_threads_are_heard_while_virtual_time_runs() -> None:
    async def main() -> int:
        stop = asyncio.Event()
        loop = virtual_loop()
        thread = threading.Timer(0.05, loop.call_soon_threadsafe, [stop.set])
        thread.start()
        await poll(stop, every=5)
        thread.join()
        return loop.now

    began = time.perf_counter()
    assert run(main) > 3_600_000_000
    assert time.perf_counter() - began < 1


def test_ctrl_c_ends_a_busy_run() -> None:
    code = (
        "import asyncio\n"
        "from simulator.virtual_time.loop import run\n"
        "async def main():\n"
        "    print('up', flush=True)\n"
        "    while True: await asyncio.sleep(1e-6)\n"
        "run(main)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdout=-1, stderr=-1, text=True)
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "up\n"
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=5)
    finally:
        child.kill()
    assert "KeyboardInterrupt" in errors
    assert "pending" not in errors


# Executor


def test_executor_calls_run_inline_in_order() -> None:
    async def main() -> list[Any]:
        thread = threading.get_ident()
        loop = asyncio.get_running_loop()
        assert await asyncio.to_thread(threading.get_ident) == thread
        assert await loop.run_in_executor(None, threading.get_ident) == thread
        order: list[int] = []
        await asyncio.gather(*(asyncio.to_thread(order.append, number) for number in range(9)))
        return order

    assert run(main) == list(range(9))


def test_an_exception_in_an_executor_call_is_the_awaiters() -> None:
    async def main() -> None:
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(lambda: 1 / 0)

    run(main)


# Deadlock


def test_deadlock_names_who_waits_on_what_in_order_of_creation() -> None:
    async def consumer(queue: asyncio.Queue[int]) -> None:
        await queue.get()

    async def main() -> None:
        await asyncio.sleep(1.5)
        tasks = [asyncio.create_task(consumer(asyncio.Queue()), name="x") for _ in range(2)]
        await asyncio.gather(asyncio.Event().wait(), *tasks)

    with pytest.raises(Deadlock) as caught:
        run(main)
    assert isinstance(caught.value, RunFailed)
    text = str(caught.value)
    assert "1.500000 s" in text
    lines = text.splitlines()[1:]
    assert len(lines) == 4
    assert "main" in lines[0]
    assert all("consumer" in line and "Queue.get" in line for line in lines[1:3])
    assert "Event.wait" in lines[3]


def test_deadlock_says_the_same_twice_and_is_bounded() -> None:
    async def main() -> None:
        await asyncio.gather(*(asyncio.Event().wait() for _ in range(300)))

    def message() -> str:
        with pytest.raises(Deadlock) as caught:
            run(main)
        return str(caught.value)

    first = message()
    assert first == message()
    assert "and 281 more" in first
    assert len(first.splitlines()) == 22


def test_a_cancelled_timer_does_not_hide_a_deadlock() -> None:
    async def main() -> None:
        virtual_loop().call_later(5, print).cancel()
        await asyncio.Event().wait()

    with pytest.raises(Deadlock, match=r"at 0\.000000 s"):
        run(main)


def test_paced_deadlock() -> None:
    async def main() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Deadlock):
        run(main, paced=True)


# Livelock


def spade_agent(jid: str) -> Agent:
    """A SPADE agent that believes to be alive, without a connection."""
    agent = Agent(jid, "secret")
    agent._alive.set()
    return agent


class Poller(CyclicBehaviour):
    async def run(self) -> None:
        await self.receive()


class Decent(CyclicBehaviour):
    async def run(self) -> None:
        await self.receive(timeout=1)


def test_a_spade_behaviour_that_polls_is_named_with_its_agent() -> None:
    async def main() -> None:
        Container().reset()
        agents = [spade_agent(f"agent{number}@localhost") for number in range(20)]
        for agent in agents:
            agent.add_behaviour(Decent())
        await asyncio.sleep(3)
        agents[7].add_behaviour(Poller())
        await asyncio.sleep(3)

    began = time.perf_counter()
    with pytest.raises(Livelock) as caught:
        run(main)
    assert time.perf_counter() - began < 60
    text = str(caught.value)
    assert "at 3.000000 s" in text
    assert "behaviour Poller of agent7@localhost" in text
    assert "Decent" not in text
    assert "receive() a timeout" in text


def test_code_that_swallows_exceptions_does_not_swallow_a_livelock() -> None:
    async def stubborn() -> None:
        while True:
            try:
                await asyncio.sleep(0)
            except Exception:
                continue

    with pytest.raises(Livelock, match="stubborn"):
        run_on(VirtualTimeLoop(livelock_after=1_000), stubborn)


def test_timers_without_a_delay_are_a_livelock_too() -> None:
    async def main() -> None:
        for _ in range(1_000_000):
            await asyncio.sleep(1e-9)

    with pytest.raises(Livelock, match="main"):
        run_on(VirtualTimeLoop(livelock_after=1_000), main)


def test_a_callback_that_schedules_itself_is_named() -> None:
    def again() -> None:
        asyncio.get_running_loop().call_soon(again)

    async def main() -> None:
        again()
        await asyncio.sleep(1)

    with pytest.raises(Livelock, match=r"callback .*again"):
        run_on(VirtualTimeLoop(livelock_after=1_000), main)


def test_a_crowd_at_the_same_time_is_no_livelock() -> None:
    """1,000 tasks of 100 steps each are 100,000 callbacks, five times the limit."""

    async def agent() -> None:
        for _ in range(100):
            await asyncio.sleep(0)

    async def main() -> int:
        await asyncio.gather(*(agent() for _ in range(1_000)))
        return virtual_loop().now

    # As for the default of 200,000 callbacks and 500 a task, at a tenth of the size.
    assert run_on(VirtualTimeLoop(livelock_after=50_000), main) == 0


def test_long_work_spread_over_time_is_no_livelock() -> None:
    async def main() -> None:
        for _ in range(100):
            for _ in range(50):
                await asyncio.sleep(0)
            await asyncio.sleep(1e-6)

    run_on(VirtualTimeLoop(livelock_after=100), main)


# Beginning and end


def test_tasks_that_are_left_are_cancelled_in_order_of_creation() -> None:
    cancelled: list[int] = []

    async def leftover(number: int) -> None:
        try:
            await asyncio.sleep(1_000)
        finally:
            cancelled.append(number)

    async def main() -> str:
        for number in range(200):
            asyncio.get_running_loop().create_task(leftover(number))
        await asyncio.sleep(1)
        return "result"

    assert run(main) == "result"
    assert cancelled == list(range(200))


def test_done_tasks_are_forgotten() -> None:
    async def main() -> int:
        for _ in range(5_000):
            await asyncio.create_task(asyncio.sleep(0.001))
        return len(virtual_loop()._tasks)

    assert run(main) < 2_500


def test_async_generators_are_closed_in_order_of_their_first_step() -> None:
    closed: list[int] = []

    async def numbers(number: int) -> AsyncGenerator[int, None]:
        try:
            yield number
        finally:
            closed.append(number)

    kept = []

    async def main() -> None:
        for number in range(50):
            generator = numbers(number)
            await anext(generator)
            kept.append(generator)

    run(main)
    assert closed == list(range(50))


def test_a_task_that_does_not_end_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    async def stubborn() -> None:
        while True:
            try:
                await asyncio.sleep(0.5)
            except asyncio.CancelledError:
                continue

    async def main() -> str:
        asyncio.get_running_loop().create_task(stubborn())
        await asyncio.sleep(1)
        return "result"

    with caplog.at_level(logging.WARNING):
        assert run(main) == "result"
    assert "stubborn" in caplog.text


def test_the_exception_of_main_comes_out() -> None:
    async def main() -> None:
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        run(main)


def test_run_in_another_thread_and_twice() -> None:
    async def main() -> int:
        await asyncio.sleep(1)
        return virtual_loop().now

    results: list[int] = []
    thread = threading.Thread(target=lambda: results.extend([run(main), run(main)]))
    thread.start()
    thread.join()
    assert results == [1_000_000, 1_000_000]


def test_run_in_a_thread_beside_a_running_loop() -> None:
    async def inner() -> int:
        await asyncio.sleep(100)
        return virtual_loop().now

    async def outer() -> int:
        return await asyncio.to_thread(run, inner)

    assert asyncio.run(outer()) == 100_000_000


def test_the_loop_before_is_set_again() -> None:
    policy = asyncio.get_event_loop_policy()
    before = asyncio.new_event_loop()
    asyncio.set_event_loop(before)

    async def main() -> None:
        assert asyncio.get_event_loop() is asyncio.get_running_loop()

    try:
        run(main)
        assert policy.get_event_loop() is before
    finally:
        asyncio.set_event_loop(None)
        before.close()


def test_an_idle_hour_costs_nearly_nothing() -> None:
    async def main() -> None:
        for _ in range(60):
            await asyncio.sleep(60)

    began = time.process_time()
    run(main)
    assert time.process_time() - began < 0.5


def test_a_timer_that_has_fired_fires_again_in_its_turn() -> None:
    seen: list[tuple[int, str]] = []

    async def main() -> None:
        loop = virtual_loop()

        def note(name: str) -> None:
            seen.append((loop.now, name))

        timer = loop.call_at(1, note, "timer")
        await asyncio.sleep(2)
        loop.call_at(3, note, "before")
        loop.call_again_at(3, timer)
        loop.call_at(3, note, "after")
        assert timer.when() == 3
        await asyncio.sleep(2)

    run(main)
    assert seen == [
        (1_000_000, "timer"),
        *[(3_000_000, name) for name in ("before", "timer", "after")],
    ]


@pytest.mark.parametrize("before", [0, 50_000])
def test_failures_of_garbage_are_told_at_the_same_time_whatever_was_before(before: int) -> None:
    """asyncio tells them when they are collected; other objects of the process must not decide."""
    told: list[int] = []

    async def fail() -> None:
        task = asyncio.current_task()
        assert task is not None
        task.itself = task  # type: ignore[attr-defined]
        raise ZeroDivisionError

    async def main() -> None:
        loop = virtual_loop()
        loop.set_exception_handler(lambda _loop, _context: told.append(loop.now))
        for _ in range(40):
            loop.create_task(fail())
            await asyncio.sleep(1)
            _ = [[] for _ in range(20_000)]

    kept = [[] for _ in range(before)]  # type: ignore[var-annotated]
    for _ in range(60):
        kept.extend([] for _ in range(before // 50))
    run(main)
    gc.collect()
    assert told == [40_000_000] * 40  # after the run: it is too short for a collection
