"""What the summary adds to the figures: names, reasons, and how many entries it lists."""

from __future__ import annotations

from simulator.analysis.figures import details
from simulator.journal.records import AnyRecord, Outcome
from simulator.scenario.figures import FAMILIES
from tests.analysis.journals import (
    asks,
    belief,
    end,
    final,
    head,
    hears,
    push,
    summarised,
    up,
    us,
    view,
)


def test_agents_that_are_not_ok_have_their_reason() -> None:
    failed = Outcome(t=us(9), agent="b", outcome="failed", reason="its setup raised")
    found = summarised(*head("a", "b"), failed, *end(9, "a"))["agent_outcomes"]
    assert found == {
        "ok": 1,
        "failed": 1,
        "unknown": 0,
        "population": 2,
        "not_ok": [{"agent": "b", "outcome": "failed", "reason": "its setup raised"}],
        "spawned": {},
    }


def test_lists_are_cut_and_counts_are_whole() -> None:
    """a believes and is served 120 contacts that nobody asked for, and believes them otherwise."""
    peers = [f"p{number:03}" for number in range(details.MOST + 20)]
    found = summarised(
        *head("a", *peers),
        up(0, "a"),
        view(9, "a", "served", len(peers)),
        *(final(9, "a", peer, "to") for peer in peers),
        view(9, "a", "believed", len(peers)),
        *(belief(9, "a", peer, "both") for peer in peers),
        *end(9, "a"),
    )
    for name in ("belief_divergence", "wrong_entries"):
        assert found[name]["count"] == 120
        assert len(found[name]["entries"]) == 100
    assert len(found["agent_outcomes"]["not_ok"]) == 100
    assert found["agent_outcomes"]["unknown"] == 120
    assert found["belief_divergence"]["entries"][0] == {
        "agent": "a",
        "peer": "p000",
        "believed": "both",
        "served": "to",
    }


def test_a_wrong_entry_names_what_was_expected() -> None:
    """a asked b and was never answered, and is served `to`."""
    records: list[AnyRecord] = [
        up(0, "a"),
        asks(1, "a", "subscribe", "b", "1"),
        hears(2, "b", "subscribe", "a", "1"),
        push(2, "a", "b", "to"),
    ]
    found = summarised(*head("a", "b"), *records, *end(9, "a", "b"))["wrong_entries"]
    assert found["entries"] == [
        {"agent": "a", "peer": "b", "expected": ["none + ask"], "served": "to"}
    ]
    assert found["count"] == 1


def test_every_declared_figure_is_in_the_summary() -> None:
    found = summarised(*head("a", "b"), *end(9, "a", "b"))
    for family in FAMILIES:
        entry = found[family.key or family.name]
        parts = {part + "_s" if family.unit == "time" else part for part in family.parts}
        assert "absent" in entry or entry.keys() >= parts, family.name
    assert found["amplification"] == {"absent": "no presence changed"}
    assert found["time_to_converge"]["roster_s"] == {"absent": "there was nothing to converge"}
    assert found["deliveries"] == {"delivered": 0, "superseded": 0, "lost": 0, "not_due": 0}
