"""What an agent knows of its contacts: the presences it has seen, and the contact list."""

from __future__ import annotations

from aioxmpp import JID, Presence, PresenceShow

from simulator.agents.shared.contacts import ByJid, SeenPresences
from simulator.spade3.types import ContactEntry, Roster, RosterItem

_SUBSCRIBED = frozenset(("to", "both"))
_APPROVED = frozenset(("from", "both"))


class ContactList(ByJid[JID, ContactEntry]):
    """A snapshot of the contacts, keyed by bare `aioxmpp.JID`."""

    def as_key(self, name: object) -> JID | None:
        """The bare JID of a JID or string."""
        if isinstance(name, JID):
            return name.bare()
        if not isinstance(name, str):
            return None
        try:
            return JID.fromstr(name).bare()
        except ValueError:
            return None


def rank(stanza: Presence) -> tuple[int, PresenceShow]:
    """Of available resources: the highest priority, then the most available show."""
    return (stanza.priority, stanza.show)


def contact_list(roster: Roster, seen: SeenPresences[JID, Presence]) -> ContactList:
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
