"""The words of a presence and of a roster entry (RFC 6121, 2.1 and 4.7), as types.

A status is a sorted tuple of ``(language, text)``; the default language is ``""``.
"""

from __future__ import annotations

from typing import Literal

StatusText = tuple[tuple[str, str], ...]
Show = Literal["", "chat", "away", "xa", "dnd"]
Subscription = Literal["none", "to", "from", "both", "remove"]
PresenceType = Literal[
    "available",
    "unavailable",
    "subscribe",
    "subscribed",
    "unsubscribe",
    "unsubscribed",
    "probe",
    "error",
]
