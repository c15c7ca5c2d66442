"""Compares two runs of one scenario: watches, rosters, handlers, values, events, figures.

Server, generation of SPADE, seed and presence manager are conditions: they are named, and are no
differences. Times, stanza ids and names that a server made up do not count in the order of events,
so that runs on two servers can be equal there. The figures contain the times.
"""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import unified_diff
from itertools import takewhile
from typing import Literal, NamedTuple, TypeVar

from simulator.analysis.checks.check import value_text
from simulator.analysis.comparing.event_texts import event_orders
from simulator.analysis.figures.named import Figure, figures
from simulator.analysis.figures.rosters import ABSENT, belief_text, entry_text, roster_rows
from simulator.analysis.folds.work.values import counted
from simulator.analysis.naming import natural_tuples
from simulator.analysis.run import Run
from simulator.errors import InputError
from simulator.journal.records import Belief
from simulator.journal.work_records import Value
from simulator.scenario.figures import FIGURES

PARTS = ("watches", "rosters", "handlers", "values", "orders", "figures")
"""What is compared, as named in `Comparison`; `orders` is the order of events per agent."""
NOT_PLANNED = "not planned"
"""How a watch that a run did not plan is written."""
View = Literal["served", "believed"]
NOT_READ = "not read"
"""How an entry that could not be read is written."""
WINDOW = 300
"""`OrderDifference.lines` looks at so many events of each run from the first difference on."""

_D = TypeVar("_D")


class Condition(NamedTuple):
    """A choice that was made for the runs, such as the seed."""

    name: str
    one: str
    other: str


class WatchDifference(NamedTuple):
    """A watch that stands differently at the end: ``in force``, ``pending``, ``not planned``."""

    watcher: str
    contact: str
    one: str
    other: str


class RosterDifference(NamedTuple):
    """An entry that differs at the end: ``both``, ``none + ask``, ``absent``.

    A believed one also tells whether the agent believes the contact available:
    ``both, available [chat]``.
    """

    view: View
    agent: str
    peer: str
    one: str
    other: str


class HandlerDifference(NamedTuple):
    """A handler of an agent's own that was called more often in one of the runs."""

    agent: str
    handler: str
    one: int
    other: int


class ValueDifference(NamedTuple):
    """What an agent kept under a name at the end; ``none`` where it kept nothing."""

    agent: str
    name: str
    one: str
    other: str


class FigureDifference(NamedTuple):
    """A figure, or the verdict, that differs, or that only one of the runs has."""

    name: str
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class OrderDifference:
    """What an agent saw and did, where that differs.

    `same`: so many events are the same at the beginning; `one` and `other` are what follows.
    """

    agent: str
    same: int
    one: tuple[str, ...]
    other: tuple[str, ...]

    @property
    def only_one(self) -> int:
        """Events of the first run that the second one does not have, in whatever order."""
        return (Counter(self.one) - Counter(self.other)).total()

    @property
    def only_other(self) -> int:
        """Events of the second run that the first one does not have, in whatever order."""
        return (Counter(self.other) - Counter(self.one)).total()

    def lines(self) -> Iterator[str]:
        """Lines as in a unified diff: ``-`` the first run, ``+`` the second, a space both.

        They end `WINDOW` events after the first difference.
        """
        lines = unified_diff(self.one[:WINDOW], self.other[:WINDOW], n=1, lineterm="")
        return (line for line in lines if not line.startswith(("---", "+++", "@@")))


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two runs, `one` and `other`; empty tuples where nothing does.

    `conditions`: how the runs were made, equal or not. `verdicts`: of both runs. `compared`:
    the parts that were looked at, of `PARTS`; the others are empty.
    """

    conditions: tuple[Condition, ...]
    verdicts: tuple[str, str]
    agents: int
    compared: tuple[str, ...]
    watches: tuple[WatchDifference, ...]
    rosters: tuple[RosterDifference, ...]
    handlers: tuple[HandlerDifference, ...]
    values: tuple[ValueDifference, ...]
    orders: tuple[OrderDifference, ...]
    figures: tuple[FigureDifference, ...]

    @property
    def differences(self) -> int:
        """How many differences there are, of all parts."""
        return sum(len(getattr(self, part)) for part in PARTS)


def compare(one: Run, other: Run, parts: Iterable[str] = ()) -> Comparison:
    """Compare two runs of one scenario in all of `PARTS` or in some.

    Raises InputError where they are not runs of one scenario (its name or its agents differ),
    and for an unknown part.
    """
    chosen = tuple(parts) or PARTS
    for part in chosen:
        if part not in PARTS:
            raise InputError(f"cannot compare {part!r}: the parts are {', '.join(PARTS)}")
    _require_same_scenario(one, other)

    def found(part: str, find: Callable[[Run, Run], Iterable[_D]]) -> tuple[_D, ...]:
        return tuple(find(one, other)) if part in chosen else ()

    return Comparison(
        conditions=tuple(_conditions(one, other)),
        verdicts=(one.verdict.value, other.verdict.value),
        agents=len(one.measurement.info.planned),
        compared=chosen,
        watches=found("watches", _watches),
        rosters=found("rosters", _rosters),
        handlers=found("handlers", _handlers),
        values=found("values", _values),
        orders=found("orders", _orders),
        figures=found("figures", _figures),
    )


def _require_same_scenario(one: Run, other: Run) -> None:
    names = [_about(run, "name") for run in (one, other)]
    if names[0] != names[1]:
        raise InputError(
            f"{one} is a run of {names[0]!r}, {other} of {names[1]!r}:"
            " only runs of one scenario can be compared"
        )
    agents = [_populations(run) for run in (one, other)]
    if agents[0] != agents[1]:
        raise InputError(
            f"{one} has {_count(agents[0])}, {other} {_count(agents[1])}:"
            " only runs of the same agents can be compared"
        )


def _about(run: Run, field: str) -> str:
    return str(getattr(run.measurement.info.run, field, "unknown"))


def _populations(run: Run) -> dict[str, str]:
    return {one.agent: one.population for one in run.measurement.info.planned.values()}


def _count(populations: dict[str, str]) -> str:
    counts = Counter(populations.values())
    sizes = ", ".join(f"{count} {name}" for name, count in counts.items())
    return f"{len(populations)} agents ({sizes})" if sizes else "no agents"


def _conditions(one: Run, other: Run) -> Iterator[Condition]:
    for name, read in _CONDITIONS.items():
        yield Condition(name, read(one), read(other))


def _server(run: Run) -> str:
    return f"{_about(run, 'backend')} {_about(run, 'backend_version')}"


def _managers(run: Run) -> str:
    managers = {one.manager for one in run.measurement.info.planned.values()}
    return " and ".join(sorted(managers))


def _agents(run: Run) -> str:
    """SPADE and its library."""
    started = run.measurement.info.run
    versions = {} if started is None else started.versions
    return ", ".join(f"{name} {version}" for name, version in versions.items()) or "unknown"


_CONDITIONS: dict[str, Callable[[Run], str]] = {
    "server": _server,
    "agents": _agents,
    "seed": lambda run: _about(run, "seed"),
    "presence manager": _managers,
}


def _watches(one: Run, other: Run) -> Iterator[WatchDifference]:
    first, second = _declared(one), _declared(other)
    for pair in natural_tuples({*first, *second}):
        texts = first.get(pair, NOT_PLANNED), second.get(pair, NOT_PLANNED)
        if texts[0] != texts[1]:
            yield WatchDifference(*pair, *texts)


def _declared(run: Run) -> dict[tuple[str, str], str]:
    """How each declared watch stands at the end, in words."""
    watches = run.measurement.states.all_declared()
    return {
        (watch.watcher, watch.contact): watch.state.name.lower().replace("_", " ")
        for watch in watches
    }


def _rosters(one: Run, other: Run) -> Iterator[RosterDifference]:
    first, second = _entries(one), _entries(other)
    for key in natural_tuples({*first, *second}):
        texts = first.get(key) or _missing(one, *key), second.get(key) or _missing(other, *key)
        if texts[0] != texts[1]:
            yield RosterDifference(*key, *texts)


def _entries(run: Run) -> dict[tuple[View, str, str], str]:
    """Every entry that was read and is there, as text, by its view, owner and contact."""
    entries: dict[tuple[View, str, str], str] = {}
    for row in roster_rows(run.measurement):
        if row.served_read and row.served is not None:
            entries["served", row.agent, row.peer] = entry_text(row.served)
        if row.believed_read and row.believed is not None:
            entries["believed", row.agent, row.peer] = _believed(row.believed)
    return entries


def _believed(belief: Belief) -> str:
    available = ", available" if belief.available else ""
    return belief_text(belief) + available + (f" [{belief.show}]" if belief.show else "")


def _missing(run: Run, view: View, agent: str, _peer: str) -> str:
    online = view == "served" and run.measurement.agents.online(agent)
    return ABSENT if online or run.measurement.info.read(agent, view) else NOT_READ


def _handlers(one: Run, other: Run) -> Iterator[HandlerDifference]:
    first, second = one.measurement.info.handlers, other.measurement.info.handlers
    for key in natural_tuples({*first, *second}):
        calls = first.get(key, 0), second.get(key, 0)
        if calls[0] != calls[1]:
            yield HandlerDifference(*key, *calls)


def _values(one: Run, other: Run) -> Iterator[ValueDifference]:
    first, second = one.measurement.values.last, other.measurement.values.last
    for key in natural_tuples({*first, *second}):
        kept = first.get(key), second.get(key)
        if _content(kept[0]) != _content(kept[1]):
            yield ValueDifference(*key, _kept(kept[0]), _kept(kept[1]))


def _content(record: Value | None) -> object:
    return record and (record.value, record.length)


def _kept(record: Value | None) -> str:
    """A value in words; what has entries also as it is, as far as there is room."""
    if record is None:
        return "none"
    count = counted(record)
    if not isinstance(record.value, list | dict):
        return count
    return f"{count} {textwrap.shorten(json.dumps(record.value), 60, placeholder=' …')}"


def _orders(one: Run, other: Run) -> Iterator[OrderDifference]:
    first, second = event_orders(one.records), event_orders(other.records)
    for agent in one.measurement.info.planned:
        left, right = first.get(agent, []), second.get(agent, [])
        if left != right:
            same = sum(1 for _ in takewhile(_equal, zip(left, right, strict=False)))
            yield OrderDifference(agent, same, tuple(left[same:]), tuple(right[same:]))


def _equal(pair: tuple[str, str]) -> bool:
    return pair[0] == pair[1]


def _figures(one: Run, other: Run) -> Iterator[FigureDifference]:
    if one.verdict.value != other.verdict.value:
        yield FigureDifference("verdict", one.verdict.value, other.verdict.value)
    found = figures(one.measurement), figures(other.measurement)
    for name, unit in FIGURES.items():
        first, second = found[0][name], found[1][name]
        if first.value != second.value:
            yield FigureDifference(name, _value(first, unit), _value(second, unit))


def _value(figure: Figure, unit: str) -> str:
    return f"absent: {figure.absent}" if figure.value is None else value_text(figure.value, unit)
