"""Subscription requests, which wait until somebody hears them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Requests:
    """The open requests, by the bare JID of who asks.

    They wait until `are_heard()`, and go to `handle` then, unless `is_settled` says of the asking
    peer that another resource of the agent has answered.
    """

    def __init__(
        self,
        are_heard: Callable[[], bool],
        handle: Callable[[str], None],
        is_settled: Callable[[str], bool],
    ) -> None:
        self._are_heard = are_heard
        self._handle = handle
        self._is_settled = is_settled
        self._waiting: dict[str, None] = {}

    def arrived(self, peer: str) -> None:
        """A peer asks."""
        if self._are_heard():
            self._handle(peer)
        else:
            self._waiting[peer] = None

    def drop(self, peer: str) -> None:
        """The request of a peer was withdrawn or answered."""
        self._waiting.pop(peer, None)

    def drop_all(self) -> None:
        """The session is over; at the next login the server delivers again what is open."""
        self._waiting.clear()

    def hand_over(self) -> None:
        """Handle what waits, if somebody hears it now."""
        while self._waiting and self._are_heard():
            peer = next(iter(self._waiting))
            del self._waiting[peer]
            if not self._is_settled(peer):
                self._handle(peer)

    def hand_over_soon(self, loop: asyncio.AbstractEventLoop) -> None:
        """As `hand_over`, a little later.

        Whoever assigns a handler does not expect it to run inside the assignment.
        """
        if self._waiting:
            loop.call_soon(self.hand_over)
