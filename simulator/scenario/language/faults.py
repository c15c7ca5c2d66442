"""Faults: what goes wrong, for whom, when, for how long and how often."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from simulator.scenario.language.durations import Duration, Period
from simulator.scenario.language.selectors import Selector
from simulator.scenario.language.times import RepeatedAt
from simulator.scenario.language.words import (
    Flag,
    Number,
    OrElse,
    Positive,
    Text,
    Words,
    nearest,
    quoted,
    wrong,
)
from simulator.scenario.plan import Direction


@dataclass(frozen=True, slots=True)
class FaultKind:
    """What holds for every fault of one kind.

    `lasts`: whether it has an end: never, possibly, or always. `cuts_off`: the agent is dead to
    the others afterwards, though nobody was told. `unanswered`: while it lasts the agent gets no
    answer, though its stream seems whole. `hits_server`: it names no agents and hits everybody.
    """

    lasts: Literal["never", "possibly", "always"] = "never"
    cuts_off: bool = False
    unanswered: bool = False
    hits_server: bool = False


FAULT_KINDS = {
    "reset": FaultKind(cuts_off=True),
    "close": FaultKind(cuts_off=True),
    "black_hole": FaultKind("always", cuts_off=True, unanswered=True),
    "stall": FaultKind("always", unanswered=True),
    "slow": FaultKind("always"),
    "refuse": FaultKind("always"),
    "stream_error": FaultKind(),
    "conflict": FaultKind(),
    "wrong_password": FaultKind("possibly"),
    "crash": FaultKind(cuts_off=True),
    "partition": FaultKind("always", cuts_off=True, unanswered=True),
    "server_restart": FaultKind("always", hits_server=True),
    "server_freeze": FaultKind("always", unanswered=True, hits_server=True),
}
"""Every kind of fault: its key in `FaultEntry`, where its terms are."""
MAY_LAST = frozenset(kind for kind, traits in FAULT_KINDS.items() if traits.lasts != "never")

STREAM_ERRORS = (
    "bad-format",
    "connection-timeout",
    "host-gone",
    "internal-server-error",
    "not-authorized",
    "policy-violation",
    "remote-connection-failed",
    "reset",
    "resource-constraint",
    "system-shutdown",
    "undefined-condition",
)
"""Conditions of RFC 6120, 4.9.3, that a server may well send to one client."""


class Hit(Words):
    """Which agents the fault hits."""

    who: Selector = Field(description="Which agents. A sample is drawn anew each time.")


class Directed(Hit):
    """Which agents the fault hits, and in which direction."""

    direction: Direction = Field(
        "both", description="up: from the agent to the server. down: from the server to the agent."
    )


class Slow(Directed):
    """Links become slower."""

    added: Duration = Field(
        "0s", validate_default=True, description="What is added to each latency."
    )
    factor: Number = Field(1.0, ge=0, description="What each latency is multiplied by.")

    @model_validator(mode="after")
    def _slower(self) -> Self:
        if not self.added and self.factor == 1:
            raise wrong("`slow` changes nothing", "`added` or `factor`")
        return self


def _known_condition(value: object) -> object:
    if value not in STREAM_ERRORS:
        raise wrong(f"unknown stream error {quoted(value)}", nearest(str(value), STREAM_ERRORS))
    return value


class StreamErrors(Hit):
    """The server ends streams with an error."""

    condition: Annotated[Text, BeforeValidator(_known_condition)] = Field(
        "undefined-condition", description="The condition (RFC 6120, 4.9.3)."
    )


class Crash(Hit):
    """Agents die without saying goodbye."""

    silent: Flag = Field(
        False,
        description="false: the process dies, and its system closes the connection. true: the "
        "machine dies, and nobody tells the server.",
    )
    restart_after: Duration | None = Field(
        None,
        description="How long it takes until the agent is started again. Omitted: it stays dead.",
    )


class Partition(Words):
    """Agents are cut off from the server, and so from all others. Bytes wait until it is over."""

    cut_off: Selector | None = Field(None, description="Who is cut off from the server.")
    communities: Positive | None = Field(
        None,
        ge=2,
        description="Split the graph of watches into so many communities. Only the largest stays "
        "connected to the server.",
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.cut_off is None) == (self.communities is None):
            raise wrong("exactly one of `cut_off` and `communities` is needed", "one of them")
        return self


class ServerRestart(Words):
    """The server shuts down in an orderly way and comes up again."""

    rosters: Literal["kept", "lost"] = Field("kept", description="What happens to the rosters.")


class ServerFreeze(Words):
    """The server neither reads nor writes for a while."""


_DRAWS = ("sample", "share", "except")
"""A selector that is an object has one of these keys."""


def _with_who(value: object) -> object:
    names = isinstance(value, str | list | tuple)
    drawn = isinstance(value, dict) and set(_DRAWS) & set(value)
    return {"who": value} if names or drawn else value


SELECTOR_ALONE = OrElse(
    {
        "anyOf": [
            {"type": ["string", "array"]},
            {"type": "object", "anyOf": [{"required": [key]} for key in _DRAWS]},
        ]
    }
)
_Hit = Annotated[Hit, BeforeValidator(_with_who), SELECTOR_ALONE]
_Directed = Annotated[Directed, BeforeValidator(_with_who), SELECTOR_ALONE]
_StreamErrors = Annotated[StreamErrors, BeforeValidator(_with_who), SELECTOR_ALONE]
_Crash = Annotated[Crash, BeforeValidator(_with_who), SELECTOR_ALONE]


class FaultEntry(Words):
    """One entry of `faults`: exactly one kind of fault, when it begins, and how long it lasts."""

    at: RepeatedAt = Field(
        description="When it begins: a time, or {every: 10min, starting: 1min, times: 5}."
    )
    last: Period | None = Field(
        None, alias="for", description="How long it lasts, if it is of a kind that lasts."
    )
    reset: _Hit | None = Field(None, description="Connections are reset.")
    close: _Hit | None = Field(
        None,
        description="Connections are closed in an orderly way, but without ending the XML stream.",
    )
    black_hole: _Directed | None = Field(
        None,
        description="Bytes vanish, and nobody is told. A connection that has lost bytes is dead.",
    )
    stall: _Directed | None = Field(
        None, description="Bytes wait, and are delivered when the fault is over."
    )
    slow: Annotated[Slow, BeforeValidator(_with_who)] | None = Field(
        None, description="Links become slower."
    )
    refuse: _Hit | None = Field(None, description="New connections are refused.")
    stream_error: _StreamErrors | None = Field(
        None, description="The server ends streams with an error."
    )
    conflict: _Hit | None = Field(
        None, description="A second login of the same resource takes the session's place."
    )
    wrong_password: _Hit | None = Field(
        None, description="Logins fail from now on; sessions continue."
    )
    crash: _Crash | None = Field(None, description="Agents die without saying goodbye.")
    partition: Partition | None = Field(None, description="Agents are cut off from the server.")
    server_restart: ServerRestart | None = Field(
        None, description="The server restarts; `for` is how long it is down."
    )
    server_freeze: ServerFreeze | None = Field(
        None, description="The server neither reads nor writes for a while."
    )

    @model_validator(mode="before")
    @classmethod
    def _kind_without_terms(cls, value: object) -> object:
        """``server_freeze:`` with nothing after it names the kind all the same."""
        if not isinstance(value, dict):
            return value
        of_server = {kind for kind, traits in FAULT_KINDS.items() if traits.hits_server}
        return {
            key: {} if terms is None and key in of_server else terms for key, terms in value.items()
        }

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = list(self._given())
        if len(kinds) != 1:
            found = "no fault" if not kinds else "several faults: " + ", ".join(kinds)
            raise wrong(f"{found} in one entry", "one of " + ", ".join(FAULT_KINDS))
        lasts = FAULT_KINDS[self.kind].lasts
        if lasts == "always" and self.last is None:
            raise wrong(f"`{self.kind}` needs a duration", "`for: ...`")
        if lasts == "never" and self.last is not None:
            raise wrong(f"`{self.kind}` has no duration", "no `for`", key="for")
        return self

    def _given(self) -> Iterable[str]:
        return (kind for kind in FAULT_KINDS if getattr(self, kind) is not None)

    @property
    def kind(self) -> str:
        """Which fault it is."""
        return next(iter(self._given()))

    @property
    def terms(self) -> Hit | Partition | ServerRestart | ServerFreeze:
        """What the entry says of that kind."""
        terms: Hit | Partition | ServerRestart | ServerFreeze = getattr(self, self.kind)
        return terms
