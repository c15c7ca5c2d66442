"""A trial: one variant of a scenario, run to see whether it fails; and the first one that does.

Trials have numbers. The first failing one is that with the lowest number, whichever was over
first, so who does the work and how quickly changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from simulator import api
from simulator.errors import Livelock, SimulatorError
from simulator.experiments.finding.failures import GOES_ON, Failure, failure_of
from simulator.experiments.running.engines import Engine
from simulator.report.run import Run
from simulator.running.interruption import INTERRUPTED
from simulator.scenario import build_plan, scenario_from
from simulator.scenario.source import one_line

Document = dict[str, object]
TIME_LIMIT = 60.0
"""Seconds of real time after which a trial is given up. It counts as one that did not fail."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A variant to run. `document` is that of its scenario; file names in it begin at `folder`."""

    number: int
    document: Document
    folder: Path

    def do(self) -> Tried:
        """Run it. What is no scenario, or cannot be run, does not fail."""
        began = time.process_time()
        try:
            run = run_document(self.document, self.folder)
            failure, refused = failure_of(run), False
        except SimulatorError:
            failure, refused = None, True
        except (Exception, Livelock) as error:
            failure, refused = (
                Failure(GOES_ON, type(error).__name__, told=one_line(str(error))),
                False,
            )
        return Tried(self.number, failure, refused, time.process_time() - began)

    def lost(self, error: BaseException) -> Tried:
        """A run that kills its process is a failure."""
        return Tried(self.number, Failure(GOES_ON, "killed", told=str(error)))


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a trial. `refused`: it was no scenario. `cpu_s`: processor time in seconds."""

    number: int
    failure: Failure | None
    refused: bool = False
    cpu_s: float | None = None


def run_document(document: Document, folder: Path) -> Run:
    """The run of a scenario's document, in memory. Raises KeyboardInterrupt when interrupted."""
    plan = build_plan(scenario_from(document, folder))
    run = api.run(plan, out=False, check=False, time_limit=TIME_LIMIT)
    end = run.measurement.info.end
    if end is not None and end.reason.startswith(INTERRUPTED):
        raise KeyboardInterrupt
    return run


def first_failing(
    engine: Engine,
    trials: Iterable[Trial],
    fits: Callable[[Failure], bool],
    seen: Callable[[Tried], None],
    *,
    ahead: bool = True,
) -> tuple[Trial, Failure] | None:
    """The trial of the lowest number whose failure fits; None if there is none.

    `seen` is told of each trial up to that, in the order of their numbers.
    """
    given: dict[int, Trial] = {}
    outcomes: dict[int, Tried] = {}
    enough = False

    def giving() -> Iterator[Trial]:
        for trial in trials:
            if enough:
                return
            given[trial.number] = trial
            yield trial

    for several in engine.perform(giving(), ahead=ahead):
        for one in several:
            outcomes[one.number] = one
            enough = enough or (one.failure is not None and fits(one.failure))
        while given and (number := next(iter(given))) in outcomes:
            trial, one = given.pop(number), outcomes.pop(number)
            seen(one)
            if one.failure is not None and fits(one.failure):
                return trial, one.failure
    return None
