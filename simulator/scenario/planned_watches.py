"""Subscriptions to watches, and to the actions that ask for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from random import Random
from typing import Any

from simulator.scenario.capacity import too_large
from simulator.scenario.durations import Draw
from simulator.scenario.fault_list import FaultList
from simulator.scenario.graph_files import read_graph
from simulator.scenario.plan import ActionPlan, Microseconds, WatchPlan
from simulator.scenario.schema import Scenario
from simulator.scenario.selectors import AgentIndex, UnknownAgentError
from simulator.scenario.source import DocumentPath
from simulator.scenario.subscriptions import GeneratedGraph, GraphFile, Subscription
from simulator.scenario.times import EachAt, Ramp
from simulator.scenario.topology import GraphError, generate, ordered_nodes, two_sides

Watched = tuple[str, str]
"""Watcher and contact."""


class Found(Exception):  # noqa: N818
    """Ends the work on one subscription, whose fault has been noted."""


def planned_watches(
    scenario: Scenario, seed: int, index: AgentIndex, starts: dict[str, Microseconds], faults: FaultList
) -> tuple[tuple[WatchPlan, ...], list[ActionPlan]]:
    """The watches, each once, and one `subscribe` for each.

    A watch that several subscriptions name belongs to the first. Nobody asks before `starts`.
    """
    watches: dict[Watched, WatchPlan] = {}
    actions: list[ActionPlan] = []
    for place, subscription in enumerate(scenario.subscriptions):
        origin = f"subscriptions[{place}]"
        work = _Watches(scenario, seed, index, ("subscriptions", place), faults)
        new = [pair for pair in work.pairs(subscription) if pair not in watches]
        reason = too_large(len(index.agents), len(watches) + len(new))
        if reason:
            faults.add(("subscriptions", place), *reason)
            continue
        watches.update((pair, WatchPlan(*pair, origin)) for pair in new)
        for (watcher, contact), at in zip(new, _times(subscription.at, new, seed, origin)):
            at = max(at, starts[watcher])
            actions.append(ActionPlan(at, watcher, "subscribe", origin, contact))
    return tuple(watches.values()), actions
