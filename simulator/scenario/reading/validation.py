"""Pydantic's errors as faults that a scenario's author understands, each with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import lru_cache
from typing import TypeVar

from pydantic import ValidationError
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import ErrorDetails

from simulator.errors import Fault
from simulator.scenario.language.words import NEAR, Words, nearest, quoted
from simulator.scenario.source import Source, part_of

_Named = tuple[str, JsonSchemaValue]
_MISSING = object()
_Document = TypeVar("_Document", bound=Words)


def validate(source: Source, model: type[_Document]) -> tuple[_Document | None, list[Fault]]:
    """The document of `source` as its model, or every fault that the model's schema finds."""
    try:
        return model.model_validate(source.data), []
    except ValidationError as error:
        return None, _faults(error.errors(include_url=False), source, model)


def _faults(errors: list[ErrorDetails], source: Source, model: type[Words]) -> list[Fault]:
    real = [error for error in errors if not _follows_from_others(error, errors)]
    return list(dict.fromkeys(_fault(error, source, model) for error in real))


def _follows_from_others(error: ErrorDetails, errors: Iterable[ErrorDetails]) -> bool:
    follows = _FOLLOWS.get(error["type"])
    return follows is not None and any(follows(error["loc"], other) for other in errors)


def _has_wrong_items(location: tuple[str | int, ...], other: ErrorDetails) -> bool:
    # A list whose items are wrong is called too short as well.
    size = len(location)
    return len(other["loc"]) > size and other["loc"][:size] == location


def _is_misspelt(location: tuple[str | int, ...], other: ErrorDetails) -> bool:
    # A key that is missing because it was written wrongly is one fault.
    beside = other["type"] == "extra_forbidden" and other["loc"][:-1] == location[:-1]
    return beside and bool(
        get_close_matches(str(other["loc"][-1]), [str(location[-1])], cutoff=NEAR)
    )


_FOLLOWS: dict[str, Callable[[tuple[str | int, ...], ErrorDetails], bool]] = {
    "too_short": _has_wrong_items,
    "missing": _is_misspelt,
}


def _fault(error: ErrorDetails, source: Source, model: type[Words]) -> Fault:
    trail = _Trail(source.data, model)
    for step in error["loc"]:
        trail.follow(step)
    problem, expected, at_key = _EXPLAIN.get(error["type"], _explain_other)(error, trail)
    return source.fault(tuple(trail.path), problem, expected, key=at_key or trail.at_key)


class _Trail:
    """Follows an error's location through the document and through the JSON Schema."""

    def __init__(self, data: object, model: type[Words]) -> None:
        self.path: list[str | int] = []
        self.at_key = False
        self._definitions: dict[str, JsonSchemaValue] = _schema(model).get("$defs", {})
        self.forms: list[_Named] = self._expanded(model.__name__, _schema(model))
        self._data = data

    def follow(self, step: str | int) -> None:
        """Go one step down; a step that only the schema knows leaves the path as it is."""
        if isinstance(step, str) and step.startswith("<"):
            self.forms = [form for form in self.forms if form[0] == step[1:-1]] or self.forms
            return
        if step == "[key]":
            self.at_key = True
            return
        inner = part_of(self._data, step, _MISSING)
        if inner is not _MISSING:
            self.path.append(step)
            self._data = inner
        inner_forms = [form for _, schema in self.forms for form in self._inside(schema, step)]
        self.forms = inner_forms or self.forms

    def _expanded(self, name: str, schema: JsonSchemaValue) -> list[_Named]:
        if "$ref" in schema:
            target = schema["$ref"].rpartition("/")[2]
            return self._expanded(target, self._definitions[target])
        several = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
        return [form for one in several for form in self._expanded("", one)] or [(name, schema)]

    def _inside(self, schema: JsonSchemaValue, step: str | int) -> list[_Named]:
        if isinstance(step, int):
            inner = schema.get("items")
        else:
            inner = schema.get("properties", {}).get(step, schema.get("additionalProperties"))
        return self._expanded("", inner) if isinstance(inner, dict) else []

    @property
    def keys(self) -> list[str]:
        """The keys that are known where the trail stands."""
        return [key for _, schema in self.forms for key in schema.get("properties", {})]


@lru_cache(maxsize=4)
def _schema(model: type[Words]) -> JsonSchemaValue:
    return model.model_json_schema(by_alias=True, mode="validation")


# --- what each kind of error is called ---

_Explained = tuple[str, str, bool]
"""The problem, what was expected, and whether the key is what is wrong."""


def _explain_wrong(error: ErrorDetails, trail: _Trail) -> _Explained:
    context = error["ctx"]
    if context["key"]:
        trail.follow(context["key"])
    return context["problem"], context["expected"], False


def _explain_unknown_key(error: ErrorDetails, trail: _Trail) -> _Explained:
    key = str(error["loc"][-1])
    return f"unknown key {quoted(key)}", nearest(key, trail.keys), True


def _explain_missing(error: ErrorDetails, trail: _Trail) -> _Explained:
    key = str(error["loc"][-1])
    about = next((schema.get("description", "") for _, schema in trail.forms), "")
    return f"`{key}` is missing", f"{key}: {about}".rstrip(". ") if about else key, False


def _explain_literal(error: ErrorDetails, trail: _Trail) -> _Explained:
    words = [word.strip().strip("'") for word in _literals(error["ctx"]["expected"])]
    given = error["input"]
    return f"{quoted(given)} is not one of the known words", nearest(str(given), words), False


def _literals(expected: str) -> list[str]:
    return expected.replace(" or ", ",").split(",")


def _explain_mapping(error: ErrorDetails, trail: _Trail) -> _Explained:
    keys = [f"`{key}`" for key in dict.fromkeys(trail.keys)]
    expected = f"a mapping with {', '.join(keys)}" if keys else "a mapping"
    return f"{quoted(error['input'])} is not a mapping", expected, False


def _explain_list(error: ErrorDetails, trail: _Trail) -> _Explained:
    return f"{quoted(error['input'])} is not a list", "a list", False


def _explain_short(error: ErrorDetails, trail: _Trail) -> _Explained:
    least = error["ctx"]["min_length"]
    have = error["ctx"]["actual_length"]
    return ("is empty" if not have else f"has only {have}"), f"at least {least}", False


def _explain_short_text(error: ErrorDetails, trail: _Trail) -> _Explained:
    return "the text is empty", "some text", False


def _explain_other(error: ErrorDetails, trail: _Trail) -> _Explained:
    said = error["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return f"{quoted(error['input'])} does not fit", said, False


_EXPLAIN: dict[str, Callable[[ErrorDetails, _Trail], _Explained]] = {
    "wrong": _explain_wrong,
    "extra_forbidden": _explain_unknown_key,
    "missing": _explain_missing,
    "literal_error": _explain_literal,
    "model_type": _explain_mapping,
    "model_attributes_type": _explain_mapping,
    "dict_type": _explain_mapping,
    "tuple_type": _explain_list,
    "list_type": _explain_list,
    "too_short": _explain_short,
    "string_too_short": _explain_short_text,
}
