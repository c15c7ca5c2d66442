"""What is measured while a run goes on is what its journal tells afterwards."""

from __future__ import annotations

import pytest

from simulator.analysis.figures.named import figures
from simulator.analysis.figures.summary import summarise
from simulator.analysis.live import LiveMeasurement
from simulator.analysis.measurement import Measurement, measure
from simulator.journal.records import AnyRecord
from tests.analysis.synthetic import S, small_world


@pytest.fixture(scope="module")
def records() -> list[AnyRecord]:
    return list(small_world(5, changes=40).run(20 * S))


def test_in_portions_or_all_at_once(records: list[AnyRecord]) -> None:
    live = LiveMeasurement()
    for record in records:
        live.see(record)
    whole = live.finish(len(records))
    assert whole is not None
    again = measure(records)
    assert summarise(whole, figures(whole)) == summarise(again, figures(again))
    assert len(records) > 256


@pytest.mark.parametrize("every", [1, 7, 300])
def test_the_convergence_so_far_is_that_of_every_record(
    every: int, records: list[AnyRecord]
) -> None:
    live, measured = LiveMeasurement(), Measurement()
    answers = set()
    for number, record in enumerate(records):
        live.see(record)
        measured.see(record)
        if number % every == 0:
            now, so_far = measured.time, live.so_far
            answer = (measured.roster_share, measured.availability_share, measured.converged(now))
            assert (so_far.roster_share, so_far.availability_share, live.converged(now)) == answer
            answers.add(answer)
    assert len(answers) > 1


def test_records_that_could_not_be_taken_spoil_it(records: list[AnyRecord]) -> None:
    live = LiveMeasurement()
    for record in records[:10]:
        live.see(record)
    live.see(None)  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        live.so_far  # noqa: B018
    live.see(records[10])
    assert live.finish(12) is None
