"""Checks that expectations, and what a search may change, name agents that exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from simulator.scenario.language.expectations import (
    Expectation,
    InOrder,
    NobodySaw,
    RosterExpectation,
    ValueExpectation,
)
from simulator.scenario.language.selectors import AgentIndex, UnknownAgentError
from simulator.scenario.planning.context import Planning
from simulator.scenario.planning.jids import bare_jid_problem
from simulator.scenario.source import DocumentPath

_Named = tuple[DocumentPath, str, bool]
"""Where a name stands, the name, and whether it may be of somebody outside the scenario."""


def check_expectations(planning: Planning) -> None:
    """Note every name in `expect` that nobody has."""
    for place, expectation in enumerate(planning.scenario.expect):
        for path, name, outside in _names(expectation):
            problem = _problem(planning.index, name, outside)
            if problem:
                at_key = path[0] == "roster"
                planning.faults.add(("expect", place, *path), *problem, key=at_key)


def check_search(planning: Planning) -> None:
    """Note the targets of `search` whom nobody is."""
    search = planning.scenario.search
    if search is not None:
        with planning.faults.noting(("search",)):
            planning.select(search.targets, "targets", planning.random("search"))


def _names(expectation: Expectation) -> Iterable[_Named]:
    match expectation:
        case RosterExpectation():
            return _in_roster(expectation)
        case NobodySaw():
            return _in_sight(expectation)
        case InOrder():
            return _in_steps(expectation)
        case ValueExpectation():
            return [(("value", "agent"), expectation.value.agent, False)]
    return ()


def _problem(index: AgentIndex, name: str, outside: bool) -> tuple[str, str] | None:
    if outside and "@" in name:
        return bare_jid_problem(name)
    try:
        index.named(name)
    except UnknownAgentError as error:
        return error.problem, error.expected
    return None


def _in_roster(expectation: RosterExpectation) -> Iterator[_Named]:
    for owner, contacts in expectation.roster.items():
        yield ("roster", owner), owner, False
        for contact in contacts:
            yield ("roster", owner, contact), contact, True


def _in_sight(expectation: NobodySaw) -> Iterator[_Named]:
    sight = expectation.nobody_saw
    for key in ("contact", "by"):
        names = getattr(sight, key)
        if isinstance(names, str):
            yield ("nobody_saw", key), names, False
        else:
            for place, name in enumerate(names):
                yield ("nobody_saw", key, place), name, False


def _in_steps(expectation: InOrder) -> Iterator[_Named]:
    for place, step in enumerate(expectation.in_order):
        for key, field in (
            ("agent", "agent"),
            ("to", "to"),
            ("from", "peer"),
            ("contact", "contact"),
        ):
            name = getattr(step, field, None)
            if name is not None:
                yield ("in_order", place, key), name, field != "agent"
