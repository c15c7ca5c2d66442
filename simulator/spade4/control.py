"""What the simulator does through an agent's presence manager, whichever it has."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import MethodType

from spade.presence import PresenceShow, PresenceType

from simulator.agents.base import Contact, Event
from simulator.agents.shared.handlers import is_users
from simulator.scenario.plan import PresenceChange, PresencePlan
from simulator.spade4.session import ClientSession, session_of
from simulator.spade4.types import Agent, Manager

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
    def _session(self) -> ClientSession:
        assert self._agent.client is not None
        return session_of(self._agent.client)

    @property
    def is_available(self) -> bool:
        return self._manager.is_available()

    @property
    def is_connected(self) -> bool:
        return self._session.is_settled

    def change(self, change: PresenceChange) -> None:
        manager = self._manager
        # What is omitted would be reset.
        manager.set_presence(
            PresenceType.AVAILABLE,
            manager.get_show() if change.show is None else presence_show(change.show),
            manager.get_status() if change.status is None else self._session.say(change.status),
            manager.get_priority() if change.priority is None else change.priority,
        )

    def become_unavailable(self) -> None:
        self._manager.set_unavailable()

    def remember(self) -> Callable[[], None]:
        manager = self._manager
        kind = PresenceType.AVAILABLE if manager.is_available() else PresenceType.UNAVAILABLE
        shown = (manager.get_show(), manager.get_status(), manager.get_priority())
        return partial(manager.set_presence, kind, *shown)

    def subscribe(self, peer: str) -> None:
        self._manager.subscribe(peer)

    def unsubscribe(self, peer: str) -> None:
        self._manager.unsubscribe(peer)

    def approve(self, peer: str) -> None:
        self._manager.approve_subscription(peer)

    def approve_all(self) -> None:
        self._manager.approve_all = True

    def deny(self, peer: str) -> None:
        """Refuse a request, or cancel a subscription. SPADE has no word for it."""
        assert self._agent.client is not None
        self._agent.client.send_presence(ptype="unsubscribed", pto=peer)

    async def remove(self, peer: str) -> None:
        """Remove a peer from the roster. SPADE has no word for it, and slixmpp's sends nothing."""
        assert self._agent.client is not None
        request = self._agent.client.Iq()
        request["type"] = "set"
        request["roster"]["items"] = {peer: {"subscription": "remove"}}
        await request.send()

    def contact(self, peer: str) -> Contact:
        return self._session.contact(peer)

    def contacts(self) -> list[Contact]:
        return self._session.contacts()

    def sees(self, peer: str) -> bool:
        return self._session.sees(peer)

    def listen(self, event: Event, listener: Listener) -> Stop:
        if event != "requested":
            return self._session.listen(event, listener)

        return _on_requested(self._manager, self._session, listener)


def _on_requested(manager: Manager, session: ClientSession, listener: Listener) -> Stop:
    # The documented manager keeps requests until a handler is assigned: ours is, where nobody has
    # assigned one yet. A handler of somebody else's is called beside ours.
    listening = True

    def hear(peer: str) -> None:
        if listening and not manager.approve_all:
            listener(peer)

    # A method of the manager is nobody's own handler.
    handle = MethodType(lambda _manager, peer: hear(peer), manager)

    def overhear(peer: str) -> None:
        if manager.on_subscribe != handle:
            hear(peer)

    if not is_users(manager, manager.on_subscribe):
        manager.on_subscribe = handle
    disconnect = session.listen("requested", overhear)

    def stop() -> None:
        nonlocal listening
        listening = False
        disconnect()

    return stop


def show_presence(manager: Manager, plan: PresencePlan) -> None:
    """Show what a plan says, and nothing of before."""
    client = manager.agent.client
    assert client is not None
    manager.set_presence(
        PresenceType.AVAILABLE if plan.available else PresenceType.UNAVAILABLE,
        presence_show(plan.show),
        session_of(client).say(plan.status),
        plan.priority,
    )


def presence_show(show: str) -> PresenceShow:
    """A show as the scenario writes it ("" for none) as SPADE has it."""
    return PresenceShow(show or "none")
