from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from simulator.scenario.language.presence import Presence, presence_change, status_plan
from simulator.scenario.plan import PresenceChange, PresencePlan


def planned(**words: Any) -> PresencePlan:
    return Presence.model_validate(words).plan()


def test_default_is_plainly_available() -> None:
    assert planned() == PresencePlan(available=True, show="", status=(), priority=0)


@pytest.mark.parametrize(
    ("word", "show"),
    [("none", ""), ("chat", "chat"), ("away", "away"), ("xa", "xa"), ("dnd", "dnd")],
)
def test_shows(word: str, show: str) -> None:
    assert planned(show=word).show == show


def test_status() -> None:
    assert planned(status="Here").status == ((None, "Here"),)
    several = {"fr": "Là", "default": "Here", "es": "Aquí"}
    assert planned(status=several).status == ((None, "Here"), ("es", "Aquí"), ("fr", "Là"))
    assert status_plan(None) == ()


@pytest.mark.parametrize("tag", ["es", "en-GB", "zh-Hant-TW", "x-klingon", "default"])
def test_languages(tag: str) -> None:
    assert planned(status={tag: "x"}).status[0][1] == "x"


@pytest.mark.parametrize("tag", ["", "e_s", "-es", "toolonglanguage", "1a", "é"])
def test_not_languages(tag: str) -> None:
    with pytest.raises(ValidationError):
        planned(status={tag: "x"})


@pytest.mark.parametrize("priority", [-128, 0, 127])
def test_priorities(priority: int) -> None:
    assert planned(priority=priority).priority == priority


@pytest.mark.parametrize("priority", [-129, 128, 1.0, "1", True])
def test_not_priorities(priority: object) -> None:
    with pytest.raises(ValidationError):
        planned(priority=priority)


def test_a_change_keeps_what_it_does_not_name() -> None:
    assert presence_change("none", None, None) == PresenceChange(show="")
    assert presence_change(None, "x", 3) == PresenceChange(None, ((None, "x"),), 3)
