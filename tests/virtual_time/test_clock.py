"""The virtual clock: timers fire by deadline, then in the order of scheduling."""

import asyncio
from collections import deque
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.virtual_time.clock import Clock, Timer
from simulator.virtual_time.loop import VirtualTimeLoop


@pytest.fixture(scope="module")
def loop() -> Iterator[VirtualTimeLoop]:
    loop = VirtualTimeLoop()
    yield loop
    loop.close()


def make_timer(loop: asyncio.AbstractEventLoop, clock: Clock, deadline: int) -> Timer:
    timer = Timer(deadline / 1e6, print, (), loop)
    clock.add(deadline, timer)
    return timer


@given(
    deadlines=st.lists(st.integers(0, 5), max_size=60),
    cancelled=st.sets(st.integers(0, 59)),
)
def test_release_is_the_stable_sort_without_the_cancelled(
    loop: VirtualTimeLoop, deadlines: list[int], cancelled: set[int]
) -> None:
    clock = Clock()
    timers = [make_timer(loop, clock, deadline) for deadline in deadlines]
    for index in sorted(cancelled & set(range(len(timers)))):
        timers[index].cancel()
        clock.note_cancelled(timers[index])
    released: deque[asyncio.Handle] = deque()
    while (deadline := clock.next_deadline()) is not None:
        clock.now = deadline
        clock.release(released)

    order = sorted(range(len(timers)), key=lambda index: deadlines[index])
    expected = [timers[index] for index in order if index not in cancelled]
    assert list(map(id, released)) == list(map(id, expected))
    assert len(clock) == 0


def test_nothing_is_released_before_its_deadline(loop: VirtualTimeLoop) -> None:
    clock = Clock()
    make_timer(loop, clock, 10)
    clock.now = 9
    released: deque[asyncio.Handle] = deque()
    clock.release(released)
    assert not released
    clock.now = 10
    clock.release(released)
    assert len(released) == 1


def test_many_cancelled_timers_do_not_stay(loop: VirtualTimeLoop) -> None:
    clock = Clock()
    last = make_timer(loop, clock, 1_000_000)
    for deadline in range(10_000):
        timer = make_timer(loop, clock, 500_000 + deadline)
        timer.cancel()
        clock.note_cancelled(timer)
    assert len(clock) <= 102
    assert clock.next_deadline() == 1_000_000
    assert not last.cancelled()
