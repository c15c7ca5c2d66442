from __future__ import annotations

from simulator.analysis.figures.named import figures
from simulator.analysis.figures.quantiles import samples_text
from simulator.analysis.frames import faults as fault_frames
from simulator.journal.records import AnyRecord
from tests.analysis.journals import actual, died, down, end, head, measured, seeing, sees, watch


def results(*records: AnyRecord) -> list[tuple[str, str, float | None]]:
    found = measured(
        *head("a", "b", "c"),
        watch("a", "b"),
        watch("c", "b"),
        *seeing("a", "b"),
        *seeing("c", "b"),
        died(5, "b"),
        *records,
        *end(20, "a", "b", "c"),
    )
    return fault_frames.detection(found).select("watcher", "result", "detection_s").rows()


def test_from_the_death_to_each_watcher_seeing_it() -> None:
    """Dead at 5.0; a sees it at 6.5, c at 7.25."""
    found = results(
        actual(6, "b", False, cause="broken"),
        sees(6.5, "a", "b", False),
        sees(7.25, "c", "b", False),
    )
    assert found == [("a", "detected", 1.5), ("c", "detected", 2.25)]


def test_a_watch_that_ends_is_not_due_and_the_other_stays_undetected() -> None:
    assert results(down(6, "a")) == [("a", "not due", None), ("c", "undetected", None)]


def test_who_did_not_see_it_available_has_nothing_to_detect() -> None:
    """a was told at 4.0 that b is gone, which was not so; then b dies."""
    found = measured(
        *head("a", "b"),
        watch("a", "b"),
        *seeing("a", "b"),
        sees(4, "a", "b", False),
        died(5, "b"),
        *end(20, "a", "b"),
    )
    assert found.detections.all == []


def test_who_comes_back_before_it_is_seen_was_not_detected() -> None:
    found = results(actual(6, "b"), sees(7, "a", "b", False), sees(7, "c", "b", False))
    assert {result for _, result, _ in found} == {"undetected"}


def test_quantiles_of_two_samples_say_so() -> None:
    """Of 1 s and 2 s: p50 1.5, p95 1 + 0.95, p99 1 + 0.99, in microseconds."""
    found = figures(
        measured(
            *head("a", "b", "c"),
            watch("a", "b"),
            watch("c", "b"),
            *seeing("a", "b"),
            *seeing("c", "b"),
            died(5, "b"),
            sees(6, "a", "b", False),
            sees(7, "c", "b", False),
            *end(20, "a", "b", "c"),
        )
    )
    values = [found[f"detection_time.{part}"].value for part in ("p50", "p95", "p99", "max")]
    assert values == [1_500_000, 1_950_000, 1_990_000, 2_000_000]
    assert found["detection_time.p50"].note == "2 samples, fewer than the 20 that p95 needs"


def test_without_a_death_the_figure_is_absent() -> None:
    found = figures(measured(*head("a"), *end(1, "a")))
    assert found["detection_time.p95"].value is None
    assert found["detection_time.p95"].absent == "no death was detected"


def test_one_sample_is_one() -> None:
    assert samples_text(1) == "1 sample, fewer than the 20 that p95 needs"
    assert samples_text(20) == "20 samples"
