"""The log for ShiViz: its clocks say what came before what."""

from __future__ import annotations

import json
import re
from pathlib import Path

from simulator.report.exports.files import export
from tests.report.exports.traces import traced


def test_clocks_count_and_what_arrives_knows_its_sending(tmp_path: Path) -> None:
    (path,) = export(traced(tmp_path), "shiviz", tmp_path / "out")
    expression, empty, *lines = path.read_text("utf-8").splitlines()
    assert empty == ""
    pattern = re.compile(expression.replace("(?<", "(?P<"))
    events = [match.groupdict() for match in pattern.finditer("\n".join(lines))]
    assert len(events) == len(lines) / 2
    own: dict[str, int] = {}
    for one in events:
        clock = json.loads(one["clock"])
        assert clock[one["host"]] == own.get(one["host"], 0) + 1
        own[one["host"]] = clock[one["host"]]
        for other, count in clock.items():
            assert count <= own[other], "nobody knows what has not happened"
    asked = next(n for n, one in enumerate(events) if one["event"] == "asks a-1 for its presence")
    heard = next(one for one in events[asked:] if one["event"].startswith("hears that a-0 asks"))
    assert json.loads(heard["clock"])["a-0"] >= json.loads(events[asked]["clock"])["a-0"]
    assert "a-0" not in json.loads(events[1]["clock"]), "nothing has been heard yet"
