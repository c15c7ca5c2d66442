"""The served and the believed view of every roster, read at the end of a run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import msgspec

from simulator.agents.harness import AgentHarness
from simulator.journal.records import AnyRecord, Belief, Reading, Roster, View

TIMEOUT = 30.0
"""Seconds to wait for a server's answer to a roster get."""


async def read_views(
    harnesses: Iterable[AgentHarness],
    record: Callable[[AnyRecord], None],
    clock: Callable[[], int],
    why_unanswered: Callable[[str], str],
) -> None:
    """Record both views of every agent, in the plan's order; what cannot be read says why.

    `why_unanswered` says why an agent, by name, would get no answer now; empty if it would. Nobody
    waits for an answer that cannot come.
    """
    record(Reading(t=clock()))
    agents = list(harnesses)
    views = await asyncio.gather(
        *(_views(harness, why_unanswered(harness.plan.name)) for harness in agents)
    )
    now = clock()
    for harness, (served, believed) in zip(agents, views, strict=True):
        _record_view(harness.plan.name, "served", served, record, now)
        _record_view(harness.plan.name, "believed", believed, record, now)


async def _views(
    harness: AgentHarness, no_answer: str
) -> tuple[list[Roster] | str, list[Belief] | str]:
    """What the server says and what the manager says once it has heard all of that."""
    served = f"no answer: {no_answer}" if no_answer else await harness.served_roster(TIMEOUT)
    return served, harness.beliefs()


def _record_view(
    agent: str,
    view: Literal["served", "believed"],
    entries: Sequence[Roster | Belief] | str,
    record: Callable[[AnyRecord], None],
    now: int,
) -> None:
    if isinstance(entries, str):
        record(View(t=now, agent=agent, view=view, absent=entries))
        return
    record(View(t=now, agent=agent, view=view, entries=len(entries)))
    for entry in entries:
        record(msgspec.structs.replace(entry, t=now))
