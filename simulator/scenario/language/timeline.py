"""The timeline: what agents do, and when."""

from __future__ import annotations

from typing import Annotated, Self, get_args

from pydantic import BeforeValidator, Field, model_validator

from simulator.scenario.language.presence import Priority, Show, Status
from simulator.scenario.language.selectors import Selector
from simulator.scenario.language.times import RepeatedAt
from simulator.scenario.language.words import Text, Words, nearest, quoted, wrong
from simulator.scenario.plan import ActionName

ACTIONS: tuple[ActionName, ...] = get_args(ActionName)
CHANGES = ("show", "status", "priority")
WITH_PEER = frozenset({"subscribe", "unsubscribe", "approve", "deny", "remove"})
"""Actions that need somebody they are about."""
OF_A_RESOURCE = frozenset({"set_presence", "become_unavailable"})
"""Actions that one of an agent's resources can do by itself."""


def _known_action(value: object) -> object:
    if value not in ACTIONS:
        raise wrong(f"unknown action {quoted(value)}", nearest(str(value), ACTIONS))
    return value


class Entry(Words):
    """One entry of the timeline: some agents do something at some time."""

    at: RepeatedAt = Field(
        description="When: a time, or {every: 10s, starting: 5s, times: 3}, or {..., until: 1min}."
    )
    who: Selector = Field(description="Who does it. A sample is drawn anew each time.")
    do: Annotated[ActionName, BeforeValidator(_known_action)] = Field(
        description="What they do: " + ", ".join(ACTIONS) + "."
    )
    peer: Selector | None = Field(
        None,
        description="With whom, for subscribe, unsubscribe, approve, deny and remove: agents, or "
        "the bare JID of somebody outside the scenario.",
    )
    show: Show | None = Field(None, description="For set_presence: the show. Omitted: unchanged.")
    status: Status | None = Field(None, description="For set_presence: the status.")
    priority: Priority | None = Field(None, description="For set_presence: the priority.")
    resource: Text | None = Field(
        None,
        description="For set_presence and become_unavailable: one of the population's `resources`. "
        "Omitted: the first.",
    )

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        if self.do in WITH_PEER and self.peer is None:
            raise wrong(f"`{self.do}` needs a `peer`", "`peer: ...`")
        if self.do not in WITH_PEER and self.peer is not None:
            raise wrong(f"`{self.do}` takes no `peer`", "no `peer`", key="peer")
        if self.do not in OF_A_RESOURCE and self.resource is not None:
            raise wrong(f"`{self.do}` applies to the whole agent", "no `resource`", key="resource")
        self._check_changes()
        return self

    def _check_changes(self) -> None:
        given = [word for word in CHANGES if getattr(self, word) is not None]
        if self.do == "set_presence" and not given:
            raise wrong("`set_presence` changes nothing", "`show`, `status` or `priority`")
        if self.do != "set_presence" and given:
            raise wrong(f"`{self.do}` has no `{given[0]}`", "`do: set_presence`", key=given[0])
