"""The served and the believed view of every roster, read at the end of a run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from simulator.journal.records import AnyRecord, Belief, Roster, View
from simulator.spade3.harness import AgentHarness

TIMEOUT = 30.0
"""Seconds to wait for a server's answer to a roster get."""


async def read_views(
    harnesses: Iterable[AgentHarness],
    record: Callable[[AnyRecord], None],
    clock: Callable[[], int],
    silence: Callable[[str], str],
) -> None:
    """Record both views of every agent, in the plan's order; what cannot be read says why.

    `silence` says why an agent, by name, would get no answer, or nothing. Nobody waits for that.
    """
    agents = list(harnesses)
    views = await asyncio.gather(
        *(_views(harness, silence(harness.plan.name)) for harness in agents)
    )
    now = clock()
    for harness, (served, believed) in zip(agents, views, strict=True):
        _record_view(harness.plan.name, "served", served, record, now)
        _record_view(harness.plan.name, "believed", believed, record, now)


async def _views(harness: AgentHarness, silence: str) -> tuple[list[Any] | str, list[Any] | str]:
    """What the server says and what the manager says once it has heard all of that."""
    served: list[Any] | str = f"no answer: {silence}" if silence else await _served(harness)
    return served, _beliefs(harness)


def _record_view(
    agent: str,
    view: Any,
    entries: list[Any] | str,
    record: Callable[[AnyRecord], None],
    now: int,
) -> None:
    if isinstance(entries, str):
        record(View(t=now, agent=agent, view=view, absent=entries))
        return
    record(View(t=now, agent=agent, view=view, entries=len(entries)))
    for entry in entries:
        record(msgspec.structs.replace(entry, t=now))


async def _served(harness: AgentHarness) -> list[Roster] | str:
    if not harness.is_connected() or harness.observer is None:
        return "the agent is not connected"
    if harness.agent.client.suspended:
        return "the agent's stream is broken"
    try:
        return await harness.observer.served_roster(TIMEOUT)
    except Exception as error:  # an agent without an answer must not cost the others theirs
        return f"no answer: {type(error).__name__}: {error}"


def _beliefs(harness: AgentHarness) -> list[Belief] | str:
    manager = getattr(harness.agent, "presence", None)
    if manager is None or not harness.is_alive():
        return "the agent does not run"
    try:
        contacts = manager.get_contacts()
    except Exception as error:  # SPADE's or a user's manager may raise anything
        return f"get_contacts() raised {type(error).__name__}: {error}"
    beliefs = [_belief(harness, jid, entry) for jid, entry in contacts.items()]
    return sorted(beliefs, key=lambda belief: belief.peer)


def _belief(harness: AgentHarness, jid: Any, entry: dict[str, Any]) -> Belief:
    presence = entry.get("presence")
    available = presence is not None and presence.type_.value is None
    return Belief(
        t=0,
        agent=harness.plan.name,
        peer=harness.names.name(jid),
        subscription=entry.get("subscription", ""),
        ask=bool(entry.get("ask")),
        available=available,
        show=(presence.show.value or "") if presence is not None and available else "",
    )
