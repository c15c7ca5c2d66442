"""A stanza's text, divided into what stanzas have in common and what is in `from`, `to` and `id`.

What a population says and hears is mostly the same few stanzas over and over: presence without a
status, the result of a ping, a request. Whoever remembers what one of them meant, by its key, need
not read the next.

A head that could be read in two ways (other quotes, entities, unusual characters) is not divided.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Hashable
from typing import Generic, TypeAlias, TypeVar

Values: TypeAlias = tuple[str | None, str | None, str | None]
"""Those of `from`, `to` and `id`; None for an attribute that is not there."""

_LONG = 4_000
"""Bytes. A longer stanza is hardly met twice."""
_ITEM = '<item jid="'
"""What stands before the JID of a roster item."""
_MANY = 1_000
"""Keys that are remembered at once."""
_NAME = re.compile(r"(<presence|<iq)? ([a-z:]+)=")
_BOUNDARY = re.compile(rb"(?<=>)(?=<(?:presence|iq) )")

T = TypeVar("T")


class Remembered(Generic[T]):
    """What texts meant, by their keys. Forgets all of it when that is too much."""

    def __init__(self) -> None:
        self._meanings: dict[Hashable, T] = {}

    def get(self, key: Hashable) -> T | None:
        """What was remembered for `key`."""
        return self._meanings.get(key)

    def add(self, key: Hashable, meaning: T) -> None:
        """Remember one more."""
        if len(self._meanings) >= _MANY:
            self._meanings.clear()
        self._meanings[key] = meaning


def split(data: bytes) -> list[bytes]:
    """`data` before each presence and IQ; each piece may be one of them."""
    if b"><presence " in data or b"><iq " in data:
        return _BOUNDARY.split(data)
    return [data]


def divide(data: bytes) -> tuple[str, Values] | None:
    """The key of a presence or an IQ, which is its text with three values left out, and these.

    None when `data` is long or does not begin with a head that can be read in one way only.
    """
    if len(data) > _LONG:
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    end = text.find(">")
    head = text[:end]
    if head.rfind("<") or "'" in head or "&" in head or not head.isprintable():
        return None
    parts = head.split('"')
    layout = _layout(tuple(parts[::2]))
    if layout is None:
        return None
    values: list[str | None] = [None, None, None]
    for number, position in enumerate(layout):
        if position:
            values[number] = parts[position]
            parts[position] = ""
    return '"'.join(parts) + text[end:], (values[0], values[1], values[2])


def divide_jids(key: str) -> tuple[str, list[str]] | None:
    """A key without the JIDs inside the stanza, and these; None when one is unusual."""
    before, *others = key.split(_ITEM)
    jids, parts = [], [before]
    for other in others:
        jid, _, rest = other.partition('"')
        if "&" in jid or "<" in jid or not jid.isprintable():
            return None
        jids.append(jid)
        parts.append(rest)
    return _ITEM.join(parts), jids


def parts_of(key: str) -> tuple[list[str], tuple[int, int, int]]:
    """A key divided at its quotes, and where `from`, `to` and `id` go; 0 for none."""
    parts = key.split('"')
    head = key[: key.find(">")].split('"')
    layout = _layout(tuple(head[::2]))
    assert layout is not None
    return parts, layout


def is_one_element(key: str) -> bool:
    """Whether nothing follows the element that a key, or a text, begins with."""
    head, _, rest = key.partition(">")
    if head.endswith("/"):
        return not rest
    end = f"</{head[1:].partition(' ')[0]}>"
    return rest.endswith(end) and rest.count(end) == 1


@functools.lru_cache(1 << 10)
def _layout(names: tuple[str, ...]) -> tuple[int, int, int] | None:
    """Where `from`, `to` and `id` have their values in a head divided at its quotes; 0 for none.

    `names` is what stands around the values: ``<presence from=``, `` to=``, ``/``.
    """
    found = [_NAME.fullmatch(name) for name in names[:-1]]
    attributes = [match[2] for match in found if match is not None]
    elements = [match[1] for match in found if match is not None]
    if not attributes or len(attributes) < len(found) or names[-1] not in ("", "/"):
        return None
    if not elements[0] or any(elements[1:]):
        return None
    places = {name: 2 * number + 1 for number, name in enumerate(attributes)}
    return places.get("from", 0), places.get("to", 0), places.get("id", 0)
