"""What an agent knows of its contacts: the presences it has seen, and the contact list."""

from __future__ import annotations

from typing import TypeVar

from aioxmpp import JID, Presence, PresenceShow

from simulator.spade3.types import ContactEntry, Roster, RosterItem

_T = TypeVar("_T")

_SUBSCRIBED = frozenset(("to", "both"))
_APPROVED = frozenset(("from", "both"))


class ContactList(dict[JID, ContactEntry]):
    """A snapshot of the contacts, keyed by bare `aioxmpp.JID`.

    A look-up takes a JID or a string, bare or full: ``contacts["a@localhost"]``.
    """

    def __missing__(self, key: object) -> ContactEntry:
        jid = _as_key(key)
        if jid is None or not super().__contains__(jid):
            raise KeyError(key)
        return self[jid]

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or super().__contains__(_as_key(key))

    def get(  # type: ignore[override]
        self, key: JID | str, default: _T | None = None
    ) -> ContactEntry | _T | None:
        """The contact with this JID, or `default`."""
        try:
            return self[key]
        except KeyError:
            return default


def _as_key(key: object) -> JID | None:
    if isinstance(key, JID):
        return key.bare()
    if not isinstance(key, str):
        return None
    try:
        return JID.fromstr(key).bare()
    except ValueError:
        return None


class _Seen:
    """What was seen of one bare JID: available resources, oldest news first, and the last farewell.

    `outdated`: the subscription ended, so the server no longer keeps this up to date.
    """

    __slots__ = ("farewell", "outdated", "resources")

    def __init__(self) -> None:
        self.resources: dict[str | None, Presence] = {}
        self.farewell: Presence | None = None
        self.outdated = False


class SeenPresences:
    """The newest presence of everybody who sent one, contact or stranger."""

    def __init__(self) -> None:
        self._seen: dict[JID, _Seen] = {}

    def available(self, jid: JID, resource: str | None, stanza: Presence) -> None:
        """A resource of the bare `jid` said that it is available."""
        seen = self._seen.get(jid)
        if seen is None:
            seen = self._seen[jid] = _Seen()
        seen.resources.pop(resource, None)
        seen.resources[resource] = stanza
        seen.outdated = False

    def unavailable(self, jid: JID, resource: str | None, stanza: Presence) -> bool:
        """A resource went; without a resource, all went (RFC 6121, section 4.3.2).

        True when somebody who was believed available is available no longer.
        """
        seen = self._seen.get(jid)
        if seen is None:
            seen = self._seen[jid] = _Seen()
        seen.farewell = stanza
        seen.outdated = False
        if resource is not None:
            return seen.resources.pop(resource, None) is not None
        return self._clear(seen)

    def unreachable(self, jid: JID) -> bool:
        """An error came in place of a presence: nothing is known any more of `jid`.

        True when it was believed available.
        """
        seen = self._seen.pop(jid, None)
        return seen is not None and self._clear(seen)

    @staticmethod
    def _clear(seen: _Seen) -> bool:
        was_available = bool(seen.resources)
        seen.resources.clear()
        return was_available

    def outdate(self, jid: JID) -> None:
        """The subscription to `jid` ended: what was seen counts no longer, until it speaks again.

        It is kept, so that an unavailable presence that follows is told as a change.
        """
        seen = self._seen.get(jid)
        if seen is not None:
            seen.outdated = True

    def newest(self, jid: JID) -> Presence | None:
        """The presence that stands for the bare `jid`; None when nothing is known.

        Of several available resources it is the one with the highest priority, then with the
        most available show, then with the newest presence.
        """
        seen = self._seen.get(jid)
        if seen is None or seen.outdated:
            return None
        if not seen.resources:
            return seen.farewell
        return max(reversed(seen.resources.values()), key=_rank)

    def all_available(self) -> list[Presence]:
        """The newest presence of each resource that is believed available."""
        return [stanza for seen in self._seen.values() for stanza in list(seen.resources.values())]


def _rank(stanza: Presence) -> tuple[int, PresenceShow]:
    return (stanza.priority, stanza.show)


def contact_list(roster: Roster, seen: SeenPresences) -> ContactList:
    """The server's roster, each entry with the newest presence of its contact.

    The values are fresh dicts in the form of the document: `subscription` always; `name`,
    `approved`, `groups` and `ask` where the roster says so; `presence` where one was received.
    """
    contacts = ContactList()
    for jid, item in roster.items.items():
        contact = item.export_as_json()
        presence = seen.newest(jid)
        if presence is not None:
            contact["presence"] = presence
        contacts[jid] = contact
    return contacts


def is_subscribed(item: RosterItem | None) -> bool:
    """Whether a roster item (None for a missing one) means that its presence is sent to us."""
    return item is not None and item.subscription in _SUBSCRIBED


def is_approved(item: RosterItem | None) -> bool:
    """Whether a roster item (None for a missing one) means that our presence is sent to it."""
    return item is not None and item.subscription in _APPROVED
