"""The wish to end a run, at any time."""

from __future__ import annotations

import asyncio

import pytest

from simulator.running.interruption import Interruption


@pytest.mark.parametrize("early", [True, False])
def test_a_request_ends_the_wait_and_the_first_reason_stays(early: bool) -> None:
    interruption = Interruption()

    async def main() -> None:
        if early:
            interruption.request("first")
        interruption.arm()
        waiting = asyncio.ensure_future(interruption.wait())
        await asyncio.sleep(0)
        assert waiting.done() is early
        if not early:
            await asyncio.to_thread(interruption.request, "first")
        interruption.request("second")
        async with asyncio.timeout(5):
            await waiting

    asyncio.run(main())
    assert interruption.reason == "first"
    # The loop is closed: there is nothing to end any more, and nothing to complain about.
    interruption.request("third")
