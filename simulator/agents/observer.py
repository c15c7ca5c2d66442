"""Writes to the journal what happens to one session of an agent, as its generation tells it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from simulator.agents.context import AgentContext
from simulator.agents.names import Address
from simulator.journal.records import Actual, Answer, AnyRecord, Received, Roster, Sent, Session
from simulator.journal.work_records import MessageReceived, MessageRoute, MessageSent
from simulator.rfc6121.words import PresenceType, Show, StatusText, Subscription
from simulator.servers.base import Acceptance

SessionState = Literal["established", "suspended", "resumed", "destroyed", "closed", "failed"]


HEAD = 200
"""Characters of a message's body that are recorded, unless the scenario says otherwise."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says. `metadata` is sorted, without the performative."""

    body: str = ""
    performative: str = ""
    metadata: tuple[tuple[str, str], ...] = ()
    thread: str = ""


class Item(NamedTuple):
    """A roster item; `peer` is a JID of the generation's library, or a bare JID as text."""

    peer: Address | str
    subscription: Subscription
    ask: bool = False
    approved: bool = False
    name: str = ""
    groups: Iterable[str] = ()


class Observer:
    """Observes one session of an agent, from before it connects.

    Peers are JIDs of the generation's library, or bare JIDs as text. `resource` is the bound one,
    which the generation sets. `acceptance` is told what the server must come to hold of the
    agent's availability; it is None for servers that say so themselves.
    """

    def __init__(self, agent: str, context: AgentContext, acceptance: Acceptance | None) -> None:
        self.resource = ""
        self._agent = agent
        self._name = context.names.name
        self._record = context.record
        self._clock = context.clock
        self._acceptance = acceptance
        self._bodies = context.messages.bodies
        self._redaction = context.redaction
        self._source: Literal["initial", "push"] = "initial"

    def detach(self) -> None:
        """Record nothing more: the agent is dead, whatever its remains do."""
        self._record = _forget
        self._acceptance = None

    def session(self, state: SessionState, reason: BaseException | None = None) -> None:
        """The session is in another state. Destroyed: nothing of it is left."""
        text = "" if reason is None else f"{type(reason).__name__}: {reason}"
        self._record(
            Session(
                t=self._clock(),
                agent=self._agent,
                resource=self.resource,
                state=state,
                reason=text,
            )
        )
        if state == "destroyed":
            self._source = "initial"
            if self._acceptance is not None:
                self._acceptance.ended()

    def sent(
        self,
        type: PresenceType,
        peer: Address | str | None,
        show: Show,
        status: StatusText,
        priority: int,
        id: str,
    ) -> None:
        """The agent sends a presence stanza; `peer` is None without an addressee."""
        self._record(
            Sent(
                t=self._clock(),
                agent=self._agent,
                resource=self.resource,
                type=type,
                peer="" if peer is None else self._name(peer),
                show=show,
                status=status,
                priority=priority,
                id=id,
            )
        )
        if self._acceptance is not None and peer is None and type in ("available", "unavailable"):
            self._acceptance.issued(
                Actual(
                    t=self._clock(),
                    agent=self._agent,
                    resource=self.resource,
                    available=type == "available",
                    show=show,
                    status=status,
                    priority=priority,
                    id=id,
                    source="client",
                )
            )

    def received(
        self,
        type: PresenceType,
        peer: Address | str | None,
        peer_resource: str,
        show: Show,
        status: StatusText,
        priority: int,
        id: str,
    ) -> None:
        """A presence stanza reaches the agent; `peer` is None for one of its own server."""
        self._record(
            Received(
                t=self._clock(),
                agent=self._agent,
                resource=self.resource,
                type=type,
                peer=self._name(peer),
                peer_resource=peer_resource,
                show=show,
                status=status,
                priority=priority,
                id=id,
            )
        )

    # --- messages ---

    def message_sent(
        self, peer: Address | str | None, id: str, content: Content, route: MessageRoute = "server"
    ) -> None:
        """The agent sends a message."""
        self._record(
            MessageSent(
                t=self._clock(),
                agent=self._agent,
                resource=self.resource,
                peer=self._name(peer),
                id=id,
                performative=content.performative,
                metadata=content.metadata,
                thread=content.thread,
                size=len(content.body.encode("utf-8", "replace")),
                body=self._body(content),
                route=route,
            )
        )

    def message_received(
        self,
        peer: Address | str | None,
        peer_resource: str,
        id: str,
        content: Content,
        error: str = "",
    ) -> None:
        """A message reaches the agent; with an `error`, its own comes back from its addressee."""
        self._record(
            MessageReceived(
                t=self._clock(),
                agent=self._agent,
                resource=self.resource,
                peer=self._name(peer),
                id=id,
                performative=content.performative,
                metadata=content.metadata,
                thread=content.thread,
                size=len(content.body.encode("utf-8", "replace")),
                body=self._body(content),
                peer_resource=peer_resource,
                error=error,
            )
        )

    def _body(self, content: Content) -> str:
        """As much of a body as is recorded, without passwords."""
        if self._bodies == "none":
            return ""
        text = self._redaction.text(content.body)
        return text[:HEAD] if self._bodies == "head" else text

    # --- the roster ---

    def roster_received(self) -> None:
        """The whole roster is there: what follows are pushes."""
        self._source = "push"

    def roster_item(self, item: Item) -> None:
        """The client has a roster item that is new, changed, or gone (``remove``)."""
        self._record(self._item(item, self._source))

    def roster_request(self, peer: Address | str, id: str, *, remove: bool) -> None:
        """A request to set or to remove a roster item goes out, in an IQ stanza of this id."""
        self._record(
            Sent(
                t=self._clock(),
                agent=self._agent,
                resource=self.resource,
                type="roster_remove" if remove else "roster_set",
                peer=self._name(peer),
                id=id,
            )
        )

    def roster_answer(self, id: str, error: str = "") -> None:
        """The server has answered a roster request; `error` is the condition of a refusal."""
        self._record(
            Answer(t=self._clock(), agent=self._agent, resource=self.resource, id=id, error=error)
        )

    def served_item(self, item: Item) -> Roster:
        """A roster item that the server was asked for, as a record."""
        return self._item(item, "final")

    def _item(self, item: Item, source: Literal["initial", "push", "final"]) -> Roster:
        return Roster(
            t=self._clock(),
            agent=self._agent,
            peer=self._name(item.peer),
            subscription=item.subscription,
            ask=item.ask,
            approved=item.approved,
            name=item.name,
            groups=tuple(sorted(item.groups)),
            source=source,
        )


def _forget(_record: AnyRecord) -> None:
    """Where the records of the dead go."""
