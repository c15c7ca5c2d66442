"""What `simulator find` may change of a scenario while it looks for a run that goes wrong."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from simulator.scenario.language.durations import Duration, Period
from simulator.scenario.language.faults import FAULT_KINDS
from simulator.scenario.language.selectors import Selector
from simulator.scenario.language.timeline import ACTIONS
from simulator.scenario.language.words import Flag, Positive, Text, Words, nearest, quoted, wrong
from simulator.scenario.plan import Microseconds

SECOND: Microseconds = 1_000_000

Answer = Literal["approve", "approve_and_subscribe", "deny", "ignore", "late"]

ENDURED = (
    "reset",
    "stall",
    "slow",
    "refuse",
    "stream_error",
    "crash",
    "partition",
    "server_restart",
    "server_freeze",
)
"""Kinds of faults after which agents can be right again by themselves."""
ANSWERED: tuple[Answer, ...] = ("approve", "late", "deny", "ignore")
DONE = ("set_presence", "subscribe", "unsubscribe")
"""What agents may do besides, where nothing is said."""


def _known_kind(value: object) -> object:
    if value not in FAULT_KINDS:
        raise wrong(f"unknown fault {quoted(value)}", nearest(str(value), FAULT_KINDS))
    return value


def _known_action(value: object) -> object:
    if value not in ACTIONS:
        raise wrong(f"unknown action {quoted(value)}", nearest(str(value), ACTIONS))
    return value


class Durations(Words):
    """Durations from one to another; short ones are as likely as long ones."""

    low: Period = Field(alias="from", description="The shortest.")
    high: Period = Field(alias="to", description="The longest.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise wrong("`from` is above `to`", "`from` up to `to`", key="from")
        return self


class Moments(Words):
    """When something may happen."""

    first: Duration = Field("0s", validate_default=True, alias="from", description="Not before.")
    last: Duration | None = Field(
        None, alias="to", description="Not after. Omitted: 10 s after the last planned action."
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.last is not None and self.first > self.last:
            raise wrong("`from` is after `to`", "`from` up to `to`", key="from")
        return self


class Search(Words):
    """What a search may change. What is not named here stays as the scenario has it."""

    seeds: Flag = Field(True, description="Whether other seeds are tried.")
    faults: tuple[Annotated[Text, BeforeValidator(_known_kind)], ...] = Field(
        ENDURED,
        description="Kinds of faults that may be added; [] for none. A crashed agent comes back.",
    )
    actions: tuple[Annotated[Text, BeforeValidator(_known_action)], ...] | None = Field(
        None,
        description="Actions that agents may do besides. Omitted: none if the scenario has "
        "`expect`, otherwise " + ", ".join(DONE) + ".",
    )
    answers: tuple[Answer, ...] | None = Field(
        None,
        description="How populations with `on_subscribe` may answer instead; late: approve after "
        "a delay. Omitted: as they do if the scenario has `expect`, otherwise "
        + ", ".join(ANSWERED)
        + ".",
    )
    latency: Durations | None = Field(
        None,
        description="Other latencies. Omitted: the scenario's own if it has `expect`, otherwise "
        "1 ms to 500 ms.",
    )
    targets: Selector = Field("all", description="Whom added faults and actions may concern.")
    when: Moments = Field(
        default_factory=lambda: Moments.model_validate({}),
        description="When added faults and actions may begin.",
    )
    lasting: Durations = Field(
        default_factory=lambda: Durations.model_validate({"from": "100ms", "to": "10s"}),
        description="How long added faults last, and late answers take.",
    )
    at_most: Positive = Field(
        3, le=100, description="How many faults and actions may be added to one run."
    )
    quiet: Duration = Field(
        "30s",
        validate_default=True,
        description="How long a run goes on after the last added fault or action, so that all can "
        "be right again.",
    )
