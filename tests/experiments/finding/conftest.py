"""A scenario in which something goes wrong if it is looked for: requests get lost in a cut."""

from __future__ import annotations

from pathlib import Path

import pytest

MEETING = """\
name: Four who meet
seed: 7
populations: {a: {count: 4, presence: {show: chat}, on_subscribe: approve}}
subscriptions: [{graph: {generator: complete_graph}, among: a, mutual: true, at: 1s}]
run: {duration: 10s}
search: {faults: [stream_error, reset], actions: [set_presence], answers: [], at_most: 2}
"""
CALM = MEETING.replace("faults: [stream_error, reset]", "faults: []")


@pytest.fixture
def meeting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Its file, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    Path("meeting.yaml").write_text(MEETING)
    Path("calm.yaml").write_text(CALM)
    return Path("meeting.yaml")
