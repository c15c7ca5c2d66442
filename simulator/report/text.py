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


_LONG = 120.0
"""From so many seconds on, people want minutes."""
_LARGER_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def duration_text(seconds: float) -> str:
    """A duration for people, in its two largest units: 22171 s is ``6 h 9 min``.

    What is shorter than two minutes is in seconds, to the millisecond.
    """
    if seconds < _LONG:
        return f"{seconds:.3f} s"
    place, size = next(
        (place, size) for place, (_, size) in enumerate(_LARGER_UNITS) if seconds >= size
    )
    unit, (smaller, smaller_size) = _LARGER_UNITS[place][0], _LARGER_UNITS[place + 1]
    many, rest = divmod(int(seconds // smaller_size), size // smaller_size)
    return f"{many} {unit} {rest} {smaller}" if rest else f"{many} {unit}"


def seconds_text(seconds: float) -> str:
    """Seconds to the millisecond and, of a long time, what that is for people."""
    text = f"{seconds:.3f} s"
    return text if seconds < _LONG else f"{text} ({duration_text(seconds)})"


def time_text(seconds: float) -> str:
    """A point in time or a duration, as short as can be: ``0.28 s``, ``15 s``, ``6 h 9 min``."""
    return f"{round(seconds, 3):g} s" if abs(seconds) < _LONG else duration_text(seconds)


def share_text(share: float) -> str:
    """A share in percent; what is more than nothing never reads as nothing."""
    if not share:
        return "0%"
    return "<0.01%" if 0 < share < 0.00005 else f"{share:.2%}"
