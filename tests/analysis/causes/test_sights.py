"""Causes of wrong time, by hand: a knows nothing but what the records say."""

from __future__ import annotations

from simulator.analysis.causes.cause import CauseClass, WrongTime
from simulator.journal.records import AnyRecord
from tests.analysis.journals import (
    actual,
    died,
    down,
    end,
    fault,
    head,
    measured,
    seeing,
    sees,
    watch,
)

C = CauseClass


def wrong(*records: AnyRecord) -> list[WrongTime]:
    """a sees b from 0 s on; then these records, to 60 s."""
    known = [*head("a", "b"), watch("a", "b"), *seeing("a", "b")]
    return measured(*known, *records, *end(60, "a", "b")).causes.wrong_times


def told(found: list[WrongTime]) -> list[tuple[float, float, CauseClass]]:
    return [(one.begin / 1e6, one.end / 1e6, one.cause.kind) for one in found]


def test_news_that_arrives_was_under_way() -> None:
    found = wrong(actual(5, "b", show="dnd", id="1"), sees(5.1, "a", "b", show="dnd", id="1"))
    assert told(found) == [(5, 5.1, C.LINK)]
    assert found[0].what == "mislabelled"


def test_news_that_never_arrives_on_a_whole_link_is_the_servers() -> None:
    assert told(wrong(actual(5, "b", show="dnd", id="1"))) == [(5, 60, C.SERVER)]


def test_a_wrong_time_is_cut_where_the_cause_changes() -> None:
    """The server swallows the first change; the second one is only on its way."""
    found = wrong(
        actual(5, "b", show="dnd", id="1"),
        actual(20, "b", show="away", id="2"),
        sees(20.1, "a", "b", show="away", id="2"),
    )
    assert told(found) == [(5, 20, C.SERVER), (20, 20.1, C.LINK)]


def test_a_short_time_is_the_faults_too_if_one_hit_the_link() -> None:
    found = wrong(
        fault(4, "stall", "begin", "a"),
        actual(5, "b", show="dnd", id="1"),
        fault(5.3, "stall", "end", "a"),
        sees(5.4, "a", "b", show="dnd", id="1"),
    )
    assert told(found) == [(5, 5.4, C.LINK)]
    assert found[0].cause.fault == "faults[0]"


def test_a_fault_of_the_watchers_link_is_the_links() -> None:
    found = wrong(
        fault(4, "stall", "begin", "a"),
        actual(5, "b", show="dnd", id="1"),
        fault(30, "stall", "end", "a"),
        sees(30.1, "a", "b", show="dnd", id="1"),
    )
    assert told(found) == [(5, 30.1, C.LINK)]
    assert found[0].cause.fault == "faults[0]"


def test_a_fault_of_the_contacts_link_is_not_to_blame_for_what_the_server_knew() -> None:
    found = wrong(fault(4, "stall", "begin", "b"), actual(5, "b", show="dnd", id="1"))
    assert told(found) == [(5, 60, C.SERVER)]


def test_a_connection_that_is_dead_after_the_fault_is_the_links() -> None:
    """Nobody notices until the client gives up."""
    found = wrong(
        fault(4, "black_hole", "begin", "a"),
        fault(10, "black_hole", "end", "a"),
        actual(20, "b", show="dnd", id="1"),
        down(50, "a", "suspended"),
    )
    assert told(found) == [(20, 50, C.LINK)]
    assert found[0].cause.fault == "faults[0]"


def test_what_is_missed_by_a_stream_that_is_resumed_is_the_clients() -> None:
    found = wrong(
        down(5, "a", "suspended"),
        actual(6, "b", show="dnd", id="1"),
        down(8, "a", "resumed"),
    )
    assert told(found) == [(8, 60, C.CLIENT_LIBRARY)]


def test_a_server_that_is_down_tells_nobody() -> None:
    found = wrong(
        fault(5, "server_freeze", "begin"),
        actual(6, "b", show="dnd", id="1"),
        fault(30, "server_freeze", "end"),
        sees(30.1, "a", "b", show="dnd", id="1"),
    )
    assert told(found) == [(6, 30.1, C.SERVER)]


def test_what_the_end_cuts_short_was_under_way() -> None:
    assert told(wrong(actual(59.9, "b", show="dnd", id="1"))) == [(59.9, 60, C.LINK)]


def test_a_server_that_tells_late_is_slow_if_it_may_be() -> None:
    """The embedded server answers at once, so there it is latency."""
    found = wrong(actual(5, "b", show="dnd", id="1"), sees(40, "a", "b", show="dnd", id="1"))
    assert told(found) == [(5, 40, C.SERVER)]
    assert "slow" in found[0].cause.reason


def test_a_stream_that_turns_out_to_be_dead_is_the_links() -> None:
    found = wrong(actual(5, "b", show="dnd", id="1"), down(40, "a"))
    assert told(found) == [(5, 40, C.LINK)]
    assert "dead" in found[0].cause.reason


def test_a_death_that_the_server_does_not_tell_of_is_the_servers() -> None:
    """A real server: that the session is over is known from the contact's own side."""
    over = actual(6, "b", available=False, cause="broken", source="client")
    found = wrong(died(5, "b"), over)
    assert told(found) == [(6, 60, C.SERVER)]
    assert "had not noticed that member is dead" in found[0].cause.reason
