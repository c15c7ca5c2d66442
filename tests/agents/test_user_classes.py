"""Users' classes, and the arguments that a scenario gives them."""

from __future__ import annotations

from simulator.agents.user_classes import load_class, split_arguments


class Seller:
    def __init__(self, price: int = 1) -> None:
        self.price = price


def test_a_class_is_found_by_its_import_path() -> None:
    assert load_class("fractions:Fraction.from_float").__name__ == "from_float"


def test_what_the_constructor_does_not_name_becomes_an_attribute() -> None:
    arguments: dict[str, object] = {"price": 3, "colour": "red"}
    assert split_arguments(Seller, arguments) == ({"price": 3}, {"colour": "red"})
