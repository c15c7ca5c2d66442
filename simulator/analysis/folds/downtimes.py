"""Downtimes: when a session was broken against the will of its agent.

A resource is *down* while its client's stream is broken, and while the server holds it unavailable
although the agent neither sent unavailable presence nor left. It is up again when its stream is
established, or when the server accepts available presence. An agent that comes back under another
resource ends the longest of its downtimes. A resource that never comes back is down until the end.
"""

from __future__ import annotations

from typing import Literal

from simulator.journal.records import Actual, Died, Session

Interval = tuple[int, int]
"""Begin and end, in microseconds."""

_UP = frozenset(("established", "resumed"))
_Side = Literal["client", "server"]
_Key = tuple[str, _Side]


class Downtimes:
    """Collects the downtimes of every agent, and when it was connected again.

    `of`: agent -> intervals, in the order of their ends. `reconnects`: agent -> times at which a
    stream was established or resumed after a downtime, in order.
    """

    def __init__(self) -> None:
        self.of: dict[str, list[Interval]] = {}
        self.reconnects: dict[str, list[int]] = {}
        self._since: dict[_Key, dict[str, int]] = {}
        self._left: set[tuple[str, str]] = set()
        self._broken: set[str] = set()

    def session(self, record: Session) -> None:
        """Take what a client saw of its stream."""
        agent, resource, state = record.agent, record.resource, record.state
        if state in _UP:
            self._left.discard((agent, resource))
            self._up((agent, "client"), resource, record.t)
            self._reconnected(agent, record.t)
        elif state == "closed":
            self._up((agent, "client"), resource, record.t)
        elif state in ("suspended", "failed"):
            self._left.discard((agent, resource))
            self._down((agent, "client"), resource, record.t)
        elif not self._is_down((agent, "client"), resource):
            # Nothing broke, so the client has ended its stream itself.
            self._left.add((agent, resource))

    def died(self, record: Died) -> None:
        """Take a death: the stream of an agent that crashed is broken until it connects again."""
        if record.cause == "crash":
            self._down((record.agent, "client"), "", record.t)

    def actual(self, record: Actual) -> None:
        """Take what the server held of a resource."""
        key: _Key = (record.agent, "server")
        if record.available:
            self._up(key, record.resource, record.t)
        elif record.cause in ("broken", "replaced") or self._hung_up(record):
            self._down(key, record.resource, record.t)

    def _hung_up(self, record: Actual) -> bool:
        """Whether the stream ended in order, but not by its client."""
        return record.cause == "closed" and (record.agent, record.resource) not in self._left

    def finish(self, end: int) -> None:
        """The observation ended at `end`."""
        for key, resources in self._since.items():
            for resource in list(resources):
                self._up(key, resource, end)

    def _is_down(self, key: _Key, resource: str) -> bool:
        return resource in self._since.get(key, ())

    def _down(self, key: _Key, resource: str, t: int) -> None:
        self._since.setdefault(key, {}).setdefault(resource, t)
        self._broken.add(key[0])

    def _up(self, key: _Key, resource: str, t: int) -> None:
        down = self._since.get(key)
        if down:
            since = down.pop(resource if resource in down else next(iter(down)))
            self.of.setdefault(key[0], []).append((since, t))

    def _reconnected(self, agent: str, t: int) -> None:
        if agent in self._broken:
            self._broken.discard(agent)
            self.reconnects.setdefault(agent, []).append(t)
