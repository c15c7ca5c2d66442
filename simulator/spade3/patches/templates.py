"""aioxmpp's stanzas as templates: made anew with other addresses and another id.

Only a stanza of plain values, texts and roster items is one: its copy is what aioxmpp would make of
the same text.
"""

from __future__ import annotations

import enum
import functools
from collections.abc import Iterator
from typing import Any

import aioxmpp
from aioxmpp.roster import xso as roster
from aioxmpp.structs import LanguageMap, LanguageTag
from aioxmpp.xso.model import XSOList

from simulator.spade3.patches.stanza_cache import Values

HOLES = {
    kind: tuple(kind.ATTR_MAP[None, name] for name in ("from", "to", "id"))
    for kind in (aioxmpp.Presence, aioxmpp.IQ)
}
"""The descriptors of the three attributes that differ, by the kind of stanza."""
PLAIN = (str, int, enum.Enum, aioxmpp.JID, LanguageTag, type(None))
"""Types of values that cannot change."""
_ITEM_JID = roster.Item.jid.xq_descriptor
"""The descriptor of the JID that differs inside a stanza."""
_ELEMENTS = frozenset((*HOLES, roster.Query, roster.Item, roster.Group))
_jid = functools.lru_cache(1 << 14)(_ITEM_JID.type_.parse)


class Template:
    """A stanza that was heard, to be made anew with other values of `from`, `to`, `id` and JIDs."""

    def __init__(self, stanza: Any) -> None:
        self._stanza = _copied(stanza, iter(_jids_in(stanza)))

    def stanza(self, values: Values, jids: list[str]) -> Any:
        """The stanza with these; None when one of them is no JID."""
        sender, addressee, request = values
        of_sender, of_addressee, of_request = HOLES[type(self._stanza)]
        try:
            stanza = _copied(self._stanza, map(_jid, jids))
            contents = stanza._xso_contents
            if sender is not None:
                contents[of_sender] = _jid(sender)
            if addressee is not None:
                contents[of_addressee] = _jid(addressee)
        except ValueError:
            return None
        if request is not None:
            contents[of_request] = request
        return stanza


def make_template(stanza: Any, values: Values, jids: list[str]) -> Template | None:
    """A template of a stanza that was parsed with these; None when it cannot be one."""
    if type(stanza) not in HOLES or not _is_plain(stanza):
        return None
    given = [prop in stanza._xso_contents for prop in HOLES[type(stanza)]]
    if given != [value is not None for value in values]:
        return None
    return Template(stanza) if list(map(str, _jids_in(stanza))) == jids else None


def _copied(value: Any, jids: Iterator[Any]) -> Any:
    """What is plain, made anew, with the next of `jids` for the JID of each roster item."""
    kind = type(value)
    if kind in _ELEMENTS:
        element = object.__new__(kind)
        element._xso_contents = {
            prop: next(jids) if prop is _ITEM_JID else _copied(inner, jids)
            for prop, inner in value._xso_contents.items()
        }
        return element
    if kind is LanguageMap:
        return LanguageMap(value)
    return XSOList([_copied(inner, jids) for inner in value]) if kind is XSOList else value


def _is_plain(value: Any) -> bool:
    """Whether there is nothing in it but plain values, texts and roster items."""
    if type(value) in _ELEMENTS:
        return all(map(_is_plain, value._xso_contents.values()))
    return (
        all(map(_is_plain, value))
        if type(value) is XSOList
        else isinstance(value, (*PLAIN, LanguageMap))
    )


def _jids_in(stanza: Any) -> list[aioxmpp.JID]:
    """Those of the roster items in a stanza, in order."""
    query: Any = getattr(stanza, "payload", None)
    return [item.jid for item in query.items] if type(query) is roster.Query else []
