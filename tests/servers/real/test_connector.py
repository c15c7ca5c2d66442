"""The names of servers, and of what fails on the way to them."""

from __future__ import annotations

import ssl

import pytest

from simulator.errors import ServerUnavailable
from simulator.servers.real.connector import Address, Unreachable, named_failures
from simulator.servers.real.trust import Untrusted


def expired() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError("expired")
    error.verify_message = "certificate has expired"
    return error


def test_an_address_of_ipv6_is_bracketed() -> None:
    assert str(Address("external", "::1", 5222)) == "external at [::1]:5222"


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (ConnectionResetError(104, "Connection reset by peer"), Unreachable),
        (TimeoutError(), Unreachable),
        (ssl.SSLError("nonsense"), Unreachable),
        (expired(), ServerUnavailable),
        (Untrusted("another one"), ServerUnavailable),
    ],
)
def test_failures_are_named(failure: Exception, expected: type[Exception]) -> None:
    with pytest.raises(expected, match=r"s at h:1"), named_failures(Address("s", "h", 1)):
        raise failure


def test_an_untrusted_server_is_not_tried_again() -> None:
    with pytest.raises(ServerUnavailable) as caught, named_failures(Address("s", "h", 1)):
        raise expired()
    assert not isinstance(caught.value, OSError)


def test_other_failures_pass_unchanged() -> None:
    with pytest.raises(ZeroDivisionError), named_failures(Address("s", "h", 1)):
        raise ZeroDivisionError
