"""The basis of the scenario language's models: strict types, and errors that explain.

A scenario is written by hand, so values are never bent to fit: ``count: "3"`` is an error.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Union, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Tag,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticCustomError

NEAR = 0.6
"""How alike two words are, by `difflib`, so that one may be a slip of the other."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PERCENT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*%\s*")


class Words(BaseModel):
    """Base of the language's models: frozen, and every unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=False)


def wrong(problem: str, expected: str = "", key: str = "") -> PydanticCustomError:
    """An error of a validator; `key` names the field it is about when it looks at several."""
    return PydanticCustomError(
        "wrong", "{problem}", {"problem": problem, "expected": expected, "key": key}
    )


def nearest(name: str, known: Iterable[str]) -> str:
    """What to tell somebody who wrote an unknown name: the nearest known ones, or some of all.

    At most three near names; without any, at most twelve names in the order given.
    """
    names = list(dict.fromkeys(known))
    close = near(name, names)
    if close:
        return " or ".join(f"`{word}`" for word in close)
    text = ", ".join(f"`{word}`" for word in names[:12])
    return text + (", ..." if len(names) > 12 else "") if names else "nothing of this kind"


def near(name: str, known: Iterable[str], cutoff: float = NEAR) -> list[str]:
    """The known names, at most three, of which an unknown one may be a slip; the nearest first."""
    return get_close_matches(name.lower(), list(known), n=3, cutoff=cutoff)


def quoted(value: object) -> str:
    """A value as it is shown in an error message, cut to one short line."""
    text = value if isinstance(value, str) else _yaml_word(value)
    text = repr(text) if isinstance(value, str) else text
    return text if len(text) <= 60 else text[:57] + "..."


def _yaml_word(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class ByKeys:
    """Marks a union of which each form is known by the keys that it uses.

    A mapping goes to the model with the nearest keys, so that a slip of the pen is reported by
    the form that was meant. A list goes to the tuple, and anything else to the member that is
    neither, or else to the first: its validator then says what is wrong.

    Tags look like ``<Model>``, so that no key of a document can be mistaken for one.
    """

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        members = {_tag_of(member): member for member in get_args(source)}
        tag_of = _tagger({tag: _keys_of(member) for tag, member in members.items()})
        tagged = [Annotated[member, Tag(tag)] for tag, member in members.items()]
        return handler.generate_schema(
            Annotated[Union[tuple(tagged)], Discriminator(tag_of)]  # noqa: UP007
        )


def _tag_of(member: object) -> str:
    if get_origin(member) is Annotated:
        member = get_args(member)[0]
    if isinstance(member, type) and issubclass(member, Words):
        return f"<{member.__name__}>"
    return _SEVERAL if get_origin(member) is tuple else _OTHER


_SEVERAL, _OTHER = "<several>", "<other>"


def _keys_of(member: object) -> tuple[str, ...]:
    if isinstance(member, type) and issubclass(member, Words):
        return tuple(field.alias or name for name, field in member.model_fields.items())
    return ()


def _tagger(forms: Mapping[str, tuple[str, ...]]) -> Callable[[object], str]:
    known = {tag: keys for tag, keys in forms.items() if keys}
    other = _OTHER if _OTHER in forms else next(iter(forms))

    def tag_of(value: object) -> str:
        if isinstance(value, Words):
            return f"<{type(value).__name__}>"
        if isinstance(value, list | tuple):
            return _SEVERAL if _SEVERAL in forms else other
        if not isinstance(value, Mapping) or not known:
            return other
        return max(known, key=lambda tag: _likeness(value, known[tag]))

    return tag_of


def _likeness(value: Mapping[object, object], keys: tuple[str, ...]) -> float:
    exact = sum(key in value for key in keys)
    near = sum(bool(get_close_matches(str(key), keys, n=1, cutoff=0.7)) for key in value)
    return exact * 2.0 + near + (0.5 if keys[0] in value else 0.0)


@dataclass(frozen=True, eq=False)
class OrElse:
    """Marks a type that has a shorter form too; for the JSON Schema only."""

    form: dict[str, object]

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, object]:
        return {"anyOf": [self.form, handler(core)]}


@dataclass(frozen=True)
class OrOneItem:
    """Marks a list that may be written as its only item; for the JSON Schema only."""

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, object]:
        many = handler(core)
        return {"anyOf": [many["items"], many]}


def _check_text(value: object) -> str:
    if not isinstance(value, str):
        raise wrong(f"{quoted(value)} is not a text", "a text; put it in quotes")
    found = _NOT_XML.search(value)
    if found:
        raise wrong(f"character U+{ord(found.group()):04X} cannot be sent in XML", "plain text")
    return value


def _check_whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong(f"{quoted(value)} is not a whole number", "a whole number")
    return value


def _check_flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise wrong(f"{quoted(value)} is neither true nor false", "`true` or `false`")
    return value


def parse_number(value: object) -> float:
    """A whole or decimal number as it stands. Raises the pydantic error that says so."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(f"{quoted(value)} is not a number", "a number")
    return float(value)


def parse_share(value: object) -> float:
    """A share as a number from 0 to 1, or a percentage such as ``95%``, as a number."""
    share = math.nan
    if isinstance(value, str) and (found := _PERCENT.fullmatch(value)):
        share = float(found[1]) / 100
    elif isinstance(value, int | float) and not isinstance(value, bool):
        share = float(value)
    if not 0 <= share <= 1:
        raise wrong(f"{quoted(value)} is not a share", "a number from 0 to 1, or such as `95%`")
    return share


def _at_least(least: int) -> Callable[[int], int]:
    def check(value: int) -> int:
        if value < least:
            raise wrong(f"{value} is too small", f"{least} or more")
        return value

    return check


Text = Annotated[str, BeforeValidator(_check_text), WithJsonSchema({"type": "string"})]
Flag = Annotated[bool, BeforeValidator(_check_flag), WithJsonSchema({"type": "boolean"})]
Whole = Annotated[int, BeforeValidator(_check_whole), WithJsonSchema({"type": "integer"})]
Number = Annotated[float, BeforeValidator(parse_number), WithJsonSchema({"type": "number"})]
Natural = Annotated[
    int,
    AfterValidator(_at_least(0)),
    BeforeValidator(_check_whole),
    WithJsonSchema({"type": "integer", "minimum": 0}),
]
Positive = Annotated[
    int,
    AfterValidator(_at_least(1)),
    BeforeValidator(_check_whole),
    WithJsonSchema({"type": "integer", "minimum": 1}),
]
Share = Annotated[
    float,
    BeforeValidator(parse_share),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": 1},
                {"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*%\s*$"},
            ],
            "description": "A share: a number from 0 to 1, or a percentage such as 95%.",
        }
    ),
]
Arguments = Annotated[
    dict[Text, object],
    Field(description="Arguments by name; their values are passed on as they are."),
]
