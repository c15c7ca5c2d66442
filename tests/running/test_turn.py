"""One run of a process goes on at a time."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from simulator.errors import InputError
from simulator.running.interruption import Interruption
from simulator.running.turn import take_turn


def test_work_of_several_threads_is_done_one_after_the_other() -> None:
    inside, most = 0, 0

    def work(_interruption: Interruption) -> str:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        time.sleep(0.02)
        inside -= 1
        return threading.current_thread().name

    with ThreadPoolExecutor(3) as pool:
        done = [pool.submit(take_turn, work) for _ in range(6)]
    assert most == 1
    assert len({future.result() for future in done}) > 1


def test_where_a_loop_is_running_the_work_has_a_thread_of_its_own() -> None:
    async def cell() -> str:
        return take_turn(lambda _interruption: threading.current_thread().name)

    assert asyncio.run(cell()) == "simulator run"
    assert take_turn(lambda _: threading.current_thread().name) != "simulator run"


@pytest.mark.parametrize("in_loop", [False, True])
def test_a_run_inside_of_a_run_is_refused_and_does_not_wait_for_itself(in_loop: bool) -> None:
    async def agent() -> None:
        take_turn(lambda _interruption: None)

    def work(interruption: Interruption) -> None:
        if in_loop:
            asyncio.run(agent())
        else:
            take_turn(lambda _interruption: None)

    with pytest.raises(InputError, match="an agent cannot start a run"):
        take_turn(work)
    assert take_turn(lambda _interruption: "free again") == "free again"


def test_what_the_work_raises_is_raised_also_from_a_thread() -> None:
    def work(_interruption: Interruption) -> None:
        raise ZeroDivisionError

    async def cell() -> None:
        take_turn(work)

    with pytest.raises(ZeroDivisionError):
        take_turn(work)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(cell())
