"""What an agent keeps, as records: a user's objects as JSON, the same in each run."""

from __future__ import annotations

import math
import numbers
import re
import reprlib
from collections.abc import Callable, Iterable, Mapping, Set
from typing import Literal

import msgspec

from simulator.agents.context import AgentContext
from simulator.journal.work_records import Value
from simulator.scenario.language.words import nearest

MOST_ENTRIES = 1000
"""A value with more entries, those of its entries included, is described in a text."""
MOST_CHARACTERS = 2000
"""So much of a text is recorded."""
DESCRIPTION = 200
"""Characters of the text that describes what JSON cannot hold."""
_DEPTH = 20
_WHOLE = 2**63
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


Redact = Callable[[str], str]
"""Takes passwords out of a text."""


class Knowledge:
    """Records what an agent keeps under which name, each time that it becomes another value."""

    def __init__(self, agent: str, context: AgentContext) -> None:
        self._agent = agent
        self._context = context
        self._last: dict[str, bytes] = {}

    def changed(self, name: str, value: object) -> None:
        """The agent put a value into its knowledge base, or may have changed one there."""
        found, length = as_json(value, self._context.redaction.text)
        encoded = msgspec.json.encode((found, length))
        if self._last.get(name) == encoded:
            return
        self._last[name] = encoded
        self._record(name, found, length, "knowledge")

    def attributes(self, agent: object, names: Iterable[str]) -> None:
        """Record these attributes of the agent as they are now; `agent` None: it never was."""
        for name in names:
            absent = "the agent was never made" if agent is None else ""
            found: object = None
            length: int | None = None
            if agent is not None:
                try:
                    found, length = as_json(getattr(agent, name), self._context.redaction.text)
                except AttributeError:
                    near = nearest(name, sorted(one for one in vars(agent) if one[0] != "_"))
                    absent = f"no such attribute; there is {near}"
                except Exception as error:  # a property of a user's may raise anything
                    absent = f"reading it raised {type(error).__name__}: {error}"
            self._record(name, found, length, "attribute", absent)

    def _record(
        self,
        name: str,
        value: object,
        length: int | None,
        source: Literal["knowledge", "attribute"],
        absent: str = "",
    ) -> None:
        context = self._context
        context.record(
            Value(
                t=context.clock(),
                agent=self._agent,
                name=name,
                value=value,
                length=length,
                source=source,
                absent=context.redaction.text(absent),
            )
        )


class _Unfit(Exception):
    """The value is none of JSON's, or too large."""


class _Texts:
    """Turns a value into JSON, and counts its entries."""

    def __init__(self, redact: Redact) -> None:
        self._redact = redact
        self._left = MOST_ENTRIES

    def text(self, text: str) -> str:
        return clean(self._redact(str.__str__(text)[:MOST_CHARACTERS]))

    def convert(self, value: object, depth: int = 0) -> object:
        """The value as JSON. Raises _Unfit."""
        self._left -= 1
        if depth > _DEPTH or self._left < 0:
            raise _Unfit
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, numbers.Integral):
            whole = int(value)
            return whole if -_WHOLE <= whole < _WHOLE else str(whole)[:DESCRIPTION]
        if isinstance(value, numbers.Real) and not isinstance(value, numbers.Rational):
            number = float(value)
            return number if math.isfinite(number) else str(number)
        return self._several(value, depth + 1)

    def _several(self, value: object, depth: int) -> object:
        if hasattr(value, "bare") and hasattr(value, "resource"):
            return self.text(str(value))  # a JID, which may be a tuple
        if isinstance(value, Mapping):
            return {
                self.text(key if isinstance(key, str) else str(self.convert(key, depth))): (
                    self.convert(one, depth)
                )
                for key, one in value.items()
            }
        if isinstance(value, Set):
            return sorted((self.convert(one, depth) for one in value), key=msgspec.json.encode)
        if isinstance(value, list | tuple):
            return [self.convert(one, depth) for one in value]
        raise _Unfit


def as_json(value: object, redact: Redact) -> tuple[object, int | None]:
    """A value as JSON, or a text that describes it and how many entries it has.

    Sets are sorted, and descriptions have no addresses: equal runs give equal journals.
    """
    texts = _Texts(redact)
    try:
        return texts.convert(value), None
    except _Unfit:
        pass
    except Exception:  # a user's class may raise anything
        return f"<{type(value).__name__}>", None
    return texts.text(_described(value)), _length(value)


def _described(value: object) -> str:
    try:
        # Not repr(), which would write all of a large one.
        text = _SHORT.repr(value)
    except Exception:
        text = f"<{type(value).__name__}>"
    return _ADDRESS.sub("", text)[:DESCRIPTION]


def _length(value: object) -> int | None:
    return len(value) if isinstance(value, Mapping | Set | list | tuple) else None


def clean(text: str) -> str:
    """A text without lone surrogates, which JSON cannot hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


_SHORT = reprlib.Repr()
_SHORT.maxother = _SHORT.maxstring = DESCRIPTION
