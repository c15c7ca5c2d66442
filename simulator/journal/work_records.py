"""Records of the agents' own work: their messages, and the values that they keep.

The module `records` says what names, times and texts mean.
"""

from __future__ import annotations

from typing import Literal

from simulator.journal.record import Record

MessageRoute = Literal["server", "container"]


class Message(Record, frozen=True, kw_only=True):
    """A message between agents. `id` is its stanza's: it joins the sending and the receipt.

    `metadata` is sorted and goes without the performative. `size`: bytes of the body in UTF-8.
    `body`: as much of it as the scenario wants to have recorded.
    """

    agent: str
    resource: str
    peer: str
    id: str = ""
    performative: str = ""
    metadata: tuple[tuple[str, str], ...] = ()
    thread: str = ""
    size: int = 0
    body: str = ""


class MessageSent(Message, frozen=True, kw_only=True, tag="message_sent"):
    """A message left `agent` for `peer`; `route` container: it does not cross the server."""

    route: MessageRoute = "server"


class MessageReceived(Message, frozen=True, kw_only=True, tag="message_received"):
    """A message of `peer` reached `agent`.

    With an `error`, it is the agent's own message to `peer` that came back, with this condition
    (RFC 6120, 8.3.3).
    """

    peer_resource: str = ""
    error: str = ""


class Value(Record, frozen=True, kw_only=True, tag="value"):
    """What an agent keeps under a name: in its knowledge base when it changes, or at the end.

    `value` is JSON. What JSON cannot hold, or is too large, is described in a text; `length` is
    then how many entries it has, if it has any. `source` knowledge: the agent set it. attribute:
    the scenario names the attribute, which is read at the end. `absent`: why it could not be.
    """

    agent: str
    name: str
    value: object = None
    length: int | None = None
    source: Literal["knowledge", "attribute"] = "knowledge"
    absent: str = ""
