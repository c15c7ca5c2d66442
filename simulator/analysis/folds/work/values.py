"""What agents keep under which name, as it changed."""

from __future__ import annotations

from simulator.journal.work_records import Value


class Values:
    """Keeps the records of values. `last`: the latest one by agent and name."""

    def __init__(self) -> None:
        self.all: list[Value] = []
        self.last: dict[tuple[str, str], Value] = {}

    def see(self, record: Value) -> None:
        """Take the next one."""
        self.all.append(record)
        self.last[record.agent, record.name] = record


def number(record: Value) -> float | None:
    """What a value counts as: a number itself, a list or a mapping by its length."""
    if record.length is not None:
        return record.length
    value = record.value
    if isinstance(value, list | dict):
        return len(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value


def counted(record: Value) -> str:
    """A value in a few words: ``3 entries``, ``12.5``, ``"open"``."""
    count = number(record)
    if count is None:
        return repr(record.value) if isinstance(record.value, str) else str(record.value).lower()
    if isinstance(record.value, int | float):
        return f"{count:.6g}"
    return f"{count:.0f} {'entry' if count == 1 else 'entries'}"
