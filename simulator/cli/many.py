"""Several runs in one command: the jobs, what becomes of each, and one exit code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.cli.options import UNKNOWN, WRONG_CALL
from simulator.errors import InputError, Livelock, ScenarioError, SimulatorError

if TYPE_CHECKING:
    from simulator.analysis.run import Run

_MOST_SEEDS = 100_000
_WORST_FIRST = (WRONG_CALL, 1, UNKNOWN)


class InterruptedAtOnce(SimulatorError):
    """Somebody pressed Ctrl-C twice: nothing more is to be done."""


@dataclass(frozen=True, slots=True)
class Job:
    """A scenario file that is to be run. `seed` None: the file's own."""

    file: Path
    seed: int | None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a job. `verdict` is that of the run, or ``wrong``: it could not be started.

    `agents` counts the planned agents, and `duration_s` is in seconds of the run's own time.
    `reason` is the first one for a verdict other than ``pass``. `folder` is that of the run.
    """

    verdict: str
    exit_code: int
    file: str
    seed: int | None
    agents: int | None = None
    duration_s: float | None = None
    reason: str = ""
    folder: str | None = None

    def as_data(self) -> dict[str, object]:
        """As plain data, for JSON."""
        return asdict(self)


def parse_seeds(text: str) -> list[int]:
    """``1-20`` or ``1,5,7-9`` -> the seeds. Raises InputError."""
    seeds: list[int] = []
    for part in text.split(","):
        found = re.fullmatch(r"\s*(\d+)\s*(?:-\s*(\d+)\s*)?", part)
        first = int(found.group(1)) if found else 0
        last = int(found.group(2) or first) if found else -1
        if not 0 <= last - first < _MOST_SEEDS:
            raise InputError(f"--seeds {text}: expected seeds such as 1-20 or 1,5,7-9")
        seeds += range(first, last + 1)
    return list(dict.fromkeys(seeds))


def jobs_of(files: Sequence[Path], seed: int | None, seeds: str | None) -> list[Job]:
    """Each file with each seed, in the order in which they were given. Raises InputError."""
    if seed is not None and seeds is not None:
        raise InputError("--seed and --seeds: only one of them can be given")
    numbers: Sequence[int | None] = parse_seeds(seeds) if seeds is not None else [seed]
    return [Job(file, number) for file in files for number in numbers]


def results(
    jobs: Iterable[Job], perform: Callable[[Job], Run], *, stop_early: bool
) -> Iterator[tuple[Result, Run | SimulatorError | Livelock]]:
    """Do the jobs one after the other; give each result, with the run or why there is none.

    A file that is no valid scenario is tried once, whatever the seeds. `stop_early`: the
    first job that does not pass is the last. So is one that somebody interrupted; one that reached
    its time limit is not.
    """
    from simulator.running.interruption import INTERRUPTED  # noqa: PLC0415

    wrong: set[Path] = set()
    for job in jobs:
        if job.file in wrong:
            continue
        outcome: Run | SimulatorError | Livelock
        interrupted = False
        try:
            outcome = perform(job)
            result = _result(job, outcome)
            end = outcome.measurement.info.end
            interrupted = end is not None and end.reason.startswith(INTERRUPTED)
        except InterruptedAtOnce:
            raise
        except (SimulatorError, Livelock) as error:
            outcome, result = error, _broken(job, error)
            if isinstance(error, ScenarioError):
                wrong.add(job.file)
        yield result, outcome
        if interrupted or (stop_early and result.exit_code):
            return


def _result(job: Job, run: Run) -> Result:
    about = run.summary["run"]
    reasons = [_first_line(run.error)] if run.error is not None else list(run.verdict.reasons)
    return Result(
        verdict=run.verdict.value if run.error is None else "unknown",
        exit_code=run.verdict.exit_code if run.error is None else UNKNOWN,
        file=str(job.file),
        seed=about["seed"],
        agents=about["agents"],
        duration_s=about["duration_s"],
        reason=reasons[0] if reasons else "",
        folder=str(run.folder),
    )


def _broken(job: Job, error: SimulatorError | Livelock) -> Result:
    wrong = isinstance(error, InputError)
    verdict, exit_code = ("wrong", WRONG_CALL) if wrong else ("unknown", UNKNOWN)
    return Result(verdict, exit_code, str(job.file), job.seed, reason=_first_line(error))


def _first_line(error: BaseException) -> str:
    first = str(error).partition("\n")[0]
    more = len(error.faults) - 1 if isinstance(error, ScenarioError) else 0
    return f"{first}; and {more} more, see simulator check" if more else first


def worst(results: Iterable[Result]) -> int:
    """The exit code of them all: wrong input before fail before unknown before pass."""
    codes = {result.exit_code for result in results}
    return next((code for code in _WORST_FIRST if code in codes), 0)
