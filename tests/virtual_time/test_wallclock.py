"""The wall clock follows the virtual one while a run lasts."""

import asyncio
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import spade.behaviour
from spade.agent import Agent
from spade.behaviour import CyclicBehaviour, PeriodicBehaviour, TimeoutBehaviour
from spade.container import Container

from simulator.virtual_time.loop import VirtualTimeLoop, run
from simulator.virtual_time.wallclock import EPOCH, virtual_wall_clock

bound_before = datetime.now


def in_virtual_time(main: Callable[[VirtualTimeLoop], Any], **options: Any) -> Any:
    async def pinned() -> Any:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop)
        with virtual_wall_clock(loop, **options):
            return await main(loop)

    return run(pinned)


def test_every_reading_of_the_wall_clock_is_exact() -> None:
    async def main(loop: VirtualTimeLoop) -> None:
        await asyncio.sleep(86400 + 5.000001)
        naive = datetime(2000, 1, 2, 0, 0, 5, 1)
        aware = naive.replace(tzinfo=UTC)
        assert datetime.now() == datetime.utcnow() == datetime.today() == naive
        assert datetime.now(UTC) == aware
        assert bound_before() == naive
        assert spade.behaviour.now() == naive
        assert date.today() == naive.date()
        assert time.time_ns() == int(EPOCH.timestamp()) * 10**9 + loop.now * 1000
        assert time.time() == spade.behaviour.time.time() == aware.timestamp()
        assert time.localtime()[:6] == time.gmtime()[:6] == (2000, 1, 2, 0, 0, 5)
        assert time.strftime("%H:%M:%S") == "00:00:05"

    in_virtual_time(main)


def test_an_epoch_of_ones_own() -> None:
    epoch = datetime(2031, 5, 6, 7, 8, 9, 999_999, tzinfo=UTC)

    async def main(_: VirtualTimeLoop) -> datetime:
        await asyncio.sleep(0.000002)
        return datetime.now(UTC)

    assert in_virtual_time(main, epoch=epoch) == epoch + timedelta(microseconds=2)


def test_monotonic_clocks_stay_real() -> None:
    async def main(_: VirtualTimeLoop) -> tuple[float, float]:
        before = time.monotonic(), time.perf_counter()
        await asyncio.sleep(3600)
        return time.monotonic() - before[0], time.perf_counter() - before[1]

    assert max(in_virtual_time(main)) < 60


def test_other_threads_keep_the_real_time() -> None:
    real = time.time()
    seen: list[float] = []

    async def main(_: VirtualTimeLoop) -> None:
        thread = threading.Thread(target=lambda: seen.append(time.time()))
        thread.start()
        thread.join()

    in_virtual_time(main)
    assert seen[0] == pytest.approx(real, abs=60)


def test_everything_is_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()

    async def main(_: VirtualTimeLoop) -> None:
        await asyncio.sleep(1)
        raise ZeroDivisionError

    real = time.time()
    try:
        with pytest.raises(ZeroDivisionError):
            in_virtual_time(main)
        assert time.time() == pytest.approx(real, abs=60)
        assert bound_before().timestamp() == pytest.approx(real, abs=60)
        assert os.environ["TZ"] == "Asia/Tokyo"
        assert time.localtime().tm_gmtoff == 9 * 3600
    finally:
        monkeypatch.undo()
        time.tzset()


class Every(PeriodicBehaviour):
    async def on_start(self) -> None:
        self.times: list[float] = []

    async def run(self) -> None:
        self.times.append(asyncio.get_running_loop().time())


class Once(TimeoutBehaviour):
    async def on_start(self) -> None:
        self.times: list[float] = []

    async def run(self) -> None:
        self.times.append(asyncio.get_running_loop().time())


def times_of(make: Callable[[], CyclicBehaviour], duration: float) -> list[float]:
    async def main(_: VirtualTimeLoop) -> list[float]:
        Container().reset()
        agent = Agent("agent@localhost", "secret")
        agent._alive.set()
        behaviour = make()
        agent.add_behaviour(behaviour)
        await asyncio.sleep(duration)
        behaviour.kill()
        return list(behaviour.times)

    return list(in_virtual_time(main))


def test_a_periodic_behaviour_runs_60_times_in_60_seconds() -> None:
    assert times_of(lambda: Every(period=1), 59.5) == [float(second) for second in range(60)]


def test_a_periodic_behaviour_starts_at_its_date() -> None:
    def make() -> CyclicBehaviour:
        return Every(period=0.5, start_at=datetime.now() + timedelta(seconds=5))

    assert times_of(make, 6.25) == [5.0, 5.5, 6.0]


def test_a_timeout_behaviour_fires_at_its_date() -> None:
    assert times_of(lambda: Once(datetime.now() + timedelta(seconds=5)), 60) == [5.0]


def test_join_with_a_timeout_uses_virtual_time() -> None:
    async def main(loop: VirtualTimeLoop) -> float:
        Container().reset()
        agent = Agent("agent@localhost", "secret")
        agent._alive.set()
        behaviour = Every(period=1)
        agent.add_behaviour(behaviour)
        with pytest.raises(TimeoutError):
            await behaviour.join(timeout=2)
        behaviour.kill()
        return loop.time()

    assert in_virtual_time(main) == pytest.approx(2, abs=0.01)
