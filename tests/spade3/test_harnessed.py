"""The class that is made from a user's."""

from __future__ import annotations

from typing import Any

from spade.agent import Agent

from simulator.spade3.harnessed import HarnessedAgent, harnessed, split_arguments


class Seller(Agent):
    def __init__(self, jid: str, password: str, price: int = 1) -> None:
        super().__init__(jid, password)
        self.price = price


def test_a_users_class_is_not_changed_and_its_copy_looks_like_it() -> None:
    bases, own = Seller.__bases__, dict(vars(Seller))
    made = harnessed(Seller)
    assert (Seller.__bases__, dict(vars(Seller))) == (bases, own)
    assert made.__mro__[1:3] == (HarnessedAgent, Seller)
    assert (made.__name__, made.__module__) == ("Seller", __name__)
    assert harnessed(Seller) is made


def test_what_the_constructor_does_not_name_becomes_an_attribute() -> None:
    arguments: dict[str, Any] = {"price": 3, "colour": "red"}
    assert split_arguments(Seller, arguments) == ({"price": 3}, {"colour": "red"})
