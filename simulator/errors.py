"""The exception tree.

::

    SimulatorError                 everything we raise on purpose
    ├── InputError                 exit code 2: the scenario or the call is wrong
    │   ├── ScenarioError          carries every fault found, with file, line, column
    │   └── RunFolderError         a run folder exists already, is missing, or is not one
    ├── BackendError               exit code 3: no server, or the server is not usable
    │   ├── ServerUnavailable      nobody answers at the named address
    │   └── AuthenticationRefused  the server refused an account
    ├── JournalError               a journal that cannot be read or written
    ├── RunFailed                  exit code 3: the run could not go on
    │   └── Deadlock               virtual time: nothing ready, no timer
    ├── UndefinedTransition        RFC 6121: state and event that the table does not hold
    └── StanzaRefused              RFC 6121: a stanza that the rules refuse, with its condition

    Livelock(BaseException)        virtual time stands still for ever. Not an Exception,
                                   because SPADE and user code swallow those.

Each of them can be pickled: what its class is called with is its `args`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class SimulatorError(Exception):
    """Base of everything that the simulator raises on purpose."""


class InputError(SimulatorError):
    """The scenario or the call is wrong. The command exits with 2."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong in an input file.

    `line` and `column` count from 1; 0 means that there is no place to point at.
    `where` is the path inside the document, such as ``populations.member.count``.
    """

    file: str
    line: int
    column: int
    where: str
    problem: str
    expected: str = ""

    def __str__(self) -> str:
        place = self.file
        if self.line:
            place += f":{self.line}:{self.column}"
        text = f"{place}: "
        if self.where:
            text += f"{self.where}: "
        text += self.problem
        if self.expected:
            text += f" (expected {self.expected})"
        return text


class ScenarioError(InputError):
    """A scenario that cannot be run; `faults` holds every fault, in file order."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(faults)
        self.faults = sorted(faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class RunFolderError(InputError):
    """A run folder that exists already, is missing, or is not a run folder."""

    def __init__(self, folder: Path | str, problem: str) -> None:
        super().__init__(folder, problem)
        self.folder = Path(folder)
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.folder}: {self.problem}"


class BackendError(SimulatorError):
    """No server, or a server that is not usable. The command exits with 3."""


class ServerUnavailable(BackendError):
    """Nobody answers, or nobody trustworthy, at the address that was named."""


class AuthenticationRefused(BackendError):
    """The named server refused an account."""


class JournalError(SimulatorError):
    """A journal that cannot be read or written."""


class RunFailed(SimulatorError):
    """The run could not go on. The command exits with 3."""


class Deadlock(RunFailed):
    """Virtual time: nothing is ready, no timer is set, and the run is not over."""


class Livelock(BaseException):
    """Virtual time stands still for ever; the message names who never waits."""


class UndefinedTransition(SimulatorError):
    """RFC 6121: the subscription table holds no row for this state and event."""

    def __init__(self, state: object, event: object) -> None:
        super().__init__(state, event)
        self.state = state
        self.event = event

    def __str__(self) -> str:
        return f"no transition from state {self.state!s} on {self.event!s}"


class StanzaRefused(SimulatorError):
    """RFC 6120/6121: a stanza that the rules refuse.

    `condition` is the stanza error condition to answer with, `error_type` its type
    (RFC 6120, section 8.3).
    """

    def __init__(self, condition: str, error_type: str = "modify", text: str = "") -> None:
        super().__init__(condition, error_type, text)
        self.condition = condition
        self.error_type = error_type
        self.text = text

    def __str__(self) -> str:
        return f"{self.condition}: {self.text}" if self.text else self.condition
