"""When cyclic garbage is collected."""

from __future__ import annotations

import asyncio
import gc

import pytest

from simulator.garbage import (
    GarbageCollection,
    Leftovers,
    collect_failures,
    no_automatic_collection,
    set_aside,
)


@pytest.fixture
def collections(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The generations that were collected."""
    found: list[int] = []
    monkeypatch.setattr(gc, "collect", lambda generation=2: found.append(generation))
    return found


def collected_after(tasks: int, collections: list[int]) -> int:
    """How many times 100,000 callbacks a run with so many live tasks makes between collections."""
    counted, hundreds = GarbageCollection(lambda: range(tasks)), 0
    while len(collections) < 2:
        counted.count(100_000)
        hundreds += len(collections) == 1
    return hundreds


@pytest.mark.parametrize(("tasks", "hundreds"), [(1, 10), (1_000, 10), (4_000, 20)])
def test_a_crowd_is_collected_more_rarely(
    tasks: int, hundreds: int, collections: list[int]
) -> None:
    assert collected_after(tasks, collections) == hundreds


def test_older_objects_are_looked_at_now_and_then(collections: list[int]) -> None:
    counted = GarbageCollection(lambda: [])
    for _ in range(30):
        counted.count(1_000_000)
    assert collections[:5] == [0, 0, 0, 0, 1]
    assert collections.count(2) == 1
    assert len(collections) == 30


@pytest.mark.parametrize("fate", ["succeeds", "fails, and somebody asks", "fails"])
def test_only_a_failure_that_nobody_asked_for_is_worth_a_collection(
    fate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    collected: list[bool] = []
    monkeypatch.setattr(gc, "collect", lambda: collected.append(True))
    loop = asyncio.new_event_loop()
    with set_aside():  # what failed in other tests
        future = loop.create_future()
        if fate == "succeeds":
            future.set_result(None)
        else:
            future.set_exception(ValueError())
        if fate == "fails, and somebody asks":
            future.exception()
        collect_failures()
    loop.close()
    assert collected == ([True] if fate == "fails" else [])
    if fate == "fails":
        future.exception()


def test_what_was_there_is_looked_at_again_afterwards() -> None:
    before = gc.get_freeze_count()
    with set_aside():
        assert gc.get_freeze_count() > before + 10_000
        with no_automatic_collection():
            assert not gc.isenabled()
            assert gc.get_freeze_count() > before + 10_000
        assert gc.isenabled()
        assert gc.get_freeze_count() > before + 10_000
    assert gc.get_freeze_count() <= before


def test_a_setting_lasts_until_nobody_needs_it_any_more() -> None:
    """As when a run is measured in one thread while a run of another begins and goes on."""
    measuring, running = no_automatic_collection(), no_automatic_collection()
    before = gc.get_freeze_count()
    measuring.__enter__()
    running.__enter__()
    measuring.__exit__(None, None, None)
    assert not gc.isenabled()
    assert gc.get_freeze_count() > before
    running.__exit__(None, None, None)
    assert gc.isenabled()
    assert gc.get_freeze_count() <= before


def test_everything_is_collected_when_runs_have_left_much(collections: list[int]) -> None:
    leftovers = Leftovers()
    for _ in range(5):
        leftovers.add(5_000)
    assert len(collections) == 1
