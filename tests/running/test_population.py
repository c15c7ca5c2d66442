"""All agents of a run: how their lives go, as the journal tells it."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.journal.records import Action, Agent
from tests.runs import run_text


def life(folder: Path, timeline: str) -> list[tuple[float, str]]:
    run = run_text(
        f"""
        name: one life
        populations: {{one: {{start: 5s}}}}
        timeline: {timeline}
        network: {{latency: 0s}}
        run: {{duration: 10s, settle: 0s}}
        """,
        folder,
    )
    return [
        (record.t / 1e6, record.state if isinstance(record, Agent) else f"no: {record.skipped}")
        for record in run.records
        if isinstance(record, Agent) or (isinstance(record, Action) and record.skipped)
    ]


@pytest.mark.parametrize(
    ("timeline", "expected"),
    [
        ("[]", [(5, "starting"), (5, "started")]),
        # Not a second time at 5 s: two agents would share one account.
        ("[{at: 1s, who: one, do: start}]", [(1, "starting"), (1, "started")]),
        (
            "[{at: 1s, who: one, do: start}, {at: 2s, who: one, do: stop}]",
            [(1, "starting"), (1, "started"), (2, "stopping"), (2, "stopped")],
        ),
        (
            "[{at: 6s, who: one, do: start}]",
            [(5, "starting"), (5, "started"), (6, "no: the agent runs already")],
        ),
        (
            "[{at: 6s, who: one, do: stop}, {at: 7s, who: one, do: stop}]",
            [
                (5, "starting"),
                (5, "started"),
                (6, "stopping"),
                (6, "stopped"),
                (7, "no: the agent does not run"),
            ],
        ),
        (
            "[{at: 6s, who: one, do: stop}, {at: 7s, who: one, do: start}]",
            [
                (5, "starting"),
                (5, "started"),
                (6, "stopping"),
                (6, "stopped"),
                (7, "starting"),
                (7, "started"),
            ],
        ),
    ],
)
def test_a_life_goes_as_planned(
    tmp_path: Path, timeline: str, expected: list[tuple[float, str]]
) -> None:
    assert life(tmp_path, timeline) == expected
