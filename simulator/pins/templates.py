"""aioxmpp's stanzas as templates: made anew with other `from`, `to` and `id`.

Only a stanza of plain values is one: a copy of it is what aioxmpp would make of the same text.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

import aioxmpp
from aioxmpp.structs import LanguageMap, LanguageTag

from simulator.heads import Values

HOLES = {
    kind: tuple(kind.ATTR_MAP[None, name] for name in ("from", "to", "id"))
    for kind in (aioxmpp.Presence, aioxmpp.IQ)
}
"""The descriptors of the three attributes."""
PLAIN = (str, int, enum.Enum, aioxmpp.JID, LanguageTag, type(None))
"""Types of values that cannot change."""


@dataclass(frozen=True, slots=True)
class Template:
    """A stanza without its `from`, `to` and `id`: values to share, and texts to copy."""

    kind: Any
    shared: dict[Any, Any]
    texts: tuple[tuple[Any, LanguageMap], ...]

    def stanza(self, values: Values) -> Any:
        """The stanza with these values; None when one of them is no JID."""
        kind = self.kind
        stanza = kind.__new__(kind)
        contents = stanza._xso_contents
        contents.update(self.shared)
        for prop, text in self.texts:
            contents[prop] = LanguageMap(text)
        for prop, value in zip(HOLES[kind], values, strict=True):
            if value is not None:
                try:
                    contents[prop] = prop.type_.parse(value)
                except ValueError:
                    return None
        return stanza


def make_template(stanza: Any, values: Values) -> Template | None:
    """A template of a stanza that was parsed with these values; None when it cannot be one."""
    kind = type(stanza)
    if kind not in HOLES:
        return None
    shared: dict[Any, Any] = dict(stanza._xso_contents)
    for prop, value in zip(HOLES[kind], values, strict=True):
        if (prop in shared) != (value is not None):
            return None
        shared.pop(prop, None)
    texts = tuple((prop, text) for prop, text in shared.items() if type(text) is LanguageMap)
    for prop, _ in texts:
        del shared[prop]
    if not all(isinstance(value, PLAIN) for value in shared.values()):
        return None
    return Template(kind, shared, tuple((prop, LanguageMap(text)) for prop, text in texts))
