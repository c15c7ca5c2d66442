from __future__ import annotations

from simulator.report.terminal.rate import Rate


def test_the_rate_is_taken_over_the_last_seconds() -> None:
    rate = Rate()
    assert rate.per_second is None
    assert rate.quiet(5.0) == 0
    rate.look(10.0, 1_000)  # what was there before is no rate
    assert rate.per_second is None
    rate.look(11.0, 1_500)
    assert rate.per_second == 500
    for second in range(12, 20):
        rate.look(float(second), 1_500)
    assert rate.per_second == 0
    assert rate.quiet(21.0) == 10
