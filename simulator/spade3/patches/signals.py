"""aioxmpp's signals: kept with their objects, and forgotten at the end of a run."""

from __future__ import annotations

import contextlib
import itertools
import weakref
from collections.abc import Iterator
from typing import Any

import aioxmpp
import aioxmpp.callbacks
import aioxmpp.protocol
import aioxmpp.service
import aioxmpp.stream
import aioxmpp.utils
from aioxmpp.callbacks import AbstractAdHocSignal, AbstractSignal, AdHocSignal

from simulator.spade3.patches.replacing import replace


def enter(stack: contextlib.ExitStack) -> None:
    """Make signals quicker and smaller until `stack` is closed."""
    replace(stack, AbstractSignal, "__get__", _getter())
    replace(stack, AbstractAdHocSignal, "__init__", _without_order)
    replace(stack, AdHocSignal, "STRONG", _Strong)
    replace(stack, AdHocSignal, "fire", _fire)
    replace(stack, AdHocSignal, "__call__", _fire)


def _getter() -> Any:
    """`AbstractSignal.__get__`, which keeps a signal in the object whose signal it is.

    aioxmpp asks a WeakKeyDictionary at each access, which makes a weak reference each time and
    never lets an object go, because its signals refer back to it.
    """
    numbers = itertools.count()
    slots: dict[Any, str] = {}

    def get(self: Any, instance: Any, owner: Any) -> Any:
        if instance is None:
            return self
        try:
            return instance.__dict__[slots[self]]
        except KeyError:
            slot = slots.setdefault(self, f"_signal_{next(numbers)}")
            return instance.__dict__.setdefault(slot, self.make_adhoc_signal())

    return get


def _without_order(self: Any) -> None:
    # A dict keeps the order too, in a third of the memory of an OrderedDict.
    self._connections = {}
    self.logger = aioxmpp.callbacks.logger


class _Strong:
    """A connection of the usual kind: to a callable, which stays until it returns a true value."""

    __slots__ = ("listener",)

    def __init__(self, listener: Any) -> None:
        if not callable(listener):
            raise TypeError(f"must be callable, got {listener!r}")
        self.listener = listener

    def __call__(self, arguments: Any, options: Any) -> bool:
        return not self.listener(*arguments, **options)


def _fire(self: Any, *arguments: Any, **options: Any) -> None:
    """`AdHocSignal.fire`, with a call less for each listener."""
    if not self._connections:
        return
    for token, connection in tuple(self._connections.items()):
        try:
            if type(connection) is _Strong:
                keep = not connection.listener(*arguments, **options)
            else:
                keep = connection(arguments, options)
        except Exception:
            self.logger.exception("listener attached to signal raised")
            keep = False
        if not keep:
            del self._connections[token]


def forget_all() -> None:
    """Drop the signals of stopped clients: aioxmpp keeps every client through them."""
    for holder in _holders():
        for value in vars(holder).values():
            if isinstance(value, AbstractSignal):
                value._instances = weakref.WeakKeyDictionary()


def _holders() -> Iterator[type]:
    seen: set[type] = set()
    waiting: list[type] = [aioxmpp.Client, aioxmpp.service.Service, aioxmpp.protocol.XMLStream]
    waiting += [aioxmpp.stream.StanzaStream, aioxmpp.utils.AlivenessMonitor]
    while waiting:
        holder = waiting.pop()
        if holder not in seen:
            seen.add(holder)
            yield holder
            waiting.extend(holder.__subclasses__())
