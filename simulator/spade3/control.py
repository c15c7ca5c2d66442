"""What the simulator does through an agent's presence manager, SPADE's own or the documented one.

It uses nothing but the documented API and aioxmpp's signals.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import MethodType

import aioxmpp
import spade.presence
from aioxmpp import JID, PresenceShow, PresenceState

from simulator.agents.base import UNKNOWN, Contact, Event
from simulator.scenario.plan import PresenceChange, PresencePlan
from simulator.spade3.presence.checks import status_texts
from simulator.spade3.types import Agent, Manager, RosterItem, Signal, Stanza

Listener = Callable[..., None]
Stop = Callable[[], None]


class ManagerControl:
    """The `Control` of an agent, through the presence manager that it has at the time."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    @property
    def _manager(self) -> Manager:
        return self._agent.presence

    @property
    def is_available(self) -> bool:
        return self._manager.is_available()

    @property
    def is_connected(self) -> bool:
        return self._manager.client.established

    def change(self, change: PresenceChange) -> None:
        state = None if change.show is None else presence_state(change.show)
        if state is None and not self.is_available:
            state = PresenceState(available=True)
        status = None if change.status is None else status_texts(dict(change.status))
        self._manager.set_presence(state=state, status=status, priority=change.priority)

    def become_unavailable(self) -> None:
        self._manager.set_unavailable()

    def remember(self) -> Callable[[], None]:
        manager = self._manager
        return partial(manager.set_presence, manager.state, dict(manager.status), manager.priority)

    def subscribe(self, peer: str) -> None:
        self._manager.subscribe(peer)

    def unsubscribe(self, peer: str) -> None:
        self._manager.unsubscribe(peer)

    def approve(self, peer: str) -> None:
        self._manager.approve(peer)

    def approve_all(self) -> None:
        self._manager.approve_all = True

    def deny(self, peer: str) -> None:
        """Refuse a request, or cancel a subscription. SPADE has no word for it."""
        stanza = aioxmpp.Presence(type_=aioxmpp.PresenceType.UNSUBSCRIBED, to=_bare(peer))
        self._manager.client.enqueue(stanza)

    async def remove(self, peer: str) -> None:
        await self._manager.roster.remove_entry(_bare(peer))

    def contact(self, peer: str) -> Contact:
        item = self._manager.roster.items.get(_bare(peer))
        return UNKNOWN if item is None else _contact(item)

    def contacts(self) -> list[Contact]:
        return [_contact(item) for item in self._manager.roster.items.values()]

    def sees(self, peer: str) -> bool:
        presences = self._manager.presenceclient.get_peer_resources(_bare(peer)).values()
        return any(presence.type_.is_presence_state for presence in presences)

    def listen(self, event: Event, listener: Listener) -> Stop:
        return _LISTEN[event](self._manager, listener)


def show_first_presence(manager: Manager, plan: PresencePlan) -> None:
    """Set an agent's first presence before it connects, so that it is its initial one."""
    manager.set_presence(
        state=presence_state(plan.show, available=plan.available),
        # SPADE's own manager wants aioxmpp's languages; ours takes either.
        status=status_texts(dict(plan.status)),
        priority=plan.priority,
    )


def presence_state(show: str, *, available: bool = True) -> PresenceState:
    """A show as the scenario writes it ("" for none) as an aioxmpp state."""
    return PresenceState(available=available, show=PresenceShow(show or None))


def _bare(peer: str) -> JID:
    return JID.fromstr(peer).bare()


def _contact(item: RosterItem) -> Contact:
    return Contact(str(item.jid), item.subscription, item.ask is not None)


# --- events ---


def _connect(listener: Listener, *signals: Signal) -> Stop:
    tokens = [(signal, signal.connect(listener)) for signal in signals]

    def stop() -> None:
        for signal, token in tokens:
            signal.disconnect(token)

    return stop


def _sender(listener: Listener) -> Callable[[Stanza], None]:
    def tell(stanza: Stanza) -> None:
        assert stanza.from_ is not None
        listener(str(stanza.from_.bare()))

    return tell


def _on_requested(manager: Manager, listener: Listener) -> Stop:
    # The documented manager keeps requests until a handler is assigned: ours is, where nobody has
    # assigned one yet. A handler of somebody else's is called beside ours.
    listening = True

    def hear(peer: str) -> None:
        if listening and not manager.approve_all:
            listener(str(_bare(peer)))

    # A method of the manager is nobody's own handler.
    handle = MethodType(lambda _manager, peer: hear(peer), manager)

    def overhear(stanza: Stanza) -> None:
        if manager.on_subscribe != handle:
            hear(str(stanza.from_))

    if _is_unassigned(manager.on_subscribe):
        manager.on_subscribe = handle
    disconnect = _connect(overhear, manager.roster.on_subscribe)

    def stop() -> None:
        nonlocal listening
        listening = False
        disconnect()

    return stop


def _is_unassigned(handler: Callable[[str], object]) -> bool:
    return getattr(handler, "__func__", None) is spade.presence.PresenceManager.on_subscribe


def _on_withdrawn(manager: Manager, listener: Listener) -> Stop:
    return _connect(_sender(listener), manager.roster.on_unsubscribe)


def _on_connected(manager: Manager, listener: Listener) -> Stop:
    return _connect(listener, manager.client.on_stream_established)


def _on_disconnected(manager: Manager, listener: Listener) -> Stop:
    return _connect(lambda _reason=None: listener(), manager.client.on_stream_destroyed)


def _on_contact_changed(manager: Manager, listener: Listener) -> Stop:
    roster = manager.roster
    return _connect(
        lambda item: listener(str(item.jid)),
        roster.on_entry_added,
        roster.on_entry_subscription_state_changed,
    )


def _on_contact_left(manager: Manager, listener: Listener) -> Stop:
    return _connect(_sender(listener), manager.presenceclient.on_bare_unavailable)


_LISTEN: dict[Event, Callable[[Manager, Listener], Stop]] = {
    "requested": _on_requested,
    "withdrawn": _on_withdrawn,
    "connected": _on_connected,
    "disconnected": _on_disconnected,
    "contact_changed": _on_contact_changed,
    "contact_left": _on_contact_left,
}
