from __future__ import annotations

import resource
import threading
import time

import pytest

from simulator.scenario.graphs.limits import run_limited


def test_what_fits_is_returned() -> None:
    assert run_limited(lambda: 42, 10**8) == 42


def test_errors_of_the_work_are_passed_on() -> None:
    with pytest.raises(ZeroDivisionError):
        run_limited(lambda: 1 // 0, 10**8)


def test_too_much_memory() -> None:
    with pytest.raises(MemoryError, match="more memory than there is"):
        run_limited(lambda: tuple(range(200_000_000)), 10**8)


def endless() -> None:
    while True:
        try:
            time.sleep(0)
        except Exception:
            continue


def test_too_long() -> None:
    with pytest.raises(TimeoutError, match=r"longer than 0\.1 s"):
        run_limited(endless, 10**8, seconds=0.1)


def test_too_long_in_another_thread() -> None:
    caught: list[BaseException] = []

    def work() -> None:
        try:
            run_limited(endless, 10**8, seconds=0.1)
        except BaseException as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert [type(error) for error in caught] == [TimeoutError]


def test_limits_are_taken_back() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises(MemoryError):
        run_limited(lambda: bytearray(10**9), 10**8)
    assert resource.getrlimit(resource.RLIMIT_AS) == before
    assert len(bytearray(2 * 10**8)) == 2 * 10**8


def test_alarms_that_come_too_late_do_not_arrive() -> None:
    for _ in range(200):
        try:
            run_limited(lambda: time.sleep(0.001), 10**8, seconds=0.001)
        except TimeoutError:
            continue
    for _ in range(10_000):  # whatever was still on its way would be raised here
        time.sleep(0)
