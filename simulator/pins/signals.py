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

from simulator.pins.replacing import replace


def enter(stack: contextlib.ExitStack) -> None:
    """Make signals quicker and smaller until `stack` is closed."""
    replace(stack, AbstractSignal, "__get__", _getter())
    replace(stack, AbstractAdHocSignal, "__init__", _without_order)
    fire = _firing(AdHocSignal.fire)
    replace(stack, AdHocSignal, "fire", fire)
    replace(stack, AdHocSignal, "__call__", fire)


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


def _firing(stock: Any) -> Any:
    def fire(self: Any, *arguments: Any, **options: Any) -> None:
        if self._connections:
            stock(self, *arguments, **options)

    return fire


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
