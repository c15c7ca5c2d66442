"""The report's tables: where rows must be left out, those that are wrong come first."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.analysis.run import open_run
from simulator.report.page import tables
from simulator.report.page.tables import Table, tables_of
from tests.analysis.journals import actual, asks, end, head, push, says, seeing, sees, watch
from tests.analysis.synthetic import write


@pytest.fixture
def found(tmp_path: Path) -> dict[str, Table]:
    """b's second change reaches a, its third one is lost; a is served two entries too much."""
    records = [
        *(*head("a", "b"), watch("a", "b"), *seeing("a", "b")),
        *(says(2, "b", "1", "away"), actual(2, "b", show="away", id="1")),
        sees(2.5, "a", "b", show="away", id="1"),
        *(says(4, "b", "2", "dnd"), actual(4, "b", show="dnd", id="2")),
        *(push(5, "a", "zoe@x", "both"), asks(5, "a", "subscribe", "c@x")),
        push(5.1, "a", "c@x", "none", ask=True),
        *end(20, "a", "b"),
    ]
    return {table.name: table for table in tables_of(open_run(write(records, tmp_path)))}


def column(table: Table, name: str) -> list[object]:
    return [row[table.columns.index(name)] for row in table.rows]


def test_lost_deliveries_come_first(found: dict[str, Table]) -> None:
    assert column(found["deliveries"], "delivery")[:2] == ["lost", "delivered"]
    assert column(found["deliveries"], "show")[0] == "dnd"


def test_wrong_roster_entries_come_first(found: dict[str, Table]) -> None:
    peers, rights = (column(found["rosters"], name) for name in ("peer", "right"))
    assert dict(zip(peers, rights, strict=True)) == {"b": False, "zoe@x": False, "c@x": True}
    assert rights == [False, False, True]


def test_rows_that_are_left_out_are_counted(
    found: dict[str, Table], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 1)
    cut = {table.name: table for table in tables_of(open_run(tmp_path))}
    assert cut["deliveries"].total == found["deliveries"].total > 1
    assert cut["deliveries"].rows == found["deliveries"].rows[:1]
