"""What a scenario says must hold: the words, not their evaluation.

Everything here can be judged from a journal alone: an expectation names agents by name,
population, slice or list, never by a random sample, so that the `Planned` records are enough
to say who is meant (see `selectors.AgentIndex.from_pairs`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from simulator.rfc6121.words import PresenceType, Subscription
from simulator.scenario.language.durations import Duration
from simulator.scenario.language.expected_figures import (
    COMPARATORS,
    FigureExpectation,
    check_limits,
)
from simulator.scenario.language.presence import Show
from simulator.scenario.language.selectors import AgentNames
from simulator.scenario.language.words import (
    ByKeys,
    Flag,
    Text,
    Words,
    parse_number,
    quoted,
    wrong,
)
from simulator.scenario.plan import ActionName

SubscriptionState = Literal["none", "to", "from", "both", "absent"]


class RosterEntry(Words):
    """A roster entry: its subscription, and whether the owner's request is waiting."""

    subscription: SubscriptionState = Field(
        description="The subscription; `absent` means that there is no entry at all."
    )
    ask: Flag | None = Field(
        None,
        description="Whether the owner's request is waiting for an answer. Omitted: either.",
    )

    @model_validator(mode="after")
    def _absent_asks_nothing(self) -> RosterEntry:
        if self.subscription == "absent" and self.ask is not None:
            raise wrong("an absent entry has no `ask`", "no `ask`", key="ask")
        return self


ExpectedEntry = Annotated[SubscriptionState | RosterEntry, ByKeys()]


class RosterExpectation(Words):
    """Rosters as the server holds them at the end, by owner and contact.

    Owner and contact may be an agent, a population or a slice: then the entry is expected of
    each owner for each contact but itself.
    """

    roster: dict[AgentNames, dict[Text, ExpectedEntry]] = Field(
        min_length=1,
        description="Owner to contact to what the entry must be: both, none, to, from, absent, "
        "or {subscription: none, ask: true}.",
    )

    def entries(self) -> tuple[tuple[str, str, RosterEntry], ...]:
        """(owner, contact, entry) as written, in the order of the file."""
        return tuple(
            (owner, contact, entry if isinstance(entry, RosterEntry) else _entry(entry))
            for owner, contacts in self.roster.items()
            for contact, entry in contacts.items()
        )


def _entry(subscription: SubscriptionState) -> RosterEntry:
    return RosterEntry(subscription=subscription, ask=None)


Agents = Annotated[AgentNames | Annotated[tuple[AgentNames, ...], Field(min_length=1)], ByKeys()]
"""Agents for sure: a name, a population, a slice, `all`, or a list of them."""


class Sight(Words):
    """What nobody may have seen: a presence of `contact` that reached one of `by`."""

    contact: Agents = Field(description="Whose presence.")
    by: Agents = Field("all", description="Who must not have seen it. A contact may see itself.")
    available: Flag = Field(True, description="Whether the presence says available or unavailable.")
    show: Show | None = Field(None, description="Only with this show; `none` means no show.")
    status: Text | None = Field(None, description="Only with this status, in any language.")
    after: Duration | None = Field(None, description="Only what arrived from this time on.")
    before: Duration | None = Field(None, description="Only what arrived before this time.")


class NobodySaw(Words):
    """Nobody in a group received a certain presence from certain agents."""

    nobody_saw: Sight = Field(description="What nobody may have seen.")


def _check_kind(step: SentStep | ReceivedStep, key: str, kind: str) -> None:
    """Raise the pydantic error for what a stanza of the kind under `key` does not have."""
    is_message = kind == "message"
    for name in ("show",) if is_message else ("performative", "thread"):
        if getattr(step, name) is not None:
            what = "a message" if is_message else "presence or a roster change"
            expected = "no `show`" if is_message else f"`{key}: message`"
            raise wrong(f"{what} has no `{name}`", expected, key=name)


SentWord = Literal[PresenceType, "roster_set", "roster_remove", "message"]


class SentStep(Words):
    """A presence or roster stanza, or a message, left an agent."""

    agent: AgentNames = Field(description="Who sent it.")
    sent: SentWord = Field(description="The type of the stanza, or message.")
    to: Text | None = Field(None, description="To whom. Omitted: to anybody or everybody.")
    show: Show | None = Field(None, description="With this show; presence only.")
    performative: Text | None = Field(None, description="With this performative; messages only.")
    thread: Text | None = Field(None, description="In this thread; messages only.")

    @model_validator(mode="after")
    def _fits_kind(self) -> SentStep:
        _check_kind(self, "sent", self.sent)
        return self


class ReceivedStep(Words):
    """A presence stanza or a message reached an agent."""

    agent: AgentNames = Field(description="Who received it.")
    received: Literal[PresenceType, "message"] = Field(
        description="The type of the stanza, or message."
    )
    peer: Text | None = Field(None, alias="from", description="From whom. Omitted: from anybody.")
    show: Show | None = Field(None, description="With this show; presence only.")
    performative: Text | None = Field(None, description="With this performative; messages only.")
    thread: Text | None = Field(None, description="In this thread; messages only.")

    @model_validator(mode="after")
    def _fits_kind(self) -> ReceivedStep:
        _check_kind(self, "received", self.received)
        return self


class RosterStep(Words):
    """An agent's roster entry changed to this, as the server told the agent."""

    agent: AgentNames = Field(description="Whose roster.")
    contact: Text = Field(description="Which entry.")
    roster: Subscription = Field(
        description="The subscription of the entry; `remove` if it was removed."
    )
    ask: Flag | None = Field(None, description="Whether a request is waiting. Omitted: either.")


class DidStep(Words):
    """An agent did something that the plan asked for."""

    agent: AgentNames = Field(description="Who.")
    did: ActionName = Field(description="The action.")
    peer: Text | None = Field(None, description="To whom. Omitted: to anybody.")


class BecameStep(Words):
    """An agent reached a stage of its life."""

    agent: AgentNames = Field(description="Who.")
    became: Literal["starting", "started", "stopping", "stopped", "failed"] = Field(
        description="The stage."
    )


Step = Annotated[SentStep | ReceivedStep | RosterStep | DidStep | BecameStep, ByKeys()]


class InOrder(Words):
    """Events that happen one after the other. Other events may lie between them.

    For each step, the first record that fits counts, after the record of the step before.
    """

    in_order: tuple[Step, ...] = Field(min_length=2, description="The events, first to last.")


def _check_scalar(value: object) -> object:
    if not isinstance(value, bool | int | float | str):
        raise wrong(f"{quoted(value)} is not a single value", "a number, a text, true or false")
    return value


Limit = Annotated[float, BeforeValidator(parse_number), WithJsonSchema({"type": "number"})]


class ExpectedValue(Words):
    """What an agent keeps under a name at the end, in its knowledge base or as an attribute.

    A list or a mapping counts by its length.
    """

    agent: AgentNames = Field(description="Whose value. It must hold for each of them.")
    name: Text = Field(description="Its name, in the knowledge base or in `observe`.")
    at_most: Limit | None = Field(None, description="Not more than this number.")
    at_least: Limit | None = Field(None, description="Not less than this number.")
    equals: Annotated[
        bool | float | str | None,
        BeforeValidator(_check_scalar),
        WithJsonSchema({"type": ["number", "string", "boolean"]}),
    ] = Field(None, description="Exactly this number, text, true or false.")
    below: Limit | None = Field(None, description="Less than this number.")
    above: Limit | None = Field(None, description="More than this number.")

    @model_validator(mode="after")
    def _has_limit(self) -> ExpectedValue:
        check_limits(self.name, self.limits)
        return self

    @property
    def limits(self) -> tuple[tuple[str, bool | float | str], ...]:
        """(comparator, limit) pairs."""
        given = ((word, getattr(self, word)) for word in COMPARATORS)
        return tuple((word, limit) for word, limit in given if limit is not None)


class ValueExpectation(Words):
    """What an agent has found out, as it keeps it itself."""

    value: ExpectedValue = Field(description="Whose value, which one, and its limits.")


Expectation = Annotated[
    FigureExpectation | RosterExpectation | NobodySaw | InOrder | ValueExpectation, ByKeys()
]
