"""A comparison of two runs on a terminal: how they were made, then what differs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.analysis.comparing.runs import (
    Comparison,
    HandlerDifference,
    OrderDifference,
    RosterDifference,
    ValueDifference,
    WatchDifference,
)
from simulator.report.text import printable

MOST = 10
"""At most so many differences of a kind are listed; the rest is counted."""
MOST_AGENTS = 5
"""The order of events is shown for at most so many agents."""
MOST_LINES = 12
"""At most so many lines of an agent's events."""
_Difference = WatchDifference | RosterDifference | HandlerDifference | ValueDifference
_STYLES = {"-": "red", "+": "green", " ": ""}


def print_comparison(console: Console, comparison: Comparison, folders: tuple[Path, Path]) -> None:
    """Print what differs: ``-`` stands for the first run, ``+`` for the second."""
    _print_runs(console, comparison, folders)
    if not comparison.differences:
        what = ", ".join(comparison.compared)
        console.print(Text(f"no differences ({what})", style="bold green"), soft_wrap=True)
        return
    console.print(Text(_counts(comparison), style="bold yellow"), soft_wrap=True)
    watches = [f"{item.watcher} -> {item.contact}: {_both(item)}" for item in comparison.watches]
    _print_some(console, f"watches at the end: {len(watches)}", watches)
    _print_rosters(console, comparison)
    handlers = [f"{item.agent} {item.handler}: {_both(item)}" for item in comparison.handlers]
    count = _many(len(handlers), "handler", "handlers")
    _print_some(console, f"calls of handlers: {count}", handlers)
    values = [f"{item.agent} {item.name}: {_both(item)}" for item in comparison.values]
    _print_some(console, f"values at the end: {len(values)}", values)
    _print_orders(console, comparison)
    _print_figures(console, comparison)


def _counts(comparison: Comparison) -> str:
    counts = [
        _many(len(found), *words)
        for found, words in (
            (comparison.watches, ("watch", "watches")),
            (comparison.rosters, ("roster entry", "roster entries")),
            (comparison.handlers, ("handler", "handlers")),
            (comparison.values, ("value", "values")),
            (comparison.orders, ("agent's order of events", "agents' order of events")),
            (comparison.figures, ("figure", "figures")),
        )
        if found
    ]
    total = _many(comparison.differences, "difference", "differences")
    return f"{total}: {', '.join(counts)}"


def _many(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _print_runs(console: Console, comparison: Comparison, folders: tuple[Path, Path]) -> None:
    for place, sign in enumerate("-+"):
        chosen = ", ".join(
            f"{condition.name} {condition[1 + place]}" for condition in comparison.conditions
        )
        text = f"{sign} {folders[place]}: {comparison.verdicts[place].upper()}, {chosen}"
        console.print(Text(printable(text), style=_STYLES[sign]), soft_wrap=True)


def _both(item: _Difference) -> str:
    return f"- {item.one}, + {item.other}"


def _print_rosters(console: Console, comparison: Comparison) -> None:
    for view in ("served", "believed"):
        lines = [
            f"{item.agent} -> {item.peer}: {_both(item)}"
            for item in comparison.rosters
            if item.view == view
        ]
        _print_some(
            console, f"final rosters, {view}: {_many(len(lines), 'entry', 'entries')}", lines
        )


def _print_some(console: Console, title: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    console.print(Text(f"{title}:", style="bold"), soft_wrap=True)
    for line in lines[:MOST]:
        console.print(Text(f"  {printable(line)}", style=_STYLES.get(line[0], "")), soft_wrap=True)
    _print_rest(console, len(lines) - MOST)


def _print_rest(console: Console, more: int, what: str = "") -> None:
    if more > 0:
        console.print(Text(f"  and {more} more{what}", style="dim"))


def _print_orders(console: Console, comparison: Comparison) -> None:
    orders = comparison.orders
    if not orders:
        return
    title = f"order of events: {len(orders)} of {comparison.agents} agents:"
    console.print(Text(title, style="bold"), soft_wrap=True)
    for order in orders[:MOST_AGENTS]:
        console.print(Text(f"  {_order_text(order)}", style="cyan"), soft_wrap=True)
        _print_lines(console, order)
    _print_rest(console, len(orders) - MOST_AGENTS, " agents")


def _order_text(order: OrderDifference) -> str:
    if order.only_one or order.only_other:
        what = f"{order.only_one} only in -, {order.only_other} only in +"
    else:
        what = "then the same events in another order"
    return f"{order.agent}: the first {order.same} agree, {what}"


def _print_lines(console: Console, order: OrderDifference) -> None:
    for line in islice(order.lines(), MOST_LINES):
        text = Text(f"    {line[0]} {printable(line[1:])}", style=_STYLES[line[0]])
        console.print(text, soft_wrap=True)
    if any(True for _ in islice(order.lines(), MOST_LINES, None)):
        console.print(Text("    …", style="dim"))


def _print_figures(console: Console, comparison: Comparison) -> None:
    if not comparison.figures:
        return
    console.print(Text("figures:", style="bold"))
    table = Table(box=None, padding=(0, 2), show_header=False)
    table.add_column(style="cyan", no_wrap=True)
    for sign in "-+":
        table.add_column(style=_STYLES[sign])
    for item in comparison.figures:
        table.add_row(*(Text(printable(text)) for text in item))
    console.print(table)
