"""Causes, and what has one: a declared watch that is not in force, or a time of wrong sight."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import msgspec

from simulator.analysis.states import DeclaredWatch, WatchStates


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


@dataclass(frozen=True, slots=True)
class NotInForce:
    """A declared watch that is not in force at the end, and why.

    `since`: from when on it was not, in microseconds.
    """

    watch: DeclaredWatch
    since: int
    cause: Cause


class WrongTime(msgspec.Struct, frozen=True):
    """A time (microseconds) in which a watcher saw its contact wrongly, for one cause."""

    watch: WatchStates
    what: Literal["ghost", "blind", "mislabelled"]
    begin: int
    end: int
    cause: Cause

    @property
    def lasted(self) -> int:
        """How long, in microseconds."""
        return self.end - self.begin
