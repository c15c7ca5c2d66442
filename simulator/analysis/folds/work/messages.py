"""Messages between agents: what became of each one that was sent (metrics.md)."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Literal

from simulator.journal.work_records import MessageReceived, MessageSent

Fate = Literal["delivered", "undelivered", "under_way", "unseen"]


@dataclass(slots=True)
class Sent:
    """A message that was sent, and what became of it. Times are in microseconds.

    `received`: when it first reached its addressee, None while it has not. `receipts`: how many
    sessions it reached. `error`: the condition with which it came back.
    """

    record: MessageSent
    received: int | None = None
    receipts: int = 0
    error: str = ""


class Messages:
    """Matches receipts to what was sent, by the stanza's id. `sent` is in order."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self._by_id: dict[tuple[str, str, str], Sent] = {}
        self._end = self._settle = 0

    def left(self, record: MessageSent) -> None:
        """A message leaves an agent."""
        message = Sent(record)
        self.sent.append(message)
        self._by_id[record.agent, record.peer, record.id] = message

    def arrived(self, record: MessageReceived) -> None:
        """A message reaches an agent, or comes back to its own. One of a stranger's is no match."""
        between = (record.agent, record.peer) if record.error else (record.peer, record.agent)
        message = self._by_id.get((*between, record.id))
        if message is None:
            return
        if record.error:
            message.error = record.error
        else:
            message.receipts += 1
            if message.received is None:
                message.received = record.t

    def finish(self, end: int, settle: int) -> None:
        """The observation ends; what was sent less than `settle` before may be under way."""
        self._end, self._settle = end, settle

    def fate(self, message: Sent, planned: Container[str]) -> Fate:
        """What became of a message; `planned` holds the names of the agents that are observed.

        Whether a message reached somebody outside the plan cannot be seen, unless it came back.
        """
        if message.received is not None:
            return "delivered"
        if message.error:
            return "undelivered"
        if message.record.peer not in planned:
            return "unseen"
        late = message.record.t > self._end - self._settle
        return "under_way" if late else "undelivered"
