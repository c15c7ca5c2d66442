"""Chance from a seed, and turns in one order on every Python."""

from __future__ import annotations

import asyncio
import random

import pytest

from simulator.virtual_time.repeatable import repeatable


def test_the_global_generator_is_seeded_and_restored() -> None:
    state = random.getstate()
    drawn = []
    for seed in (7, 7, 8):
        with repeatable(seed):
            drawn.append(random.random())
    assert drawn[0] == drawn[1] != drawn[2]
    assert random.getstate() == state


def test_wait_for_is_the_one_of_every_python() -> None:
    async def waits() -> list[str]:
        found = []
        quick = asyncio.ensure_future(asyncio.sleep(0, "there"))
        found.append(await asyncio.wait_for(quick, 1))
        found.append(await asyncio.wait_for(quick, 0))
        found.append(await asyncio.wait_for(asyncio.sleep(0, "no limit"), None))
        for timeout in (0, 0.01):
            slow = asyncio.ensure_future(asyncio.sleep(5))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(slow, timeout)
            found.append(f"cancelled {slow.cancelled()}")
        return found

    before = asyncio.wait_for
    with repeatable(1):
        assert asyncio.wait_for is not before
        found = asyncio.run(waits())
    assert found == ["there", "there", "no limit", "cancelled True", "cancelled True"]
    assert asyncio.wait_for is before
