"""The tables of the report: agents, roster entries in all four views, deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import polars as pl
from polars import selectors

from simulator.analysis.run import Run

MOST_ROWS = 4_000
"""At most so many rows of a table are in the page; `simulator export` gives all."""


_FAULT_COLUMNS = (
    *("origin", "fault", "begin_s", "end_s", "agents"),
    *("recovery_p50_s", "recovery_max_s", "unrecovered"),
    *("detection_p50_s", "detection_max_s", "undetected"),
    *("ghost_s", "blind_s", "mislabelled_s", "reconnects", "lost", "superseded"),
)
"""What is most often asked for first: the last columns may be outside of a narrow window."""


Cell: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of plain values. `total` counts the rows that there are, `rows` holds some."""

    name: str
    title: str
    note: str
    columns: list[str]
    rows: list[list[Cell]]
    total: int


def tables_of(run: Run) -> list[Table]:
    """The tables of one run. Where rows are left out, those that are wrong come first."""
    rosters = run.rosters()
    wrong_first = rosters.sort("right", descending=False, nulls_last=True, maintain_order=True)
    deliveries = run.propagation().sort(
        pl.col("delivery").replace_strict(
            {"lost": 0, "superseded": 1, "delivered": 2, "not_due": 3}, default=4
        ),
        "issued_s",
        maintain_order=True,
    )
    faults = run.fault_effects().select(_FAULT_COLUMNS).with_columns(selectors.float().round(3))
    hit = [
        _table(
            "faults",
            "Faults",
            "What each fault did until the agents that it hit had recovered. recovery: from its "
            "begin until an agent was connected, and saw and was seen rightly. detection: from a "
            "death until a watcher saw it, undetected: how many never did. ghost, blind, "
            "mislabelled: seconds times watches.",
            faults,
        )
    ]
    return [
        *(hit if faults.height else ()),
        *_causes(run),
        _table("agents", "Agents", "How each planned agent ended.", run.agents()),
        _table(
            "watches",
            "Declared watches",
            "What the scenario's subscriptions ask for, and how it stands at the end. prescribed: "
            "the scenario itself lets it be refused.",
            run.watches().sort(pl.col("state") == "in_force", maintain_order=True),
        ),
        _table(
            "rosters",
            "Roster entries",
            "declared: what the scenario asks for. expected: what RFC 6121 says. served: what the "
            "server holds. believed: what the agent's presence manager says.",
            wrong_first,
        ),
        _table(
            "deliveries",
            "Deliveries",
            "Each change of presence, and how it reached each watcher. Times are seconds.",
            deliveries,
        ),
        _table(
            "divergence",
            "Where belief differs from the server",
            "Entries of contact lists that are not what the server holds.",
            run.belief_divergence(),
        ),
    ]


def _causes(run: Run) -> list[Table]:
    """Why watches are not in force and were seen wrongly, the longest first; none where none."""
    causes = run.causes()
    if not causes.height:
        return []
    lasted = (pl.col("end_s") - pl.col("begin_s")).round(6).alias("lasted_s")
    longest = causes.with_columns(lasted).sort("lasted_s", descending=True, maintain_order=True)
    first = ("watcher", "contact", "what", "begin_s", "lasted_s", "cause", "reason", "fault")
    return [
        _table(
            "causes",
            "Causes",
            "Each declared watch that is not in force and each time of wrong sight has one cause.",
            longest.select(*first, "place", "remedy", "prescribed"),
        )
    ]


def _table(name: str, title: str, note: str, frame: pl.DataFrame) -> Table:
    shown = frame.head(MOST_ROWS)
    rows = [[_plain(value) for value in row] for row in shown.rows()]
    return Table(name, title, note, frame.columns, rows, frame.height)


def _plain(value: object) -> Cell:
    if isinstance(value, float):
        return round(value, 6)
    if value is None or isinstance(value, str | int | bool):
        return value
    return str(value)
