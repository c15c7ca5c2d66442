from __future__ import annotations

from simulator.analysis.figures.fault_effects import FaultEffect, fault_effects
from simulator.journal.records import AnyRecord
from tests.analysis.journals import (
    actual,
    died,
    down,
    end,
    fault,
    head,
    measured,
    says,
    seeing,
    sees,
    summarised,
    up,
    us,
    watch,
)


def journal(*records: AnyRecord, until: float = 60) -> list[AnyRecord]:
    """a sees b from the start."""
    scenario = {"run": {"until": "converged", "settle": "1s"}}
    return [
        *head("a", "b", scenario=scenario),
        watch("a", "b"),
        up(0, "b"),
        *seeing("a", "b"),
        *records,
        *end(until, "a", "b"),
    ]


def effects(*records: AnyRecord, until: float = 60) -> list[FaultEffect]:
    return fault_effects(measured(*journal(*records, until=until)))


def broken(t: float, back: float) -> list[AnyRecord]:
    """b's stream breaks at t; a sees it gone 0.5 s later, and b again 0.25 s after it is back."""
    return [
        down(t, "b", "suspended"),
        actual(t, "b", False, cause="broken"),
        sees(t + 0.5, "a", "b", False),
        actual(back, "b"),
        up(back, "b"),
        sees(back + 0.25, "a", "b"),
    ]


def test_recovery_lasts_until_the_watcher_sees_what_is_true() -> None:
    """Ghost 5.0 to 5.5, blind 8.0 to 8.25, so recovered 3.25 s after the reset at 5.0."""
    (found,) = effects(fault(5, "reset", "begin", "b"), *broken(5, 8))
    assert found.recovery == (us(3.25),)
    assert (found.ghost, found.blind, found.mislabelled) == (us(0.5), us(0.25), 0)
    assert (found.agents, found.unrecovered, found.reconnects) == (1, 0, 1)


def test_recovery_is_not_before_the_fault_is_over() -> None:
    (found,) = effects(fault(5, "slow", "begin", "b"), fault(9, "slow", "end", "b"))
    assert found.recovery == (us(4),)


def test_a_server_that_notices_within_a_second_belongs_to_the_fault() -> None:
    begin = fault(5, "close", "begin", "b")
    (soon,) = effects(begin, actual(5.75, "b", False, cause="closed"), sees(6, "a", "b", False))
    assert (soon.recovery, soon.unrecovered) == ((), 1)
    (later,) = effects(begin, actual(6.25, "b", False, cause="closed"), sees(7, "a", "b", False))
    assert (later.recovery, later.unrecovered) == ((0,), 0)


def test_who_is_hit_again_before_has_not_recovered_from_the_first() -> None:
    first, second = effects(
        fault(5, "reset", "begin", "b"),
        down(5, "b", "suspended"),
        actual(5, "b", False, cause="broken"),
        sees(5.5, "a", "b", False),
        fault(7, "reset", "begin", "b", origin="faults[1]"),
        actual(8, "b"),
        up(8, "b"),
        sees(8.25, "a", "b"),
    )
    assert (first.unrecovered, first.reconnects, first.blind) == (1, 0, 0)
    assert (second.recovery, second.reconnects, second.blind) == ((us(1.25),), 1, us(0.25))


def test_a_death_is_detected_and_one_that_nobody_notices_is_not_over() -> None:
    """Dead at 5, seen gone at 5.75: detected in 0.75 s. It never comes back."""
    (seen,) = effects(
        fault(5, "crash", "begin", "b"),
        died(5, "b"),
        actual(5.5, "b", False, cause="broken"),
        sees(5.75, "a", "b", False),
    )
    assert (seen.detection, seen.undetected, seen.unrecovered) == ((us(0.75),), 0, 1)
    (silent,) = effects(fault(5, "crash", "begin", "b"), died(5, "b"))
    assert (silent.detection, silent.undetected, silent.unrecovered) == ((), 1, 1)


def test_a_fault_of_the_server_hits_everybody() -> None:
    (found,) = effects(fault(5, "server_freeze", "begin"), fault(9, "server_freeze", "end"))
    assert (found.agents, found.recovery) == (2, (us(4), us(4)))


def test_a_watch_between_two_that_are_hit_counts_once() -> None:
    (found,) = effects(fault(5, "reset", "begin", "a", "b"), *broken(5, 8))
    assert (found.agents, found.ghost, found.blind) == (2, us(0.5), us(0.25))


def test_deliveries_are_counted_while_the_effect_lasts() -> None:
    """b says dnd at 6, in the stall, which a never gets; what b says at 20 is of no fault."""
    records = (
        fault(5, "stall", "begin", "b"),
        says(6, "b", "s1", "dnd"),
        actual(6, "b", show="dnd", id="s1"),
        says(7, "b", "s2", "away"),
        actual(7, "b", show="away", id="s2"),
        sees(9, "a", "b", show="away", id="s2"),
        fault(10, "stall", "end", "b"),
        says(20, "b", "s3", "xa"),
        actual(20, "b", show="xa", id="s3"),
    )
    (found,) = effects(*records)
    assert (found.superseded, found.lost) == (1, 0)
    assert found.mislabelled == us(3)  # from 6 to 9
    assert found.recovery == (us(5),)
    summary = summarised(*journal(*records))
    assert summary["deliveries"]["lost"] == 1
    assert (summary["faults"][0]["begin_s"], summary["faults"][0]["lasted_s"]) == (5.0, 5.0)


def test_the_summary_adds_up_what_one_entry_did_each_time() -> None:
    records = [fault(5, "reset", "begin", "b"), *broken(5, 8)]
    records += [fault(25, "reset", "begin", "b"), *broken(25, 27)]
    (entry,) = summarised(*journal(*records))["faults"]
    assert (entry["origin"], entry["fault"], entry["times"]) == ("faults[0]", "reset", 2)
    assert (entry["begin_s"], entry["lasted_s"]) == (5.0, 0.0)
    # 3.25 s and 2.25 s: the median is between them.
    assert (entry["recovery"]["p50_s"], entry["recovery"]["max_s"]) == (2.75, 3.25)
    assert (entry["reconnects"], entry["ghost_s"], entry["blind_s"]) == (2, 1.0, 0.5)


def test_without_a_fault_there_is_nothing() -> None:
    assert effects() == []
    assert summarised(*journal())["faults"] == []
