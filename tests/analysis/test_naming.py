from __future__ import annotations

from simulator.analysis.naming import natural_order, natural_tuples


def test_numbers_in_names_count_as_numbers() -> None:
    names = ["agent-10", "b", "agent-2", "agent-1x", "agent-1", "zoe@localhost", "07", "7", ""]
    assert natural_order(names) == [
        *("", "07", "7", "agent-1", "agent-1x", "agent-2", "agent-10", "b", "zoe@localhost"),
    ]


def test_pairs_are_sorted_by_the_first_name_then_the_second() -> None:
    pairs = [("a-10", "a-1"), ("a-2", "a-10"), ("a-2", "a-9")]
    assert natural_tuples(pairs) == [("a-2", "a-9"), ("a-2", "a-10"), ("a-10", "a-1")]
