"""Appendix A against an independent copy of its tables."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from simulator.errors import UndefinedTransition
from simulator.rfc6121.subscription import TABLE, SubscriptionState, transition

APPENDIX_A = Path(__file__).parents[1] / "data" / "rfc6121_appendix_a.csv"
ROWS = list(csv.DictReader(APPENDIX_A.open(encoding="utf-8")))
STATES = {state.label: state for state in SubscriptionState}


@pytest.mark.parametrize(
    "row", ROWS, ids=[f"{row['section']} {row['stanza']} in {row['state']}" for row in ROWS]
)
def test_appendix_a(row):
    result = transition(row["direction"], row["stanza"], STATES[row["state"]])
    assert result == (row["forward"] == "MUST", STATES[row["new_state"]])


def test_appendix_a_is_complete():
    assert len(ROWS) == len(TABLE) == 72


@pytest.mark.parametrize(
    ("label", "subscription", "ask", "pending_in"),
    [
        ("None", "none", False, False),
        ("None + Pending Out", "none", True, False),
        ("None + Pending In", "none", False, True),
        ("None + Pending Out+In", "none", True, True),
        ("To", "to", False, False),
        ("To + Pending In", "to", False, True),
        ("From", "from", False, False),
        ("From + Pending Out", "from", True, False),
        ("Both", "both", False, False),
    ],
)
def test_a_1_how_the_roster_shows_a_state(label, subscription, ask, pending_in):
    state = STATES[label]
    assert (state.subscription, state.ask, state.pending_in) == (subscription, ask, pending_in)
    assert state.user_subscribed == (subscription in ("to", "both"))
    assert state.contact_subscribed == (subscription in ("from", "both"))
    assert str(state) == label


def test_an_undefined_transition_names_state_and_event():
    with pytest.raises(UndefinedTransition, match=r"None \+ Pending In.*outbound probe"):
        transition("outbound", "probe", SubscriptionState.NONE_IN)  # type: ignore[arg-type]
