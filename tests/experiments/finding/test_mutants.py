"""Some of the mutants are found, and made small. `python -m benchmarks.find` looks for all."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.find import MOST_AGENTS, MOST_STEPS, Row, looked_for
from simulator.rfc6121 import availability
from tests.experiments.finding.mutants import MUTANTS, planted

LEAST = 30
SAMPLE = (
    "approval_forgets_from",
    "silent_about_broken_sessions",
    "third_asker_refused",
    "farewell_missed",
    "oracle_unsubscribe_stays_here",
)
"""One of each part; each takes a second or two."""


def test_there_are_enough_mutants_of_every_part() -> None:
    assert len(MUTANTS) >= LEAST
    assert len({one.name for one in MUTANTS}) == len(MUTANTS)
    assert min(Counter(one.part for one in MUTANTS).values()) >= 4
    assert all(one.told.endswith(".") for one in MUTANTS)


@pytest.mark.parametrize("name", SAMPLE)
def test_a_mutant_is_found_and_made_small(name: str) -> None:
    (mutant,) = (one for one in MUTANTS if one.name == name)
    row = looked_for(mutant)
    assert row.found is not None
    assert row.agents <= MOST_AGENTS
    assert row.steps <= MOST_STEPS


def test_nothing_is_left_of_a_mutant() -> None:
    before = availability._known_presence
    (mutant,) = (one for one in MUTANTS if one.name == "newcomer_not_told")
    with planted(mutant):
        assert availability._known_presence is not before
    assert availability._known_presence is before


def test_a_row_of_what_was_not_found_says_so() -> None:
    assert "not found" in str(Row(MUTANTS[0], cost=3.0))
