from __future__ import annotations

from typing import Any

from simulator.analysis.measurement import Measurement
from simulator.journal.records import AnyRecord
from tests.analysis.journals import actual, died, down, end, head, measured, up


def downtimes(*records: AnyRecord) -> tuple[list[tuple[float, float]], list[float]]:
    """The downtimes of agent a, and its reconnects, in seconds."""
    found: Measurement = measured(*head("a"), up(0, "a"), actual(0, "a"), *records, *end(20, "a"))
    of = found.downtimes.of.get("a", [])
    back = found.downtimes.reconnects.get("a", [])
    return [(one / 1e6, other / 1e6) for one, other in of], [t / 1e6 for t in back]


def gone(t: float, cause: Any, resource: str = "r") -> AnyRecord:
    return actual(t, "a", False, cause=cause, resource=resource)


def test_a_broken_stream_is_down_at_both_ends_until_it_is_up() -> None:
    found = downtimes(
        down(5, "a", "suspended"),
        gone(5.5, "broken"),
        down(6, "a", "destroyed"),
        actual(6.5, "a"),
        up(7, "a"),
    )
    assert found == ([(5.5, 6.5), (5.0, 7.0)], [7.0])


def test_who_leaves_is_not_down() -> None:
    stopped = (down(5, "a", "destroyed"), gone(5.1, "closed"), down(5.2, "a", "closed"))
    assert downtimes(*stopped) == ([], [])
    assert downtimes(*stopped, actual(7, "a"), up(7, "a")) == ([], [])


def test_who_said_unavailable_is_not_down() -> None:
    assert downtimes(gone(5, "presence")) == ([], [])


def test_a_stream_that_the_client_did_not_end_is_down_to_the_end() -> None:
    assert downtimes(gone(5, "closed")) == ([(5.0, 20.0)], [])


def test_after_a_crash_another_resource_ends_the_downtime() -> None:
    found = downtimes(
        died(5, "a"), gone(5.5, "broken"), actual(9, "a", resource="s"), up(9.5, "a", "s")
    )
    assert found == ([(5.5, 9.0), (5.0, 9.5)], [9.5])


def test_one_reconnect_is_counted_once() -> None:
    resumed = down(7, "a", "resumed")
    assert downtimes(down(5, "a", "suspended"), up(7, "a"), resumed)[1] == [7.0]
