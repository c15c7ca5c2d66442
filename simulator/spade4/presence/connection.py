"""Keeps an agent that is alive connected, and an agent that was stopped away.

SPADE leaves it to its keepalive, a ping each 55 seconds: a link that was cut is mended after up to
85 seconds, an agent that was stopped logs in again, and two agents with one resource replace each
other for ever.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.spade4.types import Agent, Client, Stanza

SOONEST = 1.0
"""Seconds after which a lost connection is made again; twice as many each time, up to `LATEST`."""
LATEST = 60.0
_PING = "Ping keepalive"


class Connection:
    """The connection of one agent, from before its first session on."""

    def __init__(self, agent: Agent, client: Client) -> None:
        self._agent = agent
        self._client = client
        self._was_alive = False
        self._had_session = False
        self._replaced = False
        self._pinging = False
        self._delay = SOONEST
        self._timer: asyncio.TimerHandle | None = None
        client.add_event_handler("disconnected", self._lost)
        client.add_event_handler("stream_error", self._refused)

    @property
    def is_over(self) -> bool:
        """Whether the agent was stopped, or another one took its resource."""
        alive = self._agent.is_alive()
        self._was_alive |= alive
        return self._replaced or (self._was_alive and not alive)

    def started(self) -> bool:
        """A session starts. False if it must not: the agent was stopped meanwhile."""
        if self.is_over:
            self._client.disconnect()
            return False
        self._had_session = True
        # As aioxmpp does: a new resource would leave the old session at the server, if that has not
        # noticed yet that it is dead.
        self._client.requested_jid = self._client.boundjid
        self._delay = SOONEST
        if self._pinging and _PING not in self._client.scheduled_events:
            self._client["xep_0199"].enable_keepalive()
        return True

    def _lost(self, _reason: object) -> None:
        if _PING in self._client.scheduled_events:
            self._pinging = True
            self._client["xep_0199"].disable_keepalive()
        # Why it was lost shows a little later: SPADE disconnects first, and then it is stopped.
        self._was_alive |= self._agent.is_alive()
        if self._had_session and self._timer is None:
            self._timer = self._client.loop.call_later(self._delay, self._mend)
            self._delay = min(2 * self._delay, LATEST)

    def _mend(self) -> None:
        self._timer = None
        client = self._client
        if self.is_over:
            client.cancel_connection_attempt()
        elif not (client.is_connected() or client.is_connecting()):
            # slixmpp tries until it succeeds, less and less often.
            host, port = client.custom_address or (None, None)
            client.connect(host, port)

    def _refused(self, error: Stanza) -> None:
        # RFC 6120, section 4.9.3.3: to come back would replace the other one.
        self._replaced |= error["condition"] == "conflict"
