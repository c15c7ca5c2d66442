"""Text from agents is not trusted: a status may hold anything that XML allows."""

from __future__ import annotations

import unicodedata

_HIDDEN = ("Cc", "Cf", "Co", "Cs")
"""Unicode categories that a terminal may act on, or that a reader cannot see."""


def printable(text: str) -> str:
    """`text` with control and invisible characters written as escapes, for a terminal."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character if unicodedata.category(character) not in _HIDDEN else _escape(character)
        for character in text
    )


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
