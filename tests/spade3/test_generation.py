"""What aioxmpp and its libraries tell a loop's exception handler, besides raising it."""

from __future__ import annotations

from typing import Any

import aioopenssl
import pytest
from aioxmpp.stream import DestructionRequested

from simulator.agents.installed import installed
from simulator.spade3.generation import GENERATION


def test_it_is_the_installed_generation() -> None:
    assert installed() is GENERATION


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ({"transport": object.__new__(aioopenssl.STARTTLSTransport)}, True),
        ({"exception": DestructionRequested("closed")}, True),
        ({"handle": "<Handle STARTTLSTransport._handshake>"}, True),
        ({"exception": ZeroDivisionError()}, False),
        ({}, False),
    ],
)
def test_a_broken_connection_is_no_noise_but_other_errors_are_told(
    context: dict[str, Any], expected: bool
) -> None:
    assert GENERATION.is_reported_elsewhere({"message": "it broke", **context}) is expected
