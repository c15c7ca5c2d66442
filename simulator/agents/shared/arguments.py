"""What may be given to a presence manager, in each generation of SPADE: checked before it counts.

Each function takes what a user gave and returns it, or raises TypeError or ValueError with what
was wrong and what was expected.
"""

from __future__ import annotations

import re
from numbers import Integral

PRIORITIES = range(-128, 128)
"""RFC 6121, section 4.7.2.3."""

_DOMAIN = re.compile(r"\[[0-9A-Fa-f:.]+\]|[\w-]+(\.[\w-]+)*\.?")
# What the Char production of XML 1.0 leaves out. The libraries notice only some of it, and only
# when the stanza is on its way.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def agent_address(local: str | None, domain: str, given: object) -> None:
    """Check the parts of a JID, `given` as the user wrote it: it must be of an agent."""
    # The libraries take much for a domain.
    if not local or not _DOMAIN.fullmatch(domain):
        raise ValueError(f"{given!r} is not the JID of an agent (expected name@domain)")


def priority_value(priority: object) -> int:
    """An integer from -128 to 127. A bool is refused, though Python counts it as an integer."""
    if isinstance(priority, bool) or not isinstance(priority, Integral):
        raise TypeError(f"priority={priority!r} is not an integer from -128 to 127")
    number = int(priority)
    if number not in PRIORITIES:
        raise ValueError(f"priority={number} is out of range: expected -128 to 127")
    return number


def xml_text(text: str, what: str) -> str:
    """A text that XML allows; `what` names it in the message."""
    forbidden = _NOT_XML.search(text)
    if forbidden is not None:
        raise ValueError(
            f"{what} has the character U+{ord(forbidden.group()):04X} at {forbidden.start()},"
            " which XML does not allow"
        )
    return text
