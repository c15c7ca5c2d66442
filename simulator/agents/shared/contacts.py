"""What an agent knows of its contacts: the presences that it has seen, and look-ups by JID.

It is the same in each generation of SPADE, with the JIDs and presences of its library.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Generic, TypeVar

_Jid = TypeVar("_Jid", bound=Hashable)
_Entry = TypeVar("_Entry")
_Default = TypeVar("_Default")
_Presence = TypeVar("_Presence")

Rank = Callable[[_Presence], Any]
"""Of two available presences, the one with the higher rank stands for the contact."""


class ByJid(dict[_Jid, _Entry]):
    """A dict with bare JIDs as keys, and look-ups by whatever names one.

    A JID or a string will do, bare or full: ``contacts["a@localhost"]``.
    """

    def as_key(self, name: object) -> _Jid | None:
        """The key that a name stands for; None for what is no JID."""
        raise NotImplementedError

    def __missing__(self, name: object) -> _Entry:
        key = self.as_key(name)
        if key is None or not super().__contains__(key):
            raise KeyError(name)
        return self[key]

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or super().__contains__(self.as_key(name))

    def get(  # type: ignore[override]
        self, name: object, default: _Default | None = None
    ) -> _Entry | _Default | None:
        """The entry with this JID, or `default`."""
        try:
            return self[name]  # type: ignore[index]
        except KeyError:
            return default


class _Seen(Generic[_Presence]):
    """What was seen of one bare JID: available resources, oldest news first, and the last farewell.

    `outdated`: the subscription ended, so the server no longer keeps this up to date.
    """

    __slots__ = ("farewell", "outdated", "resources")

    def __init__(self) -> None:
        self.resources: dict[str | None, _Presence] = {}
        self.farewell: _Presence | None = None
        self.outdated = False


class SeenPresences(Generic[_Jid, _Presence]):
    """The newest presence of everybody who sent one, contact or stranger."""

    def __init__(self, rank: Rank[_Presence]) -> None:
        self._rank = rank
        self._seen: dict[_Jid, _Seen[_Presence]] = {}

    def available(self, jid: _Jid, resource: str | None, presence: _Presence) -> None:
        """A resource of the bare `jid` said that it is available."""
        seen = self._of(jid)
        seen.resources.pop(resource, None)
        seen.resources[resource] = presence
        seen.outdated = False

    def unavailable(self, jid: _Jid, resource: str | None, presence: _Presence) -> bool:
        """A resource went; without a resource, all went (RFC 6121, section 4.3.2).

        True when somebody who was believed available is available no longer.
        """
        seen = self._of(jid)
        seen.farewell = presence
        seen.outdated = False
        if resource is not None:
            return seen.resources.pop(resource, None) is not None
        return self._clear(seen)

    def unreachable(self, jid: _Jid) -> bool:
        """An error came in place of a presence: nothing is known any more of `jid`.

        True when it was believed available.
        """
        seen = self._seen.pop(jid, None)
        return seen is not None and self._clear(seen)

    def _of(self, jid: _Jid) -> _Seen[_Presence]:
        seen = self._seen.get(jid)
        if seen is None:
            seen = self._seen[jid] = _Seen()
        return seen

    @staticmethod
    def _clear(seen: _Seen[_Presence]) -> bool:
        was_available = bool(seen.resources)
        seen.resources.clear()
        return was_available

    def outdate(self, jid: _Jid) -> None:
        """The subscription to `jid` ended: what was seen counts no longer, until it speaks again.

        It is kept, so that an unavailable presence that follows is told as a change.
        """
        seen = self._seen.get(jid)
        if seen is not None:
            seen.outdated = True

    def newest(self, jid: _Jid) -> _Presence | None:
        """The presence that stands for the bare `jid`; None when nothing is known.

        Of several available resources it is the one with the highest rank, then with the newest
        presence.
        """
        seen = self._seen.get(jid)
        if seen is None or seen.outdated:
            return None
        if not seen.resources:
            return seen.farewell
        return max(reversed(seen.resources.values()), key=self._rank)

    def resources(self, jid: _Jid) -> Mapping[str | None, _Presence]:
        """The available resources of the bare `jid`."""
        seen = self._seen.get(jid)
        return {} if seen is None or seen.outdated else seen.resources

    def all_available(self) -> list[tuple[_Jid, str | None, _Presence]]:
        """The newest presence of each resource that is believed available."""
        return [
            (jid, resource, presence)
            for jid, seen in self._seen.items()
            for resource, presence in seen.resources.items()
        ]
