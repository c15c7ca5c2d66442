"""The limit on open files."""

import resource

import pytest

from simulator.errors import BackendError
from simulator.servers.real import limits


@pytest.fixture
def limit(monkeypatch):
    """Stands for the process's limit; `limit["set"]` is what it was set to."""
    state = {"now": (256, 4096), "set": None}
    monkeypatch.setattr(resource, "getrlimit", lambda _which: state["now"])
    monkeypatch.setattr(
        resource, "setrlimit", lambda _which, value: state.__setitem__("set", value)
    )
    return state


def test_enough_is_left_alone(limit):
    limit["now"] = (2000, 4096)
    limits.allow_open_files(1000)
    assert limit["set"] is None


def test_too_few_are_raised_to_what_is_needed(limit):
    limits.allow_open_files(1000)
    assert limit["set"] == (limits.open_files_needed(1000), 4096)


def test_a_hard_limit_that_is_too_low_is_named_with_the_remedy(limit):
    with pytest.raises(
        BackendError, match=r"5000 connections need 5256 .* limit is 4096 .*ulimit -Hn"
    ):
        limits.allow_open_files(5000)
    assert limit["set"] is None


def test_no_limit_is_enough(limit):
    limit["now"] = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    limits.allow_open_files(1_000_000)
    assert limit["set"] is None
