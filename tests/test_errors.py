"""Errors travel between processes with everything that they say."""

from __future__ import annotations

import pickle

import pytest

from simulator import errors
from simulator.errors import (
    Deadlock,
    Fault,
    Livelock,
    RunFailed,
    RunFolderError,
    ScenarioError,
    SimulatorError,
    StanzaRefused,
    UndefinedTransition,
)

ERRORS = [
    ScenarioError([Fault("b.yaml", 2, 1, "seed", "is no number"), Fault("a.yaml", 1, 1, "", "x")]),
    RunFolderError("runs/one", "exists already"),
    RunFailed("the server is gone"),
    Deadlock("nothing is ready"),
    Livelock("virtual time stands still"),
    UndefinedTransition("none", "inbound subscribed"),
    StanzaRefused("item-not-found", "cancel", "nobody"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_can_be_pickled(error: BaseException) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_every_error_with_a_call_of_its_own_is_tried() -> None:
    own = {
        found
        for found in vars(errors).values()
        if isinstance(found, type)
        and issubclass(found, SimulatorError)
        and "__init__" in vars(found)
    }
    assert own <= {type(error) for error in ERRORS}
