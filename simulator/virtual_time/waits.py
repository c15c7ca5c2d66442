"""Tasks and callbacks in words, for error messages: who waits, and who never does.

Task names are left out: asyncio numbers them through the whole process, so they would differ
between two runs of one process. A SPADE behaviour is known by what it has (an `agent` with a
`jid`), so that this module does not need SPADE.
"""

from __future__ import annotations

import asyncio
from asyncio import Future, Handle, Task
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType

_DEPTH = 40
_ASYNCIO = str(Path(asyncio.__file__).parent)


def list_waiting(tasks: Iterable[Task[object]], limit: int = 20) -> str:
    """One line for each task, in the given order, at most `limit` of them."""
    lines = [f"  - {describe_task(task)}" for task in tasks]
    if len(lines) > limit:
        lines[limit:] = [f"  - and {len(lines) - limit} more"]
    return "\n".join(lines) or "  - no task at all"


def list_busiest(owners: Counter[object], limit: int = 5) -> str:
    """One line for each of the `limit` owners that were seen most often."""
    described = Counter[str]()
    for owner, times in owners.items():
        described[describe_owner(owner)] += times
    return "\n".join(f"  - {text}" for text, _ in described.most_common(limit))


def owner_of(handle: Handle) -> object:
    """The task that a ready callback belongs to; the callback itself where there is none."""
    callback: object = getattr(handle, "_callback", None)
    owner = getattr(callback, "__self__", None)
    return owner if isinstance(owner, Future) else callback


def describe_owner(owner: object) -> str:
    """A task or a callback in words."""
    return describe_task(owner) if isinstance(owner, Task) else f"callback {_name(owner)}"


def describe_task(task: Task[object]) -> str:
    """Whose task it is and the chain of coroutines down to what it awaits."""
    frames = _awaited(task.get_coro())
    chain = " > ".join(_place(coroutine) for coroutine in frames)
    who = next((said for said in map(_subject, frames) if said), "")
    return f"{who}: {chain}" if who else chain


def waiting_place(task: Task[object], is_interesting: Callable[[str], bool]) -> str:
    """What a task waits in: the innermost coroutine of a file that is interesting, or of any."""
    frames = _awaited(task.get_coro())
    theirs = [one for one in frames if (frame := _frame(one)) and is_interesting(_file(frame))]
    return f"it waits in {_place((theirs or frames)[-1])}"


def _file(frame: FrameType) -> str:
    return frame.f_code.co_filename


def _awaited(coroutine: object) -> list[object]:
    """The coroutine, what it awaits, what that awaits, and so on."""
    found: list[object] = []
    while hasattr(coroutine, "__qualname__") and len(found) < _DEPTH:
        found.append(coroutine)
        coroutine = getattr(coroutine, "cr_await", getattr(coroutine, "gi_yieldfrom", None))
    return found


def _frame(coroutine: object) -> FrameType | None:
    frame: FrameType | None = getattr(coroutine, "cr_frame", getattr(coroutine, "gi_frame", None))
    return frame


def _place(coroutine: object) -> str:
    """Its name, with file and line outside asyncio, whose lines say nothing."""
    frame = _frame(coroutine)
    if frame is None or frame.f_code.co_filename.startswith(_ASYNCIO):
        return _name(coroutine)
    return f"{_name(coroutine)} ({Path(frame.f_code.co_filename).name}:{frame.f_lineno})"


def _subject(coroutine: object) -> str:
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


def _name(thing: object) -> str:
    thing = getattr(thing, "func", thing)
    return str(getattr(thing, "__qualname__", type(thing).__qualname__))
