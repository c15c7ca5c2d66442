"""One direction of a proxied connection."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from simulator.servers.link_faults import LinkState
from simulator.servers.real.flow import Flow


class Pipe:
    """A flow and what came out of it."""

    def __init__(self) -> None:
        self.state = LinkState()
        self.delay = 0.0
        self.out: list[object] = []
        self.flow = Flow(self.state, lambda: self.delay, self.out.append, self._finished)

    def _finished(self, error: Exception | None) -> None:
        self.out.append(("end", error))

    def hold(self) -> None:
        self.state.held += 1

    def release(self) -> None:
        self.state.held -= 1
        self.flow.release()


def on_loop(test: Callable[[Pipe], Awaitable[None]]) -> Callable[[], None]:
    def run() -> None:
        async def main() -> None:
            await test(Pipe())

        asyncio.run(main())

    run.__name__ = test.__name__
    return run


@on_loop
async def test_without_faults_bytes_pass_at_once_and_nothing_follows_the_end(pipe):
    pipe.flow.send(b"one")
    pipe.flow.end()
    pipe.flow.send(b"late")
    pipe.flow.end(OSError())
    assert pipe.out == [b"one", ("end", None)]


@on_loop
async def test_what_is_held_waits_in_order_with_its_marks_and_its_end(pipe):
    pipe.hold()
    pipe.hold()
    pipe.flow.mark(lambda: pipe.out.append("mark"))
    pipe.flow.send(b"one")
    pipe.flow.end()
    pipe.release()
    assert pipe.out == []
    pipe.release()
    assert pipe.out == ["mark", b"one", ("end", None)]


@on_loop
async def test_nothing_overtakes_what_was_slow(pipe):
    pipe.delay = 0.05
    pipe.flow.send(b"slow")
    pipe.delay = 0.0
    pipe.flow.send(b"quick")
    assert pipe.out == []
    await asyncio.sleep(0.1)
    assert pipe.out == [b"slow", b"quick"]


@on_loop
async def test_a_flow_that_lost_something_is_dead_for_ever(pipe):
    pipe.state.lost += 1
    pipe.flow.mark(lambda: pipe.out.append("mark"))
    pipe.flow.send(b"lost")
    pipe.state.lost -= 1
    pipe.flow.send(b"after the hole")
    pipe.flow.end()
    assert pipe.out == []


@on_loop
async def test_a_hole_in_which_nothing_was_said_harms_nothing(pipe):
    pipe.state.lost += 1
    pipe.state.lost -= 1
    pipe.flow.send(b"whole")
    assert pipe.out == [b"whole"]


@on_loop
async def test_what_is_severed_while_it_waits_never_comes(pipe):
    pipe.delay = 0.02
    pipe.flow.send(b"on the way")
    pipe.flow.sever()
    await asyncio.sleep(0.05)
    assert pipe.out == []


def test_a_flow_needs_a_running_loop():
    with pytest.raises(RuntimeError):
        Pipe()
