from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from simulator.analysis.frames import faults as fault_frames
from simulator.analysis.frames import measures as metrics
from simulator.journal.records import AnyRecord, RunStarted
from tests.analysis.journals import (
    actual,
    down,
    end,
    head,
    measured,
    push,
    says,
    seeing,
    sees,
    up,
    watch,
)
from tests.analysis.synthetic import MS, S, small_world

SETTLE: dict[str, Any] = {"run": {"until": "converged", "settle": "2s"}}


def deliveries(*records: AnyRecord, ends: float = 20) -> list[tuple[str, str, float | None]]:
    """(show or gone, delivery, latency in ms) of the changes after the beginning."""
    start = [*head("a", "b", scenario=SETTLE), watch("a", "b"), *seeing("a", "b")]
    found = metrics.propagation(measured(*start, *records, *end(ends, "a", "b")))
    return [
        (
            row["show"] if row["available"] else "gone",
            row["delivery"],
            None if row["latency_s"] is None else round(row["latency_s"] * 1000, 3),
        )
        for row in found.iter_rows(named=True)
        if row["issued_s"] > 0
    ]


def test_latency_runs_from_the_issue_to_the_receipt() -> None:
    """Issued at 5.000, accepted at 5.020, received at 5.045: 45 ms."""
    found = deliveries(
        says(5, "b", "1", "away"),
        actual(5.02, "b", show="away", id="1"),
        sees(5.045, "a", "b", show="away", id="1"),
    )
    assert found == [("away", "delivered", 45.0)]


def test_without_an_issue_the_servers_time_counts() -> None:
    found = deliveries(actual(5, "b", False, cause="broken"), sees(5.03, "a", "b", available=False))
    assert found == [("gone", "delivered", 30.0)]


def test_a_later_change_supersedes() -> None:
    found = deliveries(
        actual(5, "b", show="away", id="1"),
        actual(6, "b", show="dnd", id="2"),
        sees(6.02, "a", "b", show="dnd", id="2"),
    )
    assert found == [("away", "superseded", None), ("dnd", "delivered", 20.0)]


def test_what_never_comes_is_lost_after_the_settle_time() -> None:
    """Settle is 2 s. Issued at 5 with an end at 20: lost. At 19: nobody can say."""
    assert deliveries(actual(5, "b", show="away", id="1")) == [("away", "lost", None)]
    assert deliveries(actual(18, "b", show="away", id="1")) == [("away", "lost", None)]
    assert deliveries(actual(19, "b", show="away", id="1")) == [("away", "not_due", None)]


def test_not_due_where_the_watch_ends_before_the_receipt() -> None:
    change = actual(5, "b", show="away", id="1")
    assert deliveries(change, push(5.01, "a", "b", "none")) == [("away", "not_due", None)]
    assert deliveries(
        change, down(5.01, "a"), up(6, "a"), sees(6.1, "a", "b", show="away", id="1")
    ) == [("away", "not_due", None)]


def test_not_due_where_the_watch_begins_after_the_issue() -> None:
    found = deliveries(
        down(1, "a"),
        actual(5, "b", show="away", id="1"),
        up(6, "a"),
        sees(6, "a", "b", show="away", id="1"),
    )
    assert found == [("away", "not_due", None)]


def test_an_instant_has_no_before_and_after() -> None:
    """A watch that begins with the issue begins too late; one that ends with the receipt, not."""
    receipt = sees(5.1, "a", "b", show="away", id="1")
    begins: list[AnyRecord] = [
        down(1, "a"),
        up(5, "a"),
        actual(5, "b", show="away", id="1"),
        receipt,
    ]
    assert deliveries(*begins) == [("away", "not_due", None)]
    ends: list[AnyRecord] = [
        actual(5, "b", show="away", id="1"),
        push(5.1, "a", "b", "none"),
        receipt,
    ]
    assert deliveries(*ends) == [("away", "delivered", 100.0)]


def test_the_same_presence_again_is_no_change() -> None:
    found = deliveries(
        actual(5, "b", id="1"),
        sees(5.1, "a", "b", id="1"),
        actual(6, "b", False, id="2"),
        sees(6.1, "a", "b", False, id="2"),
        actual(7, "b", False, cause="closed"),
    )
    assert found == [("gone", "delivered", 100.0)]


def test_priority_and_status_are_changes_too() -> None:
    found = deliveries(
        actual(5, "b", priority=3, id="1"),
        sees(5.1, "a", "b", id="1"),
        actual(6, "b", priority=3, status=(("", "hello"),), id="2"),
        sees(6.2, "a", "b", id="2"),
    )
    assert found == [("", "delivered", 100.0), ("", "delivered", 200.0)]


def test_a_second_copy_counts_once() -> None:
    found = deliveries(
        actual(5, "b", show="away", id="1"),
        sees(5.1, "a", "b", show="away", id="1"),
        sees(5.4, "a", "b", show="away", id="1"),
    )
    assert found == [("away", "delivered", 100.0)]


def test_without_ids_content_and_order_decide() -> None:
    found = deliveries(
        actual(5, "b", show="away", id="1"),
        actual(5.5, "b", show="dnd", id="2"),
        actual(5.6, "b", show="away", id="3"),
        sees(5.7, "a", "b", show="away"),
        sees(5.8, "a", "b", show="dnd"),
        sees(5.9, "a", "b", show="away"),
    )
    assert found == [
        ("away", "delivered", 700.0),
        ("dnd", "delivered", 300.0),
        ("away", "delivered", 300.0),
    ]


def test_resources_are_apart() -> None:
    found = deliveries(
        actual(5, "b", show="away", id="1"),
        actual(5, "b", show="dnd", id="2", resource="phone"),
        sees(5.2, "a", "b", show="dnd", id="2", resource="phone"),
    )
    assert found == [("away", "lost", None), ("dnd", "delivered", 200.0)]


def columns(records: list[AnyRecord]) -> pl.DataFrame:
    return metrics.propagation(measured(*records))


@given(st.integers(2, 9), st.integers(0, 15), st.integers(0, 3), st.integers(0, 5))
@settings(max_examples=25, deadline=None)
def test_latency_is_never_negative_and_all_deliveries_are_classed(
    agents: int, changes: int, deaths: int, seed: int
) -> None:
    world = small_world(agents, changes=changes, deaths=min(deaths, agents - 1), seed=seed)
    frame = columns(world.run(16 * S))
    assert (frame["latency_s"].drop_nulls() > 0).all()
    assert frame["latency_s"].is_not_null().eq(frame["delivery"] == "delivered").all()
    assert not (frame["delivery"] == "open").any()
    assert not (frame["delivery"] == "lost").any(), "nothing was lost on these links"
    watched = frame.group_by("change").len()["len"]
    assert (watched <= agents - 1).all()


@given(st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_the_order_within_an_instant_changes_nothing(random: Any) -> None:
    """Times are rounded to 5 ms so that much happens at once; each agent keeps its order."""
    world = small_world(6, changes=12, deaths=1, seed=3)
    records = [rounded(record) for record in world.run(12 * S)]
    before, after = measured(*records), measured(*shuffled(records, random))
    for frame in (
        *(metrics.propagation, metrics.staleness, metrics.convergence, metrics.phases),
        *(metrics.rosters, fault_frames.detection, fault_frames.deaths, fault_frames.effects),
    ):
        left, right = frame(before), frame(after)
        order = [
            c for c in ("contact", "watcher", "agent", "peer", "issued_s") if c in left.columns
        ]
        keep = [column for column in left.columns if column != "change"]
        if frame in (metrics.convergence, metrics.phases):
            order = []
        assert (
            left.select(keep)
            .sort(order or keep, maintain_order=True)
            .equals(right.select(keep).sort(order or keep, maintain_order=True))
        ), frame.__name__


def rounded(record: AnyRecord) -> AnyRecord:
    return replace(record, t=record.t // (5 * MS) * 5 * MS)


def shuffled(records: list[AnyRecord], random: Any) -> list[AnyRecord]:
    """Interleave the agents of each instant anew; the frame of the run stays where it is."""
    out: list[AnyRecord] = []
    instant: list[AnyRecord] = []
    for record in [*records, None]:
        if instant and (record is None or record.t != instant[0].t):
            out += mixed(instant, random)
            instant = []
        if record is not None:
            instant.append(record)
    return out


def mixed(instant: list[AnyRecord], random: Any) -> list[AnyRecord]:
    if any(isinstance(record, RunStarted) for record in instant) or any(
        type(record).__name__ in ("View", "Outcome") for record in instant
    ):
        return instant
    lanes: dict[str, list[AnyRecord]] = {}
    for record in instant:
        lanes.setdefault(getattr(record, "agent", ""), []).append(record)
    mixed_records = []
    while lanes:
        lane = random.choice(sorted(lanes))
        mixed_records.append(lanes[lane].pop(0))
        if not lanes[lane]:
            del lanes[lane]
    return mixed_records


def test_the_two_hops_meet_when_the_server_accepts() -> None:
    """Issued at 5.000, accepted at 5.020. A server's own change, and a client's word, are none."""
    records: list[AnyRecord] = [
        says(5, "b", "1", "away"),
        actual(5.02, "b", show="away", id="1"),
        actual(6, "b", False, cause="broken"),
        says(7, "b", "2", "dnd"),
        actual(7, "b", show="dnd", id="2", source="client"),
    ]
    start = [*head("a", "b", scenario=SETTLE), watch("a", "b"), *seeing("a", "b")]
    found = metrics.propagation(measured(*start, *records, *end(20, "a", "b")))
    later = found.filter(pl.col("issued_s") > 0)
    assert later.select("issued_s", "accepted_s").rows() == [(5.0, 5.02), (6.0, None), (7.0, None)]


@pytest.mark.parametrize(
    ("run", "fate"),
    [
        ({}, "not_due"),
        ({"run": {"duration": "20s"}}, "not_due"),
        ({"run": {"duration": "20s", "settle": "0s"}}, "lost"),
    ],
)
def test_a_scenario_that_names_no_settle_time_has_the_default(
    run: dict[str, Any], fate: str
) -> None:
    """The run waited 1 s by default. Issued at 19.5, ended at 20.0: nobody can say."""
    records: list[AnyRecord] = [
        says(19.5, "b", "1", "away"),
        actual(19.5, "b", show="away", id="1"),
    ]
    start = [*head("a", "b", scenario=run), watch("a", "b"), *seeing("a", "b")]
    found = metrics.propagation(measured(*start, *records, *end(20, "a", "b")))
    assert found["delivery"].to_list()[-1] == fate


def test_on_a_real_server_a_watcher_may_hear_of_a_sessions_end_before_its_client() -> None:
    """a hears at 5.0 that b is gone; b's client finds out at 5.1. Of a stop, which b says, not."""
    heard = sees(5, "a", "b", False)
    assert deliveries(heard, actual(5.1, "b", False, cause="replaced", source="client")) == [
        ("gone", "delivered", 0.0)
    ]
    assert deliveries(heard, actual(5.1, "b", False, cause="presence", source="client")) == [
        ("gone", "lost", None)
    ]
