"""Random scenarios are run or refused: no traceback, no hang, and the same journal each time.

Thousands by hand: ``RANDOM_SCENARIOS=5000 pytest tests/test_random_scenarios.py``.
"""

from __future__ import annotations

import json
import os
import zlib
from collections import Counter

import msgspec
from hypothesis import HealthCheck, Phase, given, settings

from simulator.analysis.checks.verdict import judge
from simulator.analysis.figures.named import figures
from simulator.analysis.figures.rosters import roster_rows
from simulator.analysis.figures.summary import summarise
from simulator.analysis.measurement import measure
from simulator.errors import InputError
from simulator.journal.records import AnyRecord, RunEnded
from tests.random_scenarios import Document, Ran, crossings, documents, run_in_memory, spoiled

RECORD = msgspec.json.Decoder(AnyRecord)
HOW_MANY = int(os.environ.get("RANDOM_SCENARIOS", "400"))
TWICE = 6
"""One in so many is run a second time."""

# A scenario that fails is shown as it was drawn: to find a smaller one takes many minutes.
several = settings(
    max_examples=HOW_MANY,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    phases=[Phase.generate],
)
fewer = settings(several, max_examples=HOW_MANY // 4)
few = settings(several, max_examples=HOW_MANY // 10)


def run_or_refuse(document: Document) -> Ran | None:
    try:
        return run_in_memory(document)
    except InputError:
        return None


def check(document: Document) -> str:
    """Run a document; says what became of it."""
    ran = run_or_refuse(document)
    if ran is None:
        return "refused"
    last = ran.records[-1]
    assert isinstance(last, RunEnded)
    assert last.complete
    # What is measured while a run goes on is what its journal tells.
    assert list(map(RECORD.decode, ran.journal.splitlines())) == ran.records
    measurement = measure(ran.records)
    found = figures(measurement)
    verdict = judge(measurement, found)
    summary = summarise(measurement, found)
    json.dumps(summary, allow_nan=False)
    outcomes = summary["agent_outcomes"]
    counted = sum(outcomes[name] for name in ("ok", "failed", "unknown"))
    assert counted == outcomes["population"]
    if zlib.crc32(ran.journal) % TWICE == 0:
        again = run_or_refuse(document)
        assert again is not None
        assert again.journal == ran.journal
    return verdict.value


def test_random_scenarios_are_run_or_refused_and_most_are_run() -> None:
    became = Counter[str]()

    @several
    @given(document=documents())
    def each(document: Document) -> None:
        became[check(document)] += 1

    each()
    assert became["refused"] < became.total() / 2
    assert became["pass"] > 0
    assert became["fail"] > 0


@fewer
@given(document=spoiled())
def test_a_spoiled_scenario_is_run_or_refused(document: Document) -> None:
    check(document)


def check_rosters(document: Document) -> None:
    """Run a document: the rosters that were read at the end are what RFC 6121 allows."""
    ran = run_or_refuse(document)
    if ran is not None:
        rows = roster_rows(measure(ran.records))
        assert [row for row in rows if row.read_at_end and row.right is False] == []


@few
@given(document=crossings())
def test_orders_that_cross_have_an_outcome_that_the_oracle_allows(document: Document) -> None:
    check_rosters(document)


@few
@given(document=crossings(faulty=True))
def test_with_faults_so_has_what_may_be_lost(document: Document) -> None:
    check_rosters(document)
