"""Presence as a scenario writes it (RFC 6121, section 4.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    model_validator,
)

from simulator.rfc6121 import words
from simulator.scenario.language.words import Flag, Text, Whole, Words, nearest, quoted, wrong
from simulator.scenario.plan import PresenceChange, PresencePlan

SHOWS: dict[str, words.Show] = {show or "none": show for show in get_args(words.Show)}
"""The show words of a scenario, with what goes over the wire (RFC 6121, section 4.7.2.1)."""

DEFAULT_LANGUAGE = "default"


def _check_show(value: object) -> str:
    if not isinstance(value, str) or value not in SHOWS:
        raise wrong(f"unknown show {quoted(value)}", nearest(str(value), SHOWS))
    return value


def _check_priority(value: int) -> int:
    if not -128 <= value <= 127:
        raise wrong(f"priority {value} is out of range", "-128 to 127")
    return value


def _check_language(value: str) -> str:
    parts = value.split("-")
    fits = all(part.isascii() and part.isalnum() and len(part) <= 8 for part in parts)
    if value != DEFAULT_LANGUAGE and not (fits and parts[0].isalpha()):
        raise wrong(f"{quoted(value)} is not a language", "`default`, or a tag such as `es`")
    return value


Show = Annotated[str, BeforeValidator(_check_show), WithJsonSchema({"enum": list(SHOWS)})]
Priority = Annotated[
    Whole,
    AfterValidator(_check_priority),
    WithJsonSchema({"type": "integer", "minimum": -128, "maximum": 127}),
]
Language = Annotated[Text, AfterValidator(_check_language)]
Status = Annotated[
    Annotated[Text, Tag("<text>")]
    | Annotated[dict[Language, Text], Field(min_length=1), Tag("<languages>")],
    Discriminator(lambda value: "<languages>" if isinstance(value, dict) else "<text>"),
]
"""One text, or texts by language with `default` for the one without a language."""

StatusPlan = tuple[tuple[str | None, str], ...]


def status_plan(status: str | Mapping[str, str] | None) -> StatusPlan:
    """A status as the plan has it: sorted by language, None for the default one and first."""
    if status is None:
        return ()
    texts = {DEFAULT_LANGUAGE: status} if isinstance(status, str) else status
    pairs = [(None if tag == DEFAULT_LANGUAGE else tag, text) for tag, text in texts.items()]
    return tuple(sorted(pairs, key=lambda pair: pair[0] or ""))


class Presence(Words):
    """The first presence of an agent."""

    available: Flag = Field(True, description="Whether the agent says that it is available.")
    show: Show = Field("none", description="none, chat, away, xa or dnd.")
    status: Status | None = Field(
        None, description="A text, or texts by language: {default: Working..., es: Trabajando...}."
    )
    priority: Priority = Field(0, description="The priority of the resource, from -128 to 127.")

    @model_validator(mode="before")
    @classmethod
    def _not_a_manager(cls, value: object) -> object:
        if value in ("spade", "documented"):
            raise wrong(
                f"{value!r} is a presence manager, not a presence",
                f"`presence_manager: {value}` beside it",
            )
        return value

    @model_validator(mode="after")
    def _unavailable_shows_nothing(self) -> Presence:
        if not self.available and self.show != "none":
            raise wrong(
                f"`available: false` with `show: {self.show}`",
                "no show: an unavailable agent has none",
                key="show",
            )
        return self

    def plan(self) -> PresencePlan:
        """The presence as the plan has it."""
        return PresencePlan(
            available=self.available,
            show=SHOWS[self.show],
            status=status_plan(self.status),
            priority=self.priority,
        )


def presence_change(
    show: str | None, status: str | Mapping[str, str] | None, priority: int | None
) -> PresenceChange:
    """A change of presence as the plan has it; a part that is None keeps its value."""
    return PresenceChange(
        show=None if show is None else SHOWS[show],
        status=None if status is None else status_plan(status),
        priority=priority,
    )
