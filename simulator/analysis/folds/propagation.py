"""Propagation: whether and when every presence change reached every watcher.

A *change* is an `Actual` record by which a resource's availability, show, status or priority
became another (of an unavailable resource, only availability counts). Its issue time is that
of the `Sent` record with the same id, else its own. One *delivery* is one change for one watch:

- **delivered**: a receipt at the watcher matches, and the watch was authorised from before the
  issue to the receipt. The receipt has the change's id; where either has no id (an unavailable
  that the server made), the first with the same content matches. Who heard of a session's end
  before the session's own client did (`_came_before`) got it in no time.
- **superseded**: a later change of the same resource arrived instead.
- **lost**: neither, by the end of the observation.
- **not due**: the watch was not authorised throughout; or the observation ended within the
  settle time after the issue, so that nobody can say.
"""

from __future__ import annotations

from array import array
from collections import deque
from enum import IntEnum
from typing import Literal

from simulator.analysis.folds.watches import Watches
from simulator.analysis.states import WatchStates
from simulator.journal.records import Action, Actual, Received, Sent


class Delivery(IntEnum):
    """What became of a change at one watcher."""

    OPEN = 0
    """Only while folding."""
    DELIVERED = 1
    SUPERSEDED = 2
    LOST = 3
    NOT_DUE = 4


class Change:
    """One change of one resource's presence; times in microseconds.

    `origin`: the plan's entry that asked for it, as far as that is known. `of`: what became
    another; ``presence`` is availability and show, whatever else changed with them.
    """

    __slots__ = ("actual", "issued", "number", "of", "origin")

    def __init__(
        self,
        number: int,
        actual: Actual,
        issued: int,
        origin: str,
        of: Literal["presence", "status", "priority"] = "presence",
    ) -> None:
        self.number = number
        self.of = of
        self.origin = origin
        self.actual = actual
        self.issued = issued

    @property
    def what(self) -> str:
        """What it became: ``unavailable``, ``available``, ``dnd``, ``'at lunch'``, ``5``."""
        actual = self.actual
        if self.of == "presence":
            return (actual.show or "available") if actual.available else "unavailable"
        if self.of == "priority":
            return str(actual.priority)
        texts = dict(actual.status)
        return repr(texts.get("", next(iter(texts.values()), ""))) if texts else "nothing"


class _Due:
    """A change that is on its way to one watcher; `void` is when the watch ended."""

    __slots__ = ("change", "row", "void")

    def __init__(self, row: int, change: Change) -> None:
        self.row = row
        self.change = change
        self.void: int | None = None


_Queues = dict[str, deque[_Due]]

_Content = tuple[bool, str, object, int]
_GONE: _Content = (False, "", (), 0)


def _content(actual: Actual) -> _Content:
    if not actual.available:
        return _GONE
    return (True, actual.show, actual.status, actual.priority)


def _changed(before: _Content, after: _Content) -> Literal["presence", "status", "priority"]:
    if before[:2] != after[:2]:
        return "presence"
    return "priority" if before[2] == after[2] else "status"


class Propagation:
    """Collects deliveries. Feed it after the watches have taken the same record.

    `receipts` are kept until `match_receipts`, so that the order of records with the same time
    does not matter. The columns `watch`, `change`, `fate` and `received` (microseconds, -1 for
    none) have one row per delivery.
    """

    def __init__(self, watches: Watches) -> None:
        self.changes: list[Change] = []
        self.watch: list[WatchStates] = []
        self.change = array("q")
        self.fate = array("b")
        self.received = array("q")
        self._watches = watches
        self._held: dict[tuple[str, str], _Content] = {}
        self._issued: dict[tuple[str, str], int] = {}
        self._acted: dict[str, Action] = {}
        self._queues: dict[WatchStates, _Queues] = {}
        self.receipts: list[tuple[WatchStates, Received]] = []

    def action(self, record: Action) -> None:
        """Take an action of the plan: a change that follows is its."""
        if not record.skipped:
            self._acted[record.agent] = record

    def sent(self, record: Sent) -> None:
        """Take an issue."""
        if not record.peer and record.id and record.type in ("available", "unavailable"):
            self._issued[record.agent, record.id] = record.t

    def actual(self, record: Actual) -> None:
        """Take what the server accepted."""
        key = (record.agent, record.resource)
        content = _content(record)
        issued = self._issued.pop((record.agent, record.id), record.t) if record.id else record.t
        before = self._held.get(key, _GONE)
        if before == content:
            return
        self._held[key] = content
        origin = self._origin(record, issued)
        change = Change(len(self.changes), record, issued, origin, _changed(before, content))
        self.changes.append(change)
        for watch in self._watches.of_contact(record.agent):
            self._expect(watch, change)

    def _origin(self, actual: Actual, issued: int) -> str:
        acted = self._acted.get(actual.agent)
        if acted is None:
            return ""
        ended = acted.do == "stop" and actual.cause == "closed"
        return acted.origin if ended or acted.t == issued else ""

    def watch_ended(self, watch: WatchStates, t: int) -> None:
        """A watch is no longer authorised: what is on its way is void."""
        for queue in self._queues.get(watch, {}).values():
            for due in queue:
                if due.void is None:
                    due.void = t

    def match_receipts(self) -> None:
        """Match the receipts since the last call."""
        for watch, record in self.receipts:
            queues = self._queues.get(watch)
            if not queues:
                continue
            if record.peer_resource or record.type == "available":
                if queue := queues.get(record.peer_resource):
                    self._match(queue, record)
            else:
                for queue in queues.values():
                    self._match(queue, record)
        self.receipts.clear()

    def finish(self, end: int, settle: int) -> None:
        """The observation ended at `end`: decide about what is still on its way."""
        self.match_receipts()
        for queues in self._queues.values():
            for queue in queues.values():
                for due in queue:
                    known = due.void is None and due.change.issued + settle <= end
                    self.fate[due.row] = Delivery.LOST if known else Delivery.NOT_DUE
        self._queues.clear()

    def _expect(self, watch: WatchStates, change: Change) -> None:
        row = len(self.fate)
        self.watch.append(watch)
        self.change.append(change.number)
        self.received.append(-1)
        if watch.sight and watch.since < change.issued:
            if _came_before(watch, change.actual):
                self.fate.append(Delivery.DELIVERED)
                self.received[row] = change.issued
                return
            self.fate.append(Delivery.OPEN)
            queues = self._queues.get(watch)
            if queues is None:
                queues = self._queues[watch] = {}
            queue = queues.get(change.actual.resource)
            if queue is None:
                queue = queues[change.actual.resource] = deque()
            queue.append(_Due(row, change))
        else:
            self.fate.append(Delivery.NOT_DUE)

    def _match(self, queue: deque[_Due], record: Received) -> None:
        """Close what this receipt answers, and what it came instead of."""
        for place, due in enumerate(queue):
            if _answers(record, due.change.actual):
                for _ in range(place):
                    self._close(queue.popleft(), Delivery.SUPERSEDED, record.t)
                self._close(queue.popleft(), Delivery.DELIVERED, record.t)
                return

    def _close(self, due: _Due, fate: Delivery, t: int) -> None:
        if due.void is not None and due.void < t:
            fate = Delivery.NOT_DUE
        self.fate[due.row] = fate
        if fate is Delivery.DELIVERED:
            self.received[due.row] = t


def _came_before(watch: WatchStates, actual: Actual) -> bool:
    """Whether a watcher heard of a session's end before its own client did.

    A real server ends a session itself, and only the client's side of that is known.
    """
    ended = actual.source == "client" and not actual.available and actual.cause != "presence"
    return ended and actual.resource not in watch.observed


def _answers(record: Received, actual: Actual) -> bool:
    if record.id and actual.id:
        return record.id == actual.id
    if record.type == "unavailable":
        return not actual.available
    return _content(actual) == (True, record.show, record.status, record.priority)
