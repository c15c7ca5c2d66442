"""A small experiment: two who meet, on several networks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

SCENARIO = """\
name: Two who meet
populations: {a: {}, b: {on_subscribe: {approve: {delay: {exponential: {mean: 50ms}}}}}}
subscriptions: [{pairs: [[a, b]], at: 500ms}]
run: {duration: 2s}
"""
EXPERIMENT = """\
name: Small
seed: 7
scenario: two.yaml
vary:
  - grid: {network.latency: [5ms, 20ms]}
replications: 3
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write an experiment beside its scenario, in an empty folder, and return its path."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "two.yaml").write_text(SCENARIO)

    def do(text: str = EXPERIMENT, name: str = "small.yaml") -> Path:
        path = Path(name)
        path.write_text(text)
        return path

    return do
