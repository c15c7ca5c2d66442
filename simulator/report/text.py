"""Makes text from agents safe to show: a status may hold anything that XML allows."""

from __future__ import annotations

import unicodedata

_HIDDEN = ("Cc", "Cf", "Co", "Cs")
"""Unicode categories that a terminal may act on, or that a reader cannot see."""
_NO_CHARACTERS = "\ufffe\uffff"
"""Not in these categories, and yet allowed nowhere in XML 1.0 (section 2.2)."""


def printable(text: str) -> str:
    """`text` with control and invisible characters written as escapes.

    What is left harms no terminal, and every character of it is allowed in XML.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(character) if _is_hidden(character) else character for character in text)


def printable_lines(text: str) -> str:
    """`printable`, with the line breaks kept."""
    return "\n".join(printable(line) for line in text.rstrip("\n").split("\n"))


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in _HIDDEN or character in _NO_CHARACTERS


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
