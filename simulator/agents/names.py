"""JIDs on the wire, names in the journal: the one place where the form changes."""

from __future__ import annotations

from typing import Any


class Names:
    """Translates between the names of planned agents and their JIDs on one domain."""

    def __init__(self, domain: str) -> None:
        self._suffix = f"@{domain}"
        self._domain = domain
        self._names: dict[Any, str] = {}

    def name(self, jid: Any) -> str:
        """A JID (`aioxmpp.JID`, None for the own server) as the journal names it.

        On the run's domain it is the localpart, elsewhere the bare JID.
        """
        name = self._names.get(jid)
        if name is None:
            name = self._names[jid] = self._translate(jid)
        return name

    def _translate(self, jid: Any) -> str:
        if jid is None:
            return self._domain
        return str(jid.localpart if jid.domain == self._domain and jid.localpart else jid.bare())

    def jid(self, name: str) -> str:
        """The bare JID of a planned agent's name; a foreign bare JID stays as it is."""
        return name if "@" in name else name + self._suffix
