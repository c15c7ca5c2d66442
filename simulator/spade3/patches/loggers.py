"""Loggers of agents that live no longer than their agents.

SPADE asks `logging` for a logger named like each agent, and aioxmpp for several below that.
`logging` keeps them for the life of the process.
"""

from __future__ import annotations

import logging
from typing import Any


class AgentLogger(logging.Logger):
    """An agent's logger, which stands for those below it too. `logging` does not know it.

    A logger that somebody has made and set up under the name is used instead.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.parent = self._root = logging.getLogger()

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802  (logging's name)
        """As `logging.Logger`, which remembers the answer until `logging` says that it changed."""
        return level >= (self.level or self._root.level) and level > self.manager.disable

    def debug(self, msg: object, *arguments: Any, **options: Any) -> None:
        """As `logging.Logger`. aioxmpp calls it several times for each stanza."""
        if self.level or self._root.level <= logging.DEBUG:
            super().debug(msg, *arguments, **options)

    def getChild(self, suffix: str) -> Any:  # noqa: N802  (logging's name)
        """The known logger below this one; this one where there is none."""
        return _known(f"{self.name}.{suffix}") or self


class Logging:
    """Stands for the module `logging` in `spade.agent`."""

    def __getattr__(self, name: str) -> Any:
        return getattr(logging, name)

    @staticmethod
    def getLogger(name: str) -> logging.Logger:  # noqa: N802  (logging's name)
        """The known logger of that name, or one that nobody else keeps."""
        return _known(name) or AgentLogger(name)


def _known(name: str) -> logging.Logger | None:
    found = logging.getLogger().manager.loggerDict.get(name)
    return found if isinstance(found, logging.Logger) else None
