"""aioxmpp's stanzas as templates: made anew with other addresses and another id.

Only a stanza of plain values, texts, roster items and a bound resource is one: its copy is what
aioxmpp would make of the same text.
"""

from __future__ import annotations

import copy
import enum
import functools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import aioxmpp
from aioxmpp import rfc6120
from aioxmpp.roster import xso as roster
from aioxmpp.structs import LanguageMap, LanguageTag
from aioxmpp.xso import XSO
from aioxmpp.xso.model import XSOList

from simulator.servers.embedded.stanza_cache import Values

HOLES = {
    kind: tuple(kind.ATTR_MAP[None, name] for name in ("from", "to", "id"))
    for kind in (aioxmpp.Presence, aioxmpp.IQ)
}
"""The descriptors of the three attributes that differ, by the kind of stanza."""
PLAIN = (str, int, enum.Enum, aioxmpp.JID, LanguageTag, type(None))
"""Types of values that cannot change."""

_JIDS: dict[Any, Any] = {
    roster.Item: roster.Item.jid.xq_descriptor,
    rfc6120.Bind: rfc6120.Bind.jid.xq_descriptor,
}
"""The descriptors of the JIDs that differ inside a stanza, by the kind of element."""
_jid = functools.lru_cache(1 << 14)(_JIDS[roster.Item].type_.parse)
_INSIDE = (roster.Query, roster.Item, roster.Group, rfc6120.Bind)


@dataclass(frozen=True, slots=True)
class _Part:
    """An element: values to share, texts to copy, elements inside; each with its descriptor.

    `jid`: the descriptor of the JID that differs, None where there is none.
    """

    kind: Any
    shared: dict[Any, Any]
    texts: tuple[tuple[Any, LanguageMap], ...]
    children: tuple[tuple[Any, _Part], ...]
    lists: tuple[tuple[Any, tuple[_Part, ...]], ...]
    jid: Any

    def make(self, jids: Iterator[str]) -> Any:
        """A new element. Raises ValueError for what is no JID."""
        element = object.__new__(self.kind)
        element._xso_contents = contents = self.shared.copy()
        for prop, text in self.texts:
            contents[prop] = LanguageMap(text)
        if self.jid is not None:
            contents[self.jid] = _jid(next(jids))
        for prop, child in self.children:
            contents[prop] = child.make(jids)
        for prop, children in self.lists:
            contents[prop] = XSOList([child.make(jids) for child in children])
        return element


@dataclass(frozen=True, slots=True)
class Template:
    """A stanza without its `from`, `to` and `id`, and without the JIDs inside."""

    part: _Part

    def stanza(self, values: Values, jids: list[str]) -> Any:
        """The stanza with these; None when one of them is no JID."""
        sender, addressee, request = values
        of_sender, of_addressee, of_request = HOLES[self.part.kind]
        try:
            stanza = self.part.make(iter(jids))
            contents = stanza._xso_contents
            if sender is not None:
                contents[of_sender] = _jid(sender)
            if addressee is not None:
                contents[of_addressee] = _jid(addressee)
            if request is not None:
                contents[of_request] = request
        except ValueError:
            return None
        return stanza


def make_template(stanza: Any, values: Values, jids: list[str]) -> Template | None:
    """A template of a stanza that was parsed with these; None when it cannot be one."""
    kind = type(stanza)
    if kind not in HOLES:
        return None
    contents = dict(stanza._xso_contents)
    for prop, value in zip(HOLES[kind], values, strict=True):
        if (prop in contents) != (value is not None):
            return None
        contents.pop(prop, None)
    found: list[str] = []
    try:
        part = _part(kind, contents, found)
    except _NotPlain:
        return None
    return Template(part) if found == jids else None


def copied(value: Any) -> Any:
    """An element with all that is in it, made anew."""
    if isinstance(value, XSO):
        element = object.__new__(type(value))
        element._xso_contents = {prop: copied(inner) for prop, inner in value._xso_contents.items()}
        return element
    if type(value) is XSOList:
        return XSOList(map(copied, value))
    if type(value) is defaultdict:
        inside = {key: copied(inner) for key, inner in value.items()}
        return defaultdict(value.default_factory, inside)
    return value if isinstance(value, PLAIN) else copy.deepcopy(value)


class _NotPlain(Exception):
    """Something else than plain values, texts, roster items and a bound resource."""


def _part(kind: Any, contents: dict[Any, Any], found: list[str]) -> _Part:
    """An element of `contents` as a part; the JIDs inside are added to `found`, in order."""
    shared, texts, children, lists = dict(contents), [], [], []
    jid = _JIDS.get(kind) if contents.get(_JIDS.get(kind)) is not None else None
    if jid is not None:
        found.append(str(shared.pop(jid)))
    for prop, value in contents.items():
        if isinstance(value, PLAIN):
            continue
        del shared[prop]
        if type(value) is LanguageMap:
            texts.append((prop, LanguageMap(value)))
        elif type(value) is XSOList:
            lists.append((prop, tuple([_inner(child, found) for child in value])))
        else:
            children.append((prop, _inner(value, found)))
    return _Part(kind, shared, tuple(texts), tuple(children), tuple(lists), jid)


def _inner(element: Any, found: list[str]) -> _Part:
    if type(element) not in _INSIDE:
        raise _NotPlain
    return _part(type(element), element._xso_contents, found)
