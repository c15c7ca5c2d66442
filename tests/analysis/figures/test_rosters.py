from __future__ import annotations

from simulator.analysis.figures.named import figures
from simulator.analysis.figures.rosters import belief_divergence, believed_ghosts
from simulator.analysis.figures.summary import summarise
from simulator.analysis.frames import measures as metrics
from simulator.journal.records import AnyRecord, Belief
from tests.analysis.journals import (
    actual,
    asks,
    belief,
    end,
    final,
    head,
    hears,
    measured,
    push,
    up,
    us,
    view,
)


def three_views() -> list[AnyRecord]:
    """a asked b and c; the server holds b (asked) and a surplus d; a believes other things."""
    return [
        *head("a", "b", "c", "d"),
        up(0, "a"),
        asks(1, "a", "subscribe", "b", "1"),
        asks(1, "a", "subscribe", "c", "2"),
        hears(1.1, "c", "subscribe", "a", "2"),
        push(1.1, "a", "b", "none", ask=True),
        view(9, "a", "served", 2),
        final(9, "a", "b", "none", ask=True),
        final(9, "a", "d", "from"),
        view(9, "a", "believed", 3),
        belief(9, "a", "b", "none", ask=True),
        belief(9, "a", "c", "none", ask=True),
        belief(9, "a", "d", ""),
        view(9, "b", "served", absent="not connected"),
        view(9, "b", "believed", absent="not connected"),
        *end(9, "a", "b", "c", "d"),
    ]


def test_the_three_views_side_by_side() -> None:
    frame = metrics.rosters(measured(*three_views()))
    columns = ("agent", "peer", "expected", "expected_pending_in", "served", "believed", "right")
    assert frame.select(columns).rows() == [
        ("a", "b", "none + ask", False, "none + ask", "none + ask", True),
        ("a", "c", "none + ask", False, "absent", "none + ask", False),
        ("a", "d", "absent", False, "from", "listed without roster data", False),
        ("b", "a", "absent", True, None, None, None),
        ("c", "a", "absent", True, None, None, None),
    ]


def test_divergence_is_named_entry_by_entry() -> None:
    info = measured(*three_views()).info
    assert belief_divergence(info) == [
        ("a", "c", "none + ask", "absent"),
        ("a", "d", "listed without roster data", "from"),
    ]
    figure = figures(measured(*three_views()))["belief_divergence"]
    assert figure.value == 2
    assert figure.note == "1 of 4 agents could be compared"


def test_divergence_without_views_is_absent() -> None:
    figure = figures(measured(*head("a"), *end(9, "a")))["belief_divergence"]
    assert (figure.value, figure.absent) == (None, "no agent had both views read at the end")


def test_the_share_at_the_end_uses_the_rosters_read_then() -> None:
    """Pushed: b right, c missing: 1 of 2. Read at the end: d is a surplus: 1 of 3."""
    found = measured(*three_views())
    assert found.states.convergence["roster"].last == (1, 2)
    assert found.roster_share == (1, 3)


def test_a_believed_ghost_is_a_contact_that_left_and_seems_available() -> None:
    """a believes b, c and d available; b is, c left, d is nobody of the scenario."""
    believed = [
        Belief(t=us(9), agent="a", peer=peer, subscription="to", available=True)
        for peer in ("b", "c", "d@elsewhere")
    ]
    records = [
        *head("a", "b", "c"),
        actual(1, "b"),
        actual(1, "c"),
        actual(2, "c", False),
        view(9, "a", "believed"),
        *believed,
    ]
    found = measured(*records, *end(9, "a", "b", "c"))
    assert believed_ghosts(found) == [("a", "c")]
    assert figures(found)["believed_ghosts"].value == 1
    assert summarise(found, figures(found))["believed_ghosts"]["entries"] == [
        {"agent": "a", "peer": "c"}
    ]
    unread = figures(measured(*head("a"), *end(9, "a")))["believed_ghosts"]
    assert unread.value is None
