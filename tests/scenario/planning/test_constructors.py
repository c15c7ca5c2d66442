"""What agent classes take, and which arguments and attributes are slips."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.scenario.planning.constructors import (
    accepted_arguments,
    attribute_faults,
    constructor_faults,
)


class Agent:
    def __init__(self, jid: str, password: str, verify_security: bool = False) -> None:
        self.jid = jid

    @property
    def name(self) -> str:
        return self.jid


class Operation(Agent):
    def __init__(self, jid: str, password: str, cost: int = 1, capacity: int = 1) -> None:
        super().__init__(jid, password)
        self.total = cost * capacity


class Packing(Operation):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class Star(Operation):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.artifact = kwargs.pop("artifact", None)
        if "colour" in kwargs:
            self.colour = kwargs["colour"]
        Agent.__init__(self, *args, **kwargs)


class Mixin:
    def __init__(self, *args: Any, shelf: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class Mixed(Mixin, Operation):
    """No constructor of its own; its first base hands on to the second."""


class Keeps(Agent):
    def __init__(self, jid: str, password: str, **options: Any) -> None:
        super().__init__(jid, password)
        self.options = options


class Ignores(Agent):
    def __init__(self, *, jid: str, password: str, **options: Any) -> None:
        super().__init__(jid, password)


class Passes(Agent):
    def __init__(self, jid: str, password: str, **options: Any) -> None:
        super().__init__(jid, password)
        print(**options)


class Needs(Agent):
    def __init__(self, jid: str, password: str, artifact: str) -> None:
        super().__init__(jid, password)
        self.artifact = artifact

    def work(self) -> None:
        """Reads what is set from outside."""
        print(self.speed)  # type: ignore[attr-defined]


BASE = {"jid", "password", "verify_security"}
OPERATION = {"jid", "password", "cost", "capacity"}


@pytest.mark.parametrize(
    ("found", "names"),
    [
        (Agent, BASE),
        (Operation, OPERATION),
        (Packing, OPERATION),
        (Star, BASE | {"artifact", "colour"}),
        (Mixed, OPERATION | {"shelf"}),
        (Keeps, None),
        (Ignores, None),
        (Passes, None),
    ],
)
def test_names_are_followed_to_where_they_are_handed_on(
    found: type, names: set[str] | None
) -> None:
    assert accepted_arguments(found) == names


SLIP = "speed".replace("ee", "e")
"""Not written as one word, because what the module mentions counts as known."""


def told(faults: Any) -> list[tuple[str, str, str]]:
    return [(fault.key, fault.problem, fault.expected.partition(";")[0]) for fault in faults]


@pytest.mark.parametrize(
    ("found", "arguments", "faults"),
    [
        (Packing, {"cost": 5, "capacity": 2}, []),
        (Packing, {"cots": 5}, [("cots", "Packing takes no argument `cots`", "`cost`")]),
        (Agent, {"how": 1}, [("how", "Agent takes no argument `how`", "no arguments")]),
        (Needs, {}, [("", "Needs needs `artifact`", "arguments: {artifact: ...}")]),
        (Needs, {"artifact": 1, "jid": 2}, [("jid", "`jid` is set by the run", "")]),
        (Keeps, {"anything": 1}, []),
    ],
)
def test_arguments_that_are_slips(found: type, arguments: Any, faults: list[Any]) -> None:
    assert told(constructor_faults(found, arguments)) == faults


@pytest.mark.parametrize(
    ("attributes", "faults"),
    [
        ({"speed": 1, "unheard_of_and_unlike_all": 2}, []),
        ({SLIP: 1}, [(SLIP, f"Needs has no `{SLIP}`", "`speed`")]),
        ({"name": "x"}, [("name", "`name` of Needs cannot be set", "another name")]),
        ({"work": 1}, [("work", "`work` of Needs is a method", "another name")]),
        ({"password": 1}, [("password", "`password` is set by the run", "")]),
    ],
)
def test_attributes_that_are_slips(attributes: Any, faults: list[Any]) -> None:
    assert told(attribute_faults([Needs], attributes)) == faults
