from __future__ import annotations

from simulator.analysis.frames import measures, watches
from tests.analysis.journals import asks, end, head, measured, push, watch


def test_a_row_for_each_declared_watch_in_the_order_of_numbers() -> None:
    """a-2 is asked for and approved at 3 s; a-10 is asked for and has not answered."""
    found = measured(
        *head("a", "a-10", "a-2"),
        *(watch("a", "a-10"), watch("a", "a-2")),
        *(asks(1, "a", "subscribe", "a-10"), push(1, "a", "a-10", "none", ask=True)),
        *(asks(1, "a", "subscribe", "a-2"), push(1, "a", "a-2", "none", ask=True)),
        push(3, "a", "a-2", "to"),
        *end(9, "a", "a-10", "a-2"),
    )
    rows = watches.watches(found).select("watcher", "contact", "state", "since_s").rows()
    assert rows == [("a", "a-2", "in_force", 3.0), ("a", "a-10", "pending", 1.0)]
    declared = measures.rosters(found).select("agent", "peer", "declared").rows()
    assert declared[:2] == [("a", "a-2", "to"), ("a", "a-10", "to")]
    assert ("a-2", "a", "from") in declared
