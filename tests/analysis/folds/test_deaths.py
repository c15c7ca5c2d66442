from __future__ import annotations

from simulator.analysis.frames import faults as fault_frames
from simulator.journal.records import AnyRecord
from tests.analysis.journals import actual, died, end, fault, head, measured


def deaths(*records: AnyRecord) -> list[tuple[str, float, str, float | None]]:
    """`a` is available from 1 s on, and its deaths are looked at until 20 s."""
    found = measured(*head("a"), actual(1, "a"), *records, *end(20, "a"))
    return fault_frames.deaths(found).select("agent", "died_s", "result", "over_s").rows()


def test_the_server_notices_when_it_ends_the_session() -> None:
    found = deaths(died(5, "a"), actual(7.5, "a", False, cause="broken"))
    assert found == [("a", 5.0, "noticed", 7.5)]


def test_nobody_notices_until_the_end() -> None:
    assert deaths(died(5, "a")) == [("a", 5.0, "unnoticed", None)]


def test_who_is_heard_of_again_is_back() -> None:
    assert deaths(died(5, "a"), actual(6, "a", show="away")) == [("a", 5.0, "back", 6.0)]


def test_the_end_of_a_partition_brings_back_whom_it_cut_off() -> None:
    begin, over = (fault(t, "partition", s, "a") for t, s in ((5, "begin"), (9, "end")))
    assert deaths(begin, died(5, "a"), over) == [("a", 5.0, "back", 9.0)]


def test_the_end_of_a_black_hole_brings_back_nobody() -> None:
    """What was lost in it stays lost, and with it the connection."""
    begin, over = (fault(t, "black_hole", s, "a") for t, s in ((5, "begin"), (9, "end")))
    assert deaths(begin, died(5, "a"), over) == [("a", 5.0, "unnoticed", None)]


def test_an_agent_is_held_as_long_as_one_of_its_resources_is() -> None:
    phone = actual(2, "a", resource="phone")
    one, other = (
        actual(t, "a", False, resource=name, cause="broken") for t, name in ((6, "r"), (8, "phone"))
    )
    assert deaths(phone, died(5, "a"), one) == [("a", 5.0, "unnoticed", None)]
    assert deaths(phone, died(5, "a"), one, other) == [("a", 5.0, "noticed", 8.0)]


def test_who_was_not_available_was_not_held() -> None:
    assert deaths(actual(4, "a", False), died(5, "a")) == [("a", 5.0, "noticed", 5.0)]


def test_each_death_has_its_own_end() -> None:
    found = deaths(
        died(5, "a"), actual(6, "a", False, cause="broken"), actual(8, "a"), died(9, "a")
    )
    assert found == [("a", 5.0, "noticed", 6.0), ("a", 9.0, "unnoticed", None)]
