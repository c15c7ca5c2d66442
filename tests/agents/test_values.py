"""Users' objects as JSON: the same in each run, whatever they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spade.message import Message

from simulator.agents.values import MOST_ENTRIES, as_json


class Plain:
    pass


class Raising:
    def __repr__(self) -> str:
        raise RuntimeError("no")


class Level(IntEnum):
    HIGH = 3


@dataclass
class Bid:
    price: int


def kept(value: object) -> tuple[object, int | None]:
    return as_json(value, lambda text: text.replace("secret", "<password>"))


RING: list[Any] = []
RING.append(RING)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (0.5, 0.5),
        (Level.HIGH, 3),
        (2**80, str(2**80)),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        ("text", "text"),
        ("a secret", "a <password>"),
        ("\ud800", "?"),
        ([1, (2, "b")], [1, [2, "b"]]),
        ({"b", "a"}, ["a", "b"]),
        ({1: "one", None: 0}, {"1": "one", "None": 0}),
        (Message(to="a@b/c").to, "a@b/c"),
        (Bid(3), "Bid(price=3)"),
        (Raising(), "<Raising instance>"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_as_json(value: object, found: object) -> None:
    assert kept(value) == (found, None)


def test_a_description_has_no_address() -> None:
    found = str(kept(Plain())[0])
    assert found.endswith("Plain object>")


@pytest.mark.parametrize("value", [list(range(MOST_ENTRIES + 5)), {n: n for n in range(2000)}])
def test_what_is_large_is_described_and_counted(value: Any) -> None:
    found, length = kept(value)
    assert isinstance(found, str)
    assert length == len(value)


def test_what_holds_itself_is_described() -> None:
    found, length = kept(RING)
    assert isinstance(found, str)
    assert length == 1


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    )
)
def test_everything_can_be_written_and_read(value: object) -> None:
    found, _ = kept(value)
    assert msgspec.json.decode(msgspec.json.encode(found)) == found
