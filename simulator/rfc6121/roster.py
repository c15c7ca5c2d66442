"""One account's roster (RFC 6121, section 2) and the requests that wait for its owner."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from simulator.errors import StanzaRefused
from simulator.rfc6121.stanza import Presence, RosterChange, RosterItem, SubscriptionType
from simulator.rfc6121.subscription import Direction, SubscriptionState, transition

NAME_LIMIT = 1023
"""Longest name and group, in characters. The limit is the server's choice (2.3.3); RFC 6122
allows a resource as much, and compares names like resources."""


class Change(NamedTuple):
    """What a subscription stanza did to an entry.

    `forward`: route or deliver the stanza. `item` is the item to push, None where nothing that
    the roster shows has changed.
    """

    forward: bool
    before: SubscriptionState
    after: SubscriptionState
    item: RosterItem | None


class Entry:
    """What the server knows of one contact.

    `listed`: the roster shows it. A contact that has only asked is not listed: the roster must
    not gain an item before its owner agrees (3.1.3). `request` is the stanza that asked, kept
    whole as long as it is pending.
    """

    __slots__ = ("approved", "groups", "jid", "listed", "name", "request", "state")

    def __init__(self, jid: str) -> None:
        self.jid = jid
        self.state = SubscriptionState.NONE
        self.listed = False
        self.approved = False
        self.name = ""
        self.groups: tuple[str, ...] = ()
        self.request: Presence | None = None

    def item(self) -> RosterItem | None:
        """The entry as the roster shows it, None if it does not."""
        if not self.listed:
            return None
        state = self.state
        return RosterItem(
            self.jid, state.subscription, state.ask, self.approved, self.name, self.groups
        )


class Roster:
    """The roster of one account, by the contacts' bare JIDs."""

    __slots__ = ("_entries", "_owner")

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._entries: dict[str, Entry] = {}

    def state(self, contact: str) -> SubscriptionState:
        """The state for a contact; None for one that the roster does not hold (A.1)."""
        entry = self._entries.get(contact)
        return SubscriptionState.NONE if entry is None else entry.state

    def items(self) -> tuple[RosterItem, ...]:
        """The items that a roster result holds (2.1.4), by JID."""
        shown = (entry.item() for _, entry in sorted(self._entries.items()))
        return tuple(item for item in shown if item is not None)

    def is_listed(self, contact: str) -> bool:
        """Whether the roster shows an item for the contact."""
        entry = self._entries.get(contact)
        return entry is not None and entry.listed

    def is_pre_approved(self, contact: str) -> bool:
        """Whether a request of the contact is approved already (3.4)."""
        entry = self._entries.get(contact)
        return entry is not None and entry.approved

    def subscribers(self) -> list[str]:
        """The contacts that see the owner: subscription from or both."""
        return [jid for jid, entry in self._entries.items() if entry.state.contact_subscribed]

    def subscriptions(self) -> list[str]:
        """The contacts that the owner sees: subscription to or both."""
        return [jid for jid, entry in self._entries.items() if entry.state.user_subscribed]

    def requests(self) -> Iterator[Presence]:
        """The subscription requests that wait for an answer, oldest entry first."""
        for entry in self._entries.values():
            if entry.request is not None:
                yield entry.request

    def apply(self, direction: Direction, kind: SubscriptionType, contact: str) -> Change:
        """Let a subscription stanza change the entry, by the table of Appendix A."""
        entry = self._entries.get(contact) or Entry(contact)
        before, shown = entry.state, entry.item()
        forward, entry.state = transition(direction, kind, before)
        if direction == "outbound":
            _note_decision(entry, kind)
        if not entry.state.pending_in:
            entry.request = None
        self._keep(entry)
        item = entry.item()
        return Change(forward, before, entry.state, None if item == shown else item)

    def keep_request(self, contact: str, request: Presence) -> None:
        """Keep the complete stanza of a pending request (3.1.3, rule 4)."""
        self._entries[contact].request = request

    def _keep(self, entry: Entry) -> None:
        """An entry without an item lives only as long as its request."""
        if entry.listed or entry.state.pending_in:
            self._entries[entry.jid] = entry
        else:
            self._entries.pop(entry.jid, None)

    def change(self, changes: Sequence[RosterChange]) -> RosterItem:
        """Add or update an item (2.3, 2.4): name and groups, exactly as given.

        Raises StanzaRefused as 2.3.3 says.
        """
        change = self._check(changes)
        entry = self._entries.setdefault(change.jid, Entry(change.jid))
        entry.listed = True
        entry.name = change.name
        entry.groups = tuple(sorted(change.groups))
        item = entry.item()
        assert item is not None
        return item

    def remove(self, changes: Sequence[RosterChange]) -> tuple[str, SubscriptionState]:
        """Take an item out (2.5); gives its JID and the state that it had.

        Raises StanzaRefused item-not-found when the roster shows no such item: to who may not
        look behind the roster, a hidden request does not exist.
        """
        change = self._check(changes)
        if not self.is_listed(change.jid):
            raise StanzaRefused("item-not-found", "modify", change.jid)
        return change.jid, self._entries.pop(change.jid).state

    def _check(self, changes: Sequence[RosterChange]) -> RosterChange:
        if len(changes) != 1:
            raise StanzaRefused("bad-request", "modify", "a roster set has exactly one item")
        change = changes[0]
        if change.jid == self._owner:
            raise StanzaRefused("not-allowed", "cancel", "an account is not its own contact")
        if not change.remove:
            _check_texts(change)
        return change


def _note_decision(entry: Entry, kind: SubscriptionType) -> None:
    """What the owner's own stanza says beside the state: the item, and the pre-approval (3.4).

    The approval is kept after it was used, until it is taken back by `unsubscribed` or the item
    is removed (3.4.2, the second of the two ways that it allows).
    """
    if kind == "subscribed" and not entry.state.contact_subscribed:
        entry.approved = True
    elif kind == "unsubscribed":
        entry.approved = False
    if entry.state.ask or entry.state.contact_subscribed or entry.approved:
        entry.listed = True


def _check_texts(change: RosterChange) -> None:
    if len(set(change.groups)) != len(change.groups):
        raise StanzaRefused("bad-request", "modify", "a group is named twice")
    if not all(change.groups):
        raise StanzaRefused("not-acceptable", "modify", "a group without a name")
    if any(len(text) > NAME_LIMIT for text in (change.name, *change.groups)):
        raise StanzaRefused(
            "not-acceptable", "modify", f"a name of more than {NAME_LIMIT} characters"
        )
