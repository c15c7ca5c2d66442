"""The agents' log: what SPADE, aioxmpp and agents log during a run, without its passwords."""

from __future__ import annotations

import contextlib
import copy
import logging
from collections.abc import Hashable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Literal, TypeAlias

from simulator.journal import folder as run_folder
from simulator.journal.redaction import Redaction

_ExcInfo: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)

LogLevel = Literal["debug", "info", "warning", "error"]

_MANY = 1_000
"""Tracebacks that are remembered at once."""
_SAY_MORE = (SyntaxError, NameError, AttributeError, ImportError, BaseExceptionGroup)
"""Errors whose traceback shows more than their text and their frames."""


@contextlib.contextmanager
def logged(path: Path | None, redaction: Redaction, level: LogLevel = "warning") -> Iterator[None]:
    """Send what SPADE, aioxmpp and the agents log to a file instead of the terminal.

    Without a `path` it goes nowhere. `level`: what is less important is left out.
    """
    least = logging.getLevelNamesMapping()[level.upper()]
    handler = logging.NullHandler() if path is None else _log_file(path, redaction, least)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    if path is not None and least < before:
        root.setLevel(least)
    try:
        yield
    finally:
        root.setLevel(before)
        root.removeHandler(handler)
        with contextlib.suppress(OSError):
            handler.close()


def _log_file(path: Path, redaction: Redaction, level: int) -> logging.Handler:
    run_folder.write_private(path, "")
    handler = _LogFile(path, encoding="utf-8")
    handler.setFormatter(Redacted(redaction))
    handler.setLevel(level)
    return handler


class Redacted(logging.Formatter):
    """Lines, and tracebacks, without the passwords of the run.

    When a server goes down, every agent logs the same traceback, so it is formatted once.
    """

    def __init__(self, redaction: Redaction) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._redaction = redaction
        self._tracebacks: dict[Hashable, str] = {}

    def format(self, record: logging.LogRecord) -> str:
        """Format as usual, then redact."""
        own = copy.copy(record)
        own.exc_text = None  # that of another formatter has the passwords
        return super().format(own)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  (logging's name)
        """Redact the line."""
        return self._redaction.text(super().formatMessage(record))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        """Redact where it was logged."""
        return self._redaction.text(super().formatStack(stack_info))

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802
        """Format a traceback, or take it from memory."""
        key = _outline(ei[1])
        if key is None:
            return self._traceback(ei)
        key = (key, self._redaction.known)
        if key not in self._tracebacks:
            if len(self._tracebacks) >= _MANY:
                self._tracebacks.clear()
            self._tracebacks[key] = self._traceback(ei)
        return self._tracebacks[key]

    def _traceback(self, ei: _ExcInfo) -> str:
        return self._redaction.text(super().formatException(ei))


def _outline(error: BaseException | None) -> Hashable | None:
    """What the text of a traceback depends on, or None where something else may count."""
    found: list[Hashable] = []
    seen: list[BaseException] = []
    while error is not None:
        says_more = isinstance(error, _SAY_MORE) or hasattr(error, "__notes__")
        if says_more or any(error is one for one in seen):
            return None
        seen.append(error)
        found.append((type(error), str(error), error.__cause__ is None, *_places(error)))
        hidden = error.__cause__ is None and error.__suppress_context__
        error = None if hidden else error.__cause__ or error.__context__
    return tuple(found)


def _places(error: BaseException) -> Iterator[tuple[str, str, int, int]]:
    """The frames that an error went through, each to the instruction."""
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        yield code.co_filename, code.co_name, traceback.tb_lineno, traceback.tb_lasti
        traceback = traceback.tb_next


class _LogFile(logging.FileHandler):
    """A log that a full disk cuts short without a word: the journal reports that, once."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Do nothing."""
