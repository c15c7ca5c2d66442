"""The passwords of a run, kept out of what is written.

What a user's agent logs, or says in an exception, may quote what the agent was given.
"""

from __future__ import annotations

import re

MARK = "<password>"
"""What is written in place of a password."""


class Redaction:
    """The passwords that a run knows, and texts without them."""

    def __init__(self) -> None:
        self._passwords: set[str] = set()

    def add(self, password: str) -> None:
        """Keep one more password out, also in the form in which `repr` quotes it."""
        if password:
            self._passwords |= {password, repr(password)[1:-1]}

    def text(self, text: str) -> str:
        """`text` with `MARK` in place of each known password."""
        found = [password for password in self._passwords if password in text]
        if not found:
            return text
        longest_first = sorted(found, key=len, reverse=True)
        return re.sub("|".join(map(re.escape, longest_first)), MARK, text)
