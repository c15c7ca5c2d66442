"""The cause of a failed start, wherever a library has put it."""

from __future__ import annotations

import json
import re

import pytest

from simulator.agents.failures import explain, in_brackets, place_of
from simulator.errors import AuthenticationRefused
from simulator.servers.real.connector import Unreachable


class Collected(Exception):
    """Failures of several attempts, as aioxmpp and slixmpp collect them."""

    def __init__(self, *exceptions: Exception) -> None:
        self.exceptions = exceptions


def test_the_cause_is_found_among_attempts() -> None:
    cause = Unreachable("there")
    assert explain(Collected(OSError("here"), Collected(cause))) is cause


def test_a_refused_password_is_told_by_its_type() -> None:
    assert isinstance(explain(Collected(KeyError("no")), (KeyError,)), AuthenticationRefused)


def test_other_errors_are_left_alone() -> None:
    assert explain(ZeroDivisionError()) is None


def test_the_place_is_the_last_line_of_a_users_code() -> None:
    with pytest.raises(ValueError, match="Expecting") as caught:
        json.loads("{")
    assert re.fullmatch(r" \(test_failures\.py:\d+\)", in_brackets(place_of(caught.value)))


def test_what_met_no_code_of_a_user_has_no_place() -> None:
    assert in_brackets(place_of(ValueError("never raised"))) == ""
