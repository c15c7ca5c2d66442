"""aioxmpp's signals, kept by the objects whose signals they are."""

from __future__ import annotations

import contextlib
import itertools
from typing import Any

from aioxmpp.callbacks import AbstractSignal

from simulator.agents.shared.replacing import replace


def enter(stack: contextlib.ExitStack) -> None:
    """Let signals go with their objects until `stack` is closed."""
    replace(stack, AbstractSignal, "__get__", _getter())


def _getter() -> Any:
    """`AbstractSignal.__get__`, which keeps a signal in the object whose signal it is.

    aioxmpp keeps it in a WeakKeyDictionary, which never lets an object go, because its signals
    refer back to it: every client and stream would live as long as the process.
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
