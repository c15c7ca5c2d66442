"""aioxmpp's services, of which every agent has ten, in less memory."""

from __future__ import annotations

import contextlib
from types import SimpleNamespace
from typing import Any

import aioxmpp.service

from simulator.pins.replacing import replace


class _SmallStack(contextlib.ExitStack):
    """An ExitStack on a list: a deque takes 600 bytes when it is empty."""

    def __init__(self) -> None:
        super().__init__()
        self._exit_callbacks: list[Any] = []


def enter(stack: contextlib.ExitStack) -> None:
    """Let new services have small stacks until `stack` is closed."""
    replace(stack, aioxmpp.service, "contextlib", SimpleNamespace(ExitStack=_SmallStack))
