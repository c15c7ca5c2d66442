"""Handlers under either presence manager: what they raise is told, and their calls are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from simulator.spade3.managers import DocumentedManager, SpadeManager
from tests.spade3.conftest import Rig

FRIEND = "friend@localhost"
DESK = f"{FRIEND}/desk"


class Host:
    """The run's side of an agent: it keeps what it is told."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.failures: list[tuple[str, BaseException]] = []

    def handler_called(self, handler: str) -> None:
        self.calls[handler] += 1

    def report(self, where: str, error: BaseException) -> None:
        self.failures.append((where, error))


Make = Callable[[Any, Any], Any]
MANAGERS: dict[str, Make] = {
    "spade": SpadeManager,
    "documented": lambda agent, host: DocumentedManager(agent, host, "none"),
}


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture(params=list(MANAGERS))
def rig(request: pytest.FixtureRequest, make_rig: Callable[..., Rig], host: Host) -> Rig:
    """A logged-in rig with either manager, as a run makes it."""
    rig = made(make_rig, MANAGERS[request.param], host)
    rig.login()
    return rig


def made(make_rig: Callable[..., Rig], make: Make, host: Host) -> Rig:
    rig = make_rig(lambda agent: make(agent, host))
    rig.presence.report = host.report
    return rig


def everything_happens(rig: Rig) -> None:
    """Each handler's event, once."""
    for kind in ("subscribe", "subscribed", "unsubscribe", "unsubscribed"):
        rig.arrive(FRIEND, kind)
    rig.arrive(DESK)
    rig.arrive(DESK, "unavailable")


HANDLERS = ["on_subscribe", "on_subscribed", "on_unsubscribe", "on_unsubscribed"]
HANDLERS += ["on_available", "on_unavailable"]


@pytest.mark.parametrize("handler", HANDLERS)
def test_an_exception_in_a_handler_is_told(rig: Rig, host: Host, handler: str) -> None:
    def broken(*_arguments: Any) -> None:
        raise RuntimeError(f"a bug in {handler}")

    setattr(rig.presence, handler, broken)
    everything_happens(rig)
    assert {(where, str(error)) for where, error in host.failures} == {
        (handler, f"a bug in {handler}")
    }
    assert host.failures[0][1].__traceback__ is not None


def test_calls_of_the_agents_own_handlers_are_counted(rig: Rig, host: Host) -> None:
    rig.presence.on_subscribe = rig.presence.on_subscribed = lambda _jid: None
    for _ in range(3):
        rig.arrive(FRIEND, "subscribe")
    everything_happens(rig)
    assert host.calls == {"on_subscribe": 4, "on_subscribed": 1}


def test_spade_calls_no_handler_of_requests_under_approve_all(
    make_rig: Callable[..., Rig], host: Host
) -> None:
    rig = made(make_rig, SpadeManager, host)
    rig.login()
    rig.presence.on_subscribe = rig.presence.on_unsubscribe = lambda _jid: None
    rig.presence.approve_all = True
    everything_happens(rig)
    assert host.calls == {}


def test_spade_goes_on_as_it_does_without_us(make_rig: Callable[..., Rig], host: Host) -> None:
    """A handler that raised is never called again; a true value changes nothing."""
    rig = made(make_rig, SpadeManager, host)
    rig.login()
    calls: list[str] = []

    def broken(jid: str) -> None:
        calls.append(jid)
        raise RuntimeError("a bug")

    def content(jid: str) -> bool:
        calls.append(jid)
        return True

    rig.presence.on_subscribe = broken
    rig.presence.on_unsubscribe = content
    for kind in ("subscribe", "subscribe", "unsubscribe", "unsubscribe"):
        rig.arrive(FRIEND, kind)
    assert len(calls) == 1 + 2
    assert host.calls == {"on_subscribe": 1, "on_unsubscribe": 2}


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
def test_a_coroutine_function_that_spade_never_awaits_is_told(
    make_rig: Callable[..., Rig], host: Host
) -> None:
    rig = made(make_rig, SpadeManager, host)
    rig.login()

    async def handle(_jid: str) -> None:
        raise AssertionError("it does not run")

    rig.presence.on_subscribe = handle
    rig.arrive(FRIEND, "subscribe")
    ((where, error),) = host.failures
    assert where == "on_subscribe"
    assert "handle (test_managers.py:" in str(error)
    assert "does not run (expected a plain function)" in str(error)
