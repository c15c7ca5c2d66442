"""The passwords of a run, kept out of what is written.

What a user's agent logs, or says in an exception, may quote what the agent was given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MARK = "<password>"
"""What is written in place of a password."""
_START = 4
"""Characters by which a password is looked for."""


class Redaction:
    """Takes the passwords that a run knows out of texts."""

    def __init__(self) -> None:
        self._short: set[str] = set()
        self._by_start: dict[str, set[str]] = {}
        self._forms: set[str] = set()

    @property
    def known(self) -> int:
        """How many passwords, and other forms of them, are taken out by now."""
        return len(self._forms)

    def add(self, password: str) -> None:
        """Take one more password out, also in the form in which `repr` quotes it."""
        for form in {password, repr(password)[1:-1]} - {""}:
            self._forms.add(form)
            if len(form) < _START:
                self._short.add(form)
            else:
                self._by_start.setdefault(form[:_START], set()).add(form)

    def text(self, text: str) -> str:
        """`text` with `MARK` in place of each known password."""
        found = [password for password in self._candidates(text) if password in text]
        if not found:
            return text
        longest_first = sorted(found, key=len, reverse=True)
        return re.sub("|".join(map(re.escape, longest_first)), MARK, text)

    def _candidates(self, text: str) -> Iterator[str]:
        # A line of a log has fewer beginnings of words than a population has passwords.
        yield from self._short
        starts = {text[place : place + _START] for place in range(len(text))}
        for start in starts & self._by_start.keys():
            yield from self._by_start[start]
