from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from simulator.analysis.comparing.runs import (
    Comparison,
    Condition,
    FigureDifference,
    HandlerDifference,
    OrderDifference,
    RosterDifference,
    ValueDifference,
    WatchDifference,
)
from simulator.report.terminal.comparison import MOST, MOST_AGENTS, MOST_LINES, print_comparison

CONDITIONS = (Condition("server", "embedded 1", "prosody 0.12"), Condition("seed", "1", "1"))
FOLDERS = (Path("runs/one"), Path("runs/other"))
EQUAL = Comparison(CONDITIONS, ("pass", "pass"), 2, ("rosters", "orders"), (), (), (), (), (), ())


def told(comparison: Comparison, width: int = 80) -> str:
    console = Console(width=width)
    with console.capture() as capture:
        print_comparison(console, comparison, FOLDERS)
    return capture.get()


def test_zero_differences_are_said() -> None:
    assert told(EQUAL).splitlines() == [
        "- runs/one: PASS, server embedded 1, seed 1",
        "+ runs/other: PASS, server prosody 0.12, seed 1",
        "no differences (rosters, orders)",
    ]


@pytest.mark.parametrize("width", [80, 120])
def test_every_difference_is_told(width: int) -> None:
    comparison = Comparison(
        CONDITIONS,
        ("pass", "fail"),
        2,
        ("watches", "rosters", "handlers", "values", "orders", "figures"),
        (WatchDifference("a", "b", "in force", "pending"),),
        (
            RosterDifference("believed", "a", "b", "to", "not read"),
            RosterDifference("served", "a", "b", "to", "both"),
        ),
        (HandlerDifference("a", "on_available", 2, 0),),
        (ValueDifference("a", "sold", "none", "3"),),
        (OrderDifference("a", 4, ("sent x", "sent y"), ("sent y", "sent x")),),
        (FigureDifference("time_to_converge.availability", "0.25 s", "never"),),
    )
    lines = [line.rstrip() for line in told(comparison, width).splitlines()[2:]]
    assert lines == [
        "7 differences: 1 watch, 2 roster entries, 1 handler, 1 value, 1 agent's order of events,"
        " 1 figure",
        "watches at the end: 1:",
        "  a -> b: - in force, + pending",
        "final rosters, served: 1 entry:",
        "  a -> b: - to, + both",
        "final rosters, believed: 1 entry:",
        "  a -> b: - to, + not read",
        "calls of handlers: 1 handler:",
        "  a on_available: - 2, + 0",
        "values at the end: 1:",
        "  a sold: - none, + 3",
        "order of events: 1 of 2 agents:",
        "  a: the first 4 agree, then the same events in another order",
        "    + sent y",
        "      sent x",
        "    - sent y",
        "figures:",
        "  time_to_converge.availability    0.25 s    never",
    ]


def test_lists_are_bounded_and_counts_whole() -> None:
    entries = tuple(RosterDifference("served", f"a{n}", "b", "to", "none") for n in range(40))
    events = tuple(f"sent {n}" for n in range(40))
    orders = tuple(OrderDifference(f"a{n}", 0, events, ()) for n in range(9))
    text = told(
        Comparison(CONDITIONS, ("pass", "pass"), 9, ("rosters",), (), entries, (), (), orders, ())
    )
    assert "49 differences: 40 roster entries, 9 agents' order of events" in text
    assert text.count("-> b") == MOST
    assert "and 30 more\n" in text
    assert "and 4 more agents" in text
    assert text.count("    - sent") == MOST_AGENTS * MOST_LINES
    assert text.count("…") == MOST_AGENTS
    assert "a0: the first 0 agree, 40 only in -, 0 only in +" in text


def test_a_hostile_status_harms_no_terminal() -> None:
    order = OrderDifference("a", 0, ("sent available '[red]\x1b[2J'",), ())
    text = told(
        Comparison(CONDITIONS, ("pass", "pass"), 1, ("orders",), (), (), (), (), (order,), ())
    )
    assert "\x1b[2J" not in text
    assert "[red]\\x1b[2J" in text
