"""Who waits and who keeps busy: tasks and callbacks in words, for a reader of an error.

Task names are left out: asyncio numbers them through the whole process, so they would differ
between two runs of one process. A SPADE behaviour is known by what it has (an `agent` with a
`jid`), so that this module does not need SPADE.
"""

from __future__ import annotations

import asyncio
from asyncio import Future, Handle, Task
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_DEPTH = 40
_ASYNCIO = str(Path(asyncio.__file__).parent)


def list_waiting(tasks: Iterable[Task[Any]], limit: int = 20) -> str:
    """One line for each task, in the given order, at most `limit` of them."""
    lines = [f"  - {describe_task(task)}" for task in tasks]
    if len(lines) > limit:
        lines[limit:] = [f"  - and {len(lines) - limit} more"]
    return "\n".join(lines) or "  - no task at all"


def list_busiest(owners: Counter[Any], limit: int = 5) -> str:
    """One line for each of the `limit` owners that were seen most often."""
    described = Counter[str]()
    for owner, times in owners.items():
        described[describe_owner(owner)] += times
    return "\n".join(f"  - {text}" for text, _ in described.most_common(limit))


def owner_of(handle: Handle) -> Any:
    """The task that a ready callback belongs to; the callback itself where there is none."""
    callback: Any = getattr(handle, "_callback", None)
    owner = getattr(callback, "__self__", None)
    return owner if isinstance(owner, Future) else callback


def describe_owner(owner: Any) -> str:
    """A task or a callback in words."""
    return describe_task(owner) if isinstance(owner, Task) else f"callback {_name(owner)}"


def describe_task(task: Task[Any]) -> str:
    """Whose task it is and the chain of coroutines down to what it awaits."""
    frames = _awaited(task.get_coro())
    chain = " > ".join(_place(coroutine) for coroutine in frames)
    who = next((said for said in map(_subject, frames) if said), "")
    return f"{who}: {chain}" if who else chain


def _awaited(coroutine: Any) -> list[Any]:
    """The coroutine, what it awaits, what that awaits, and so on."""
    found: list[Any] = []
    while hasattr(coroutine, "__qualname__") and len(found) < _DEPTH:
        found.append(coroutine)
        coroutine = getattr(coroutine, "cr_await", getattr(coroutine, "gi_yieldfrom", None))
    return found


def _frame(coroutine: Any) -> Any:
    return getattr(coroutine, "cr_frame", getattr(coroutine, "gi_frame", None))


def _place(coroutine: Any) -> str:
    """Its name, with file and line outside asyncio, whose lines say nothing."""
    frame = _frame(coroutine)
    if frame is None or frame.f_code.co_filename.startswith(_ASYNCIO):
        return _name(coroutine)
    return f"{_name(coroutine)} ({Path(frame.f_code.co_filename).name}:{frame.f_lineno})"


def _subject(coroutine: Any) -> str:
    """The agent or behaviour whose method this coroutine is, by the look of its `self`."""
    frame = _frame(coroutine)
    self = frame.f_locals.get("self") if frame is not None else None
    if self is None:
        return ""
    jid = getattr(getattr(self, "agent", None), "jid", None)
    if jid is not None:
        return f"behaviour {type(self).__qualname__} of {jid}"
    jid = getattr(self, "jid", None)
    return f"agent {jid}" if jid is not None else ""


def _name(thing: Any) -> str:
    thing = getattr(thing, "func", thing)
    return str(getattr(thing, "__qualname__", type(thing).__qualname__))
