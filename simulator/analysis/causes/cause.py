"""Causes, and what has one: a declared watch that is not in force, or a time of wrong sight."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeVar

import msgspec

from simulator.analysis.states import DeclaredWatch, WatchStates

C = TypeVar("C")


class CauseClass(StrEnum):
    """Whose doing it was (metrics page)."""

    SCENARIO = "scenario"
    """The scenario wants it so: nobody was to approve, a refusal, an agent that is not there."""
    USER_CODE = "user_code"
    """An agent's own code raised, never answered, never let the agent ask, or ended it."""
    PRESENCE_MANAGER = "presence_manager"
    CLIENT_LIBRARY = "client_library"
    """A client that never connects again, or lost a stanza in a reconnect."""
    LINK = "link"
    """Latency, or a fault of the link."""
    SERVER = "server"
    """It has not noticed a death, was down, lost its rosters, or does not do what RFC 6121 says."""
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        """``user code``."""
        return self.value.replace("_", " ")


class Cause(msgspec.Struct, frozen=True):
    """One cause. Equal causes are one cause of several watches, so agents are named by population.

    `fault`: the entry of the scenario that brought it about. `place`: file and line of the user's
    code. `remedy` says what to do, where there is something.
    """

    kind: CauseClass
    reason: str
    remedy: str = ""
    fault: str = ""
    place: str = ""

    def document(self) -> dict[str, str]:
        """The cause as plain data."""
        return {
            "cause": self.kind.value,
            "reason": self.reason,
            "remedy": self.remedy,
            "fault": self.fault,
            "place": self.place,
        }


def decided(rules: Iterable[Callable[[C], Cause | None]], case: C) -> Cause:
    """The one cause of a case: that of the first rule that knows."""
    known = (cause for rule in rules if (cause := rule(case)) is not None)
    return next(known, Cause(CauseClass.UNKNOWN, "nothing in the journal says why"))


@dataclass(frozen=True, slots=True)
class NotInForce:
    """A declared watch that is not in force at the end, or at an earlier time, and why.

    `watch`: as it stood then. `since`: from when on it was not in force, in microseconds.
    """

    watch: DeclaredWatch
    since: int
    cause: Cause


class WrongSight(msgspec.Struct, frozen=True):
    """A time (microseconds) in which a watcher saw its contact wrongly."""

    watch: WatchStates
    what: Literal["ghost", "blind", "mislabelled"]
    begin: int
    end: int

    @property
    def lasted(self) -> int:
        """How long, in microseconds."""
        return self.end - self.begin


class WrongTime(WrongSight, frozen=True):
    """Wrong sight for one cause."""

    cause: Cause
