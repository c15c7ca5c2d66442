"""Exceptions in users' code, as text that does not depend on the machine and has no passwords.

Frames of the standard library are left out: their line numbers differ between Python versions,
and the reader looks for the user's lines. Files appear by module name, without their folders.
"""

from __future__ import annotations

import inspect
import sysconfig
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType

import simulator
from simulator.errors import AuthenticationRefused, BackendError
from simulator.journal.redaction import Redaction

Report = Callable[[str, BaseException], None]
"""Told where an exception in an agent's code came from, and the exception."""

_OWN_PACKAGE = Path(simulator.__file__).parent
_STANDARD_LIBRARY = Path(sysconfig.get_paths()["stdlib"])


def describe_error(error: BaseException, redaction: Redaction) -> tuple[str, str]:
    """(``ValueError: text``, frames outside the standard library, oldest first)."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [_describe_frame(frame) for frame in frames if not _is_standard(frame.filename)]
    text = f"{type(error).__name__}: {error}".removesuffix(": ")
    return redaction.text(text), redaction.text("\n".join(lines))


FAILURES = (Exception, SystemExit, KeyboardInterrupt)
"""What counts as a failure of an agent when its code raises it, and would end a program alone."""


def is_users(filename: str) -> bool:
    """Whether it is a file of the user's: not installed, not Python's, and not ours."""
    path = Path(filename)
    inside = _OWN_PACKAGE in path.parents or "site-packages" in path.parts
    return not (inside or filename.startswith("<") or _is_standard(filename))


def owner_of(error: BaseException) -> object:
    """The agent in whose code an exception was raised, as `owner_among`, from there outwards."""
    steps = reversed(list(traceback.walk_tb(error.__traceback__)))
    return owner_among(frame for frame, _ in steps)


def owner_among(frames: Iterable[FrameType]) -> object:
    """The first agent with a ``harness`` that functions have among their variables.

    It is also looked for in the `agent` of what they hold. None where nobody is found.
    """
    for frame in frames:
        for value in frame.f_locals.values():
            for one in (value, _held(value, "agent")):
                if one is not None and _held(one, "harness") is not None:
                    return one
    return None


def _held(thing: object, name: str) -> object:
    # Without running anybody's code.
    return inspect.getattr_static(thing, name, None)


def place_of(error: BaseException) -> str:
    """File and line of the user's code that an exception was raised in or came through last.

    Such as ``shop.py:12``; empty where it met nobody's code but that of libraries and ours.
    """
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if is_users(frame.filename):
            return f"{Path(frame.filename).name}:{frame.lineno}"
    return ""


def in_brackets(place: str) -> str:
    """`` (shop.py:12)`` behind a text; nothing for no place."""
    return f" ({place})" if place else ""


def _describe_frame(frame: traceback.FrameSummary) -> str:
    return f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}: {frame.line or ''}"


def _is_standard(filename: str) -> bool:
    path = Path(filename)
    if "site-packages" in path.parts:
        return False
    return filename.startswith("<frozen") or _STANDARD_LIBRARY in path.parents


def explain(
    error: BaseException, refusals: tuple[type[BaseException], ...] = ()
) -> BackendError | None:
    """The BackendError that made an agent's start fail, or None when it is something else.

    The libraries collect the failures of several attempts, or replace one by an exception of
    their own; this finds the cause in what they raise. `refusals`: exceptions that mean that the
    server refused the password.
    """
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, BackendError):
            return current
        if isinstance(current, refusals):
            return AuthenticationRefused(f"the server refused the account: {error}")
        waiting += [current.__context__, current.__cause__, *getattr(current, "exceptions", ())]
    return None
