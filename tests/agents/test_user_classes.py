"""Users' classes, and what a scenario gives them."""

from __future__ import annotations

import pytest

from simulator.agents.user_classes import load_class, make_agent
from simulator.scenario.plan import AgentPlan


def test_a_class_is_found_by_its_import_path() -> None:
    assert load_class("fractions:Fraction.from_float").__name__ == "from_float"


class Stock:
    def __init__(self, jid: str, password: str, price: int = 1) -> None:
        self.told = (jid, password, price)


class OtherNames:
    def __init__(self, address: str, secret: str, /, *, price: int) -> None:
        self.told = (address, secret, price)


class OtherOrder:
    def __init__(self, price: int, password: str, jid: str) -> None:
        self.told = (jid, password, price)


class ByNameOnly:
    def __init__(self, *, jid: str, password: str, **more: int) -> None:
        self.told = (jid, password, more["price"])


class HandsOn(Stock):
    def __init__(self, *args: str, **more: int) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("own", [Stock, OtherNames, OtherOrder, ByNameOnly, HandsOn])
def test_a_constructor_gets_the_account_and_the_arguments_by_name(own: type) -> None:
    plan = AgentPlan("a", "a", 0, "", arguments=(("price", 3),), attributes=(("colour", "red"),))
    agent = make_agent(own, "a@localhost", "secret", plan)
    assert agent.told == ("a@localhost", "secret", 3)
    assert agent.colour == "red"
