"""What a server that cannot be inspected has accepted of its agents' availability.

An agent knows what it said, and a proxy knows what got through and when the server closed its
end. Without a proxy the agent's word counts at once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec

from simulator.journal.records import Actual, AnyRecord
from simulator.servers.real.proxy import Line, Passage


class Gate:
    """Where what reaches the server waits while it is shut. Each `shut` needs an `open`."""

    def __init__(self) -> None:
        self._shut = 0
        self._waiting: list[Callable[[], None]] = []

    def enter(self, step: Callable[[], None]) -> None:
        """Do `step` as soon as the gate is open."""
        self._waiting.append(step)
        self._go_on()

    def shut(self) -> None:
        """Shut, until `open`."""
        self._shut += 1

    def open(self) -> None:
        """Take one `shut` back."""
        self._shut -= 1
        self._go_on()

    def _go_on(self) -> None:
        while self._waiting and not self._shut:
            self._waiting.pop(0)()


class Acceptance:
    """What the server accepted of one session: `Actual` records with source ``client``.

    `line`: the session's proxy, if it has one.
    """

    def __init__(
        self, record: Callable[[AnyRecord], None], clock: Callable[[], int], gate: Gate
    ) -> None:
        self._record = record
        self._clock = clock
        self._gate = gate
        self._available: Actual | None = None
        self._passage: Passage | None = None
        self.line: Line | None = None

    @property
    def resource(self) -> str | None:
        """The resource that is available, if there is one."""
        return None if self._available is None else self._available.resource

    def issued(self, actual: Actual) -> None:
        """The agent announces `actual` now; its bytes follow."""
        passage = None if self.line is None else self.line.newest
        arrived = partial(self._gate.enter, partial(self._accept, actual, passage))
        if passage is None:
            arrived()
        else:
            passage.up.mark(arrived)

    def ended(self) -> None:
        """The agent's stream has ended. That counts where no proxy knows better."""
        self.over(None)

    def over(self, passage: Passage | None) -> None:
        """The server's end of a connection is closed."""
        self._gate.enter(partial(self._close, passage))

    def _accept(self, actual: Actual, passage: Passage | None) -> None:
        self._available = actual if actual.available else None
        self._passage = passage
        self._record(msgspec.structs.replace(actual, t=self._clock()))

    def _close(self, passage: Passage | None) -> None:
        # A newer connection may have taken the place of the one that is over; and what came
        # through a proxy ends with the server's end of it, not with the agent's word.
        if self._available is None or passage is not self._passage:
            return
        ended = Actual(
            t=self._clock(),
            agent=self._available.agent,
            resource=self._available.resource,
            available=False,
            cause="closed",
            source="client",
        )
        self._available = None
        self._record(ended)
