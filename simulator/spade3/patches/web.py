"""SPADE's web interface, made when somebody uses it."""

from __future__ import annotations

import contextlib
from typing import Any

import spade.agent
import spade.web

from simulator.spade3.patches.replacing import replace

_LATE = frozenset(("app", "loaders", "menu_entries"))
"""What `WebApp.__init__` makes at some cost: an aiohttp application and a jinja environment."""


class LateWebApp(spade.web.WebApp):
    """A `WebApp` that is one once its application, templates or menu are asked for."""

    server = hostname = port = runner = None

    def __init__(self, agent: Any) -> None:
        self.agent = agent

    def __getattr__(self, name: str) -> Any:
        if name not in _LATE:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        already_set = dict(vars(self))
        super().__init__(self.agent)
        self.__dict__.update(already_set)
        return getattr(self, name)


def enter(stack: contextlib.ExitStack) -> None:
    """Let new agents have a late web interface until `stack` is closed."""
    replace(stack, spade.agent, "WebApp", LateWebApp)
