"""The loop of real backends: fresh, in any thread, quiet about what is reported elsewhere."""

import asyncio
import logging
import threading

import aioopenssl
import pytest
from aioxmpp.stream import DestructionRequested

from simulator.servers.real.loop import run_on_real_loop


async def this_loop():
    return asyncio.get_running_loop()


def test_each_run_has_a_fresh_loop():
    assert run_on_real_loop(this_loop) is not run_on_real_loop(this_loop)


def test_it_runs_in_another_thread_beside_a_running_loop():
    results = []

    async def notebook():
        thread = threading.Thread(
            target=lambda: results.append(run_on_real_loop(lambda: asyncio.sleep(0, "done")))
        )
        thread.start()
        await asyncio.to_thread(thread.join)

    asyncio.run(notebook())
    assert results == ["done"]


def test_an_exception_reaches_the_caller():
    async def main():
        raise KeyError("x")

    with pytest.raises(KeyError):
        run_on_real_loop(main)


def test_a_broken_connection_is_no_noise_but_other_errors_are_told(caplog):
    async def main():
        loop = asyncio.get_running_loop()
        transport = object.__new__(aioopenssl.STARTTLSTransport)
        loop.call_exception_handler({"message": "it broke", "transport": transport})
        cut_short = DestructionRequested("closed")
        loop.call_exception_handler({"message": "it was cut short", "exception": cut_short})
        loop.call_exception_handler({"message": "something else"})

    with caplog.at_level(logging.INFO):
        run_on_real_loop(main)
    assert "it broke" not in caplog.text
    assert "cut short" not in caplog.text
    assert "something else" in caplog.text
