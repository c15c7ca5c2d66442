from __future__ import annotations

from simulator.analysis.frames import faults as fault_frames
from simulator.journal.records import AnyRecord
from tests.analysis.journals import died, end, fault, head, measured


def faults(*records: AnyRecord) -> list[tuple[str, str, str | None, float, float]]:
    return fault_frames.faults(measured(*head("a", "b"), *records, *end(20, "a", "b"))).rows()


def test_a_row_for_each_agent_and_null_for_the_server() -> None:
    found = faults(
        fault(3, "partition", "begin", "a", "b"),
        fault(4, "server_freeze", "begin", origin="faults[1]"),
        fault(5, "server_freeze", "end", origin="faults[1]"),
        fault(7.25, "partition", "end", "a", "b"),
    )
    assert found == [
        ("faults[0]", "partition", "a", 3.0, 7.25),
        ("faults[0]", "partition", "b", 3.0, 7.25),
        ("faults[1]", "server_freeze", None, 4.0, 5.0),
    ]


def test_what_is_over_at_once_ends_when_it_begins() -> None:
    assert faults(fault(3, "reset", "begin", "a")) == [("faults[0]", "reset", "a", 3.0, 3.0)]


def test_what_does_not_end_lasts_until_the_end_of_the_observation() -> None:
    found = faults(fault(3, "wrong_password", "begin", "a"))
    assert found == [("faults[0]", "wrong_password", "a", 3.0, 20.0)]


def test_a_repeated_fault_is_paired_by_whom_it_hits_and_then_in_order() -> None:
    found = faults(
        fault(1, "stall", "begin", "a"),
        fault(2, "stall", "begin", "b"),
        fault(3, "stall", "begin", "b"),
        fault(4, "stall", "end", "b"),
        fault(5, "stall", "end", "b"),
        fault(6, "stall", "end", "a"),
    )
    assert [row[2:] for row in found] == [("a", 1.0, 6.0), ("b", 2.0, 4.0), ("b", 3.0, 5.0)]


def test_frames_without_a_fault_have_their_columns() -> None:
    found = measured(*head("a"), *end(1, "a"))
    assert fault_frames.faults(found).columns == ["origin", "fault", "agent", "begin_s", "end_s"]
    assert fault_frames.deaths(found).columns == [
        "agent",
        "cause",
        "origin",
        "died_s",
        "result",
        "over_s",
    ]


def test_a_death_says_what_it_came_of() -> None:
    found = fault_frames.deaths(measured(*head("a"), died(2, "a"), *end(3, "a")))
    assert found.select("cause", "origin").rows() == [("crash", "faults[0]")]
