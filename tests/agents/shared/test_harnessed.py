"""The class that is made from a user's, with whichever generation of SPADE is there."""

from __future__ import annotations

from importlib import import_module

from spade.agent import Agent

from simulator.agents.installed import installed
from simulator.agents.shared.harnessed import harnessed, own_class, put_in_front

HOME = type(installed()).__module__.rpartition(".")[0]
Front = import_module(f"{HOME}.driver").HarnessedAgent


class Seller(Agent):
    def __init__(self, jid: str, password: str, price: int = 1) -> None:
        super().__init__(jid, password)
        self.price = price


def test_a_users_class_is_not_changed_and_its_copy_looks_like_it() -> None:
    bases, own = Seller.__bases__, dict(vars(Seller))
    made = harnessed(Front, Seller)
    assert (Seller.__bases__, dict(vars(Seller))) == (bases, own)
    assert made.__bases__ == (Front, Seller)
    assert (made.__name__, made.__module__) == ("Seller", __name__)
    assert harnessed(Front, Seller) is made


def test_an_agent_that_is_there_gets_it_and_its_own_class_is_known() -> None:
    for kind in (Seller, Agent):
        agent = object.__new__(kind)
        put_in_front(Front, agent)
        put_in_front(Front, agent)
        assert isinstance(agent, Front)
        assert own_class(agent) is kind
        assert own_class(object.__new__(kind)) is kind
