from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from simulator.scenario.language.selectors import AgentIndex, Selector, UnknownAgentError

INDEX = AgentIndex.from_pairs(
    [(f"member-{number}", "member") for number in range(6)] + [("hub", "hub"), ("x1", "other")]
)
READER: TypeAdapter[Any] = TypeAdapter(Selector)


def selected(written: object, seed: int = 1, **more: Any) -> tuple[str, ...]:
    return INDEX.select(READER.validate_python(written), Random(seed), **more)


def members(*numbers: int) -> tuple[str, ...]:
    return tuple(f"member-{number}" for number in numbers)


@pytest.mark.parametrize(
    ("written", "agents"),
    [
        ("member", members(0, 1, 2, 3, 4, 5)),
        ("member-3", members(3)),
        ("member[0]", members(0)),
        ("member[-1]", members(5)),
        ("member[2:4]", members(2, 3)),
        ("member[4:]", members(4, 5)),
        ("member[:2]", members(0, 1)),
        ("member[:]", members(0, 1, 2, 3, 4, 5)),
        ("hub", ("hub",)),
        ("other", ("x1",)),
        ("all", (*members(0, 1, 2, 3, 4, 5), "hub", "x1")),
        (["hub", "member[0]", "member-0"], ("hub", *members(0))),
        ({"except": "member[0:5]", "of": "member"}, members(5)),
        ({"except": ["hub", "x1"], "of": "all"}, members(0, 1, 2, 3, 4, 5)),
        ({"share": "100%", "of": "member"}, members(0, 1, 2, 3, 4, 5)),
    ],
)
def test_selectors(written: object, agents: tuple[str, ...]) -> None:
    assert selected(written) == agents


@pytest.mark.parametrize(
    "written",
    [
        "membr",
        "member[6]",
        "member[-7]",
        "member[6:]",
        "member[x]",
        "member[]",
        "member[1:2:3]",
        "hub[1]",
        "nobody[0]",
        "member-6",
        {"sample": 7, "of": "member"},
        ["hub", "hbu"],
    ],
)
def test_unknown(written: object) -> None:
    with pytest.raises(UnknownAgentError):
        selected(written)


def test_samples() -> None:
    drawn = selected({"sample": 3, "of": "member"})
    assert len(set(drawn)) == 3
    assert list(drawn) == sorted(drawn)
    assert drawn == selected({"sample": 3, "of": "member"})
    assert len({selected({"sample": 3, "of": "member"}, seed) for seed in range(30)}) > 5


def test_share_is_rounded() -> None:
    assert len(selected({"share": 0.5, "of": "member"})) == 3
    assert selected({"share": "1%", "of": "member"}) == ()


def test_samples_leave_somebody_out() -> None:
    for seed in range(20):
        drawn = selected({"sample": 5, "of": "member"}, seed, without="member-2")
        assert drawn == members(0, 1, 3, 4, 5)


def test_stopped() -> None:
    assert selected("stopped") == ()
    assert selected("stopped", stopped=members(1, 4)) == members(1, 4)
    assert selected({"sample": 1, "of": "stopped"}, stopped=members(4)) == members(4)


@settings(deadline=None)
@given(st.text(max_size=12))
def test_any_text_names_somebody_or_nobody(text: str) -> None:
    found: object = ()
    try:
        found = INDEX.named(text)
    except UnknownAgentError as error:
        found = error.problem and error.expected
    assert found
