"""The cause of a failed start, wherever a library has put it."""

from __future__ import annotations

from simulator.agents.failures import explain
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
