"""Stanzas that were heard before in all but `from`, `to` and `id`: copied instead of parsed.

What a population hears is mostly the same few stanzas over and over: presence without a status,
the result of a ping, a request. A stanza's text without the values of these three attributes is
its key. The first of a kind is parsed as ever, and what aioxmpp made of it is the template of
those that follow.

Only what is sure to parse alike becomes a template: presence and IQs made of plain values. A head
that could be read in two ways (other quotes, entities, unusual characters) is not looked at.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import Any

import aioxmpp
from aioxmpp.structs import LanguageMap, LanguageTag

_LONG = 1_000
"""Bytes. A longer stanza is hardly heard twice."""
_MANY = 1_000
"""Templates that are kept at once; all are forgotten when there are more."""

_NAME = re.compile(r"(?:<(?:presence|iq))? ([a-z:]+)=")
_HOLES = ("from", "to", "id")
_PLAIN = (str, int, enum.Enum, aioxmpp.JID, LanguageTag, type(None))

_Values = tuple[str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class _Template:
    """What a stanza of one key consists of: shared values, and those that each copies."""

    kind: Any
    shared: dict[Any, Any]
    copied: tuple[tuple[Any, LanguageMap], ...]


class Templates:
    """The stanzas that a run has heard, by what they have in common."""

    def __init__(self) -> None:
        self._layouts: dict[tuple[str, ...], tuple[int, ...] | None] = {}
        self._templates: dict[tuple[str, Any], _Template] = {}

    def divide(self, data: bytes) -> tuple[str, _Values] | None:
        """The key of a stanza's text, and the values of `from`, `to` and `id`.

        None when `data` is long, or does not begin with a head that can be read in one way only.
        """
        if len(data) > _LONG:
            return None
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return None
        end = text.find(">")
        head = text[:end]
        if "'" in head or "&" in head or not head.isprintable():
            return None
        parts = head.split('"')
        names = tuple(parts[::2])
        try:
            layout = self._layouts[names]
        except KeyError:
            layout = self._layouts[names] = _layout(names)
        if layout is None:
            return None
        values: list[str | None] = []
        for position in layout:
            if position < 0:
                values.append(None)
            else:
                values.append(parts[position])
                parts[position] = ""
        return '"'.join(parts) + text[end:], tuple(values)  # type: ignore[return-value]

    def recall(self, key: str, values: _Values, language: Any) -> Any:
        """A stanza as aioxmpp would parse it; None when no such one was learned or it is faulty."""
        template = self._templates.get((key, language))
        if template is None:
            return None
        stanza = template.kind.__new__(template.kind)
        contents = stanza._xso_contents
        contents.update(template.shared)
        for prop, value in template.copied:
            contents[prop] = LanguageMap(value)
        for prop, value in zip(_holes(template.kind), values, strict=True):
            if value is not None:
                try:
                    contents[prop] = prop.type_.parse(value)
                except ValueError:
                    return None
        return stanza

    def learn(self, key: str, values: _Values, language: Any, stanza: Any) -> None:
        """Keep what aioxmpp made of a text as a template, if all of it is plain values."""
        kind = type(stanza)
        if kind not in _PROPS or not _is_one_element(key):
            return
        shared, copied = dict(stanza._xso_contents), []
        for prop, value in zip(_holes(kind), values, strict=True):
            if (prop in shared) != (value is not None):
                return
            shared.pop(prop, None)
        for prop, value in list(shared.items()):
            if type(value) is LanguageMap:
                copied.append((prop, LanguageMap(shared.pop(prop))))
            elif not isinstance(value, _PLAIN):
                return
        if len(self._templates) >= _MANY:
            self._templates.clear()
        self._templates[key, language] = _Template(kind, shared, tuple(copied))


def _layout(names: tuple[str, ...]) -> tuple[int, ...] | None:
    """Where `from`, `to` and `id` have their values in a head divided at its quotes, or -1.

    `names` is what stands around the values: ``<presence from=``, `` to=``, ``/``.
    """
    found = [_NAME.fullmatch(name) for name in names[:-1]]
    if len(names) < 2 or names[-1] not in ("", "/"):
        return None
    attributes = [match[1] for match in found if match is not None]
    elements = [name.startswith("<") for name in names[:-1]]
    if len(attributes) < len(found) or elements != [True] + [False] * (len(found) - 1):
        return None
    return tuple(2 * attributes.index(name) + 1 if name in attributes else -1 for name in _HOLES)


def _is_one_element(key: str) -> bool:
    head, _, rest = key.partition(">")
    if head.endswith("/"):
        return not rest
    end = f"</{head[1:].partition(' ')[0]}>"
    return rest.endswith(end) and rest.count(end) == 1


_PROPS = {
    kind: tuple(kind.ATTR_MAP[None, name] for name in _HOLES)
    for kind in (aioxmpp.Presence, aioxmpp.IQ)
}


def _holes(kind: type) -> tuple[Any, ...]:
    return _PROPS[kind]
