"""The states that one pass makes of a journal, asked for at any time."""

from __future__ import annotations

import pickle
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulator.analysis.states import ENTRIES, Sight, States, Steps
from simulator.journal.records import Agent
from tests.analysis.journals import (
    actual,
    asks,
    died,
    down,
    end,
    final,
    head,
    measured,
    push,
    seeing,
    sees,
    up,
    us,
    view,
    watch,
)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2))), st.integers(-1, 12))
def test_a_value_at_a_time_is_the_last_one_that_was_added_until_then(
    changes: list[tuple[int, int]], t: int
) -> None:
    steps: Steps[int] = Steps()
    for time, value in sorted(changes, key=lambda change: change[0]):
        steps.add(time, value)
    until = [value for time, value in sorted(changes, key=lambda change: change[0]) if time <= t]
    assert steps.at(t) == (until[-1] if until else None)
    spans = list(steps.spans(10))
    assert all(begin < after <= 10 for _, begin, after in spans)
    assert [value for value, begin, after in spans if begin <= t < after] == [
        value for value in [steps.at(t)] if value is not None and t < 10
    ]


def agent(t: float, name: str, state: Any) -> Agent:
    return Agent(t=us(t), agent=name, state=state)


def states(*records: Any) -> States:
    return measured(*records).states


def test_an_agent() -> None:
    found = states(
        *head("a"),
        agent(1, "a", "starting"),
        up(2, "a"),
        actual(3, "a", show="away"),
        agent(4, "a", "started"),
        actual(5, "a", show="dnd"),
        died(6, "a"),
        actual(7, "a", False, cause="broken"),
        *end(9, "a"),
    ).agents["a"]
    assert [found.life.at(us(t)) for t in (0, 1, 4, 6)] == [
        "waiting",
        "starting",
        "started",
        "dead",
    ]
    assert [found.sessions["r"].at(us(t)) for t in (1, 2, 6)] == [None, "established", "destroyed"]
    assert [found.shows["r"].at(us(t)) for t in (2, 3, 5, 7)] == [None, "away", "dnd", None]


def test_an_agent_whose_link_was_cut_keeps_its_session() -> None:
    cut = died(3, "a").__class__(t=us(3), agent="a", cause="reset")
    found = states(*head("a"), up(2, "a"), cut, down(5, "a", "suspended"), *end(9, "a"))
    sessions = found.agents["a"].sessions["r"]
    assert [sessions.at(us(t)) for t in (3, 5)] == ["established", "suspended"]


def test_a_roster_entry_as_expected_and_as_served() -> None:
    found = states(
        *head("a", "b"),
        up(0, "a"),
        asks(1, "a", "subscribe", "b", "1"),
        push(2, "a", "b", "none", True),
        view(9, "a", "served", 1),
        final(9, "a", "b", "to"),
        *end(9, "a", "b"),
    ).entries["a"]["b"]
    asked = ENTRIES["none", True]
    assert [found.expected.at(us(t)) for t in (0, 1)] == [None, frozenset([asked])]
    assert [found.served.at(us(t)) for t in (1, 2)] == [None, asked]
    assert found.served.last == ENTRIES["to", False], "what was read at the end"


def test_a_watch() -> None:
    found = states(
        *head("a", "b"),
        watch("a", "b"),
        *seeing("a", "b", 1),
        actual(2, "b", show="dnd"),
        sees(3, "a", "b", show="dnd"),
        actual(4, "b", False),
        sees(5, "a", "b", False),
        view(9, "a", "served", 0),
        *end(9, "a", "b"),
    )
    sights = found.watches["a"]["b"].sights
    assert list(sights.spans(found.end)) == [
        (Sight.UNAUTHORISED, 0, us(1)),
        (Sight.RIGHT, us(1), us(2)),
        (Sight.MISLABELLED, us(2), us(3)),
        (Sight.RIGHT, us(3), us(4)),
        (Sight.GHOST, us(4), us(5)),
        (Sight.RIGHT, us(5), us(9)),
    ]


def test_what_is_read_at_the_end_changes_no_watch() -> None:
    records = [*head("a", "b"), watch("a", "b"), *seeing("a", "b")]
    whole = measured(*records, final(9, "a", "b", "none"), *end(9, "a", "b"))
    assert whole.availability_share == (1, 1)
    assert whole.states.watches["a"]["b"].sights.last is Sight.RIGHT


def test_states_are_plain_data() -> None:
    found = states(*head("a", "b"), watch("a", "b"), *seeing("a", "b"), *end(9, "a", "b"))
    again = pickle.loads(pickle.dumps(found))
    assert again.watches["a"]["b"].sights.times == found.watches["a"]["b"].sights.times
    assert again.end == us(9)
