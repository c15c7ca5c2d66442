"""From a scenario to the smallest run that goes wrong: search, shrink, write."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Literal, Protocol

from simulator.analysis.checks.verdict import EXIT_CODES, Value
from simulator.errors import InputError, RunFailed
from simulator.experiments.finding.documents import SECOND, Document
from simulator.experiments.finding.failures import Failure
from simulator.experiments.finding.shrinking import Shrinker
from simulator.experiments.finding.spelling import spelled_out
from simulator.experiments.finding.trials import Trial, Tried, first_failing, run_document
from simulator.experiments.finding.varying import Space
from simulator.experiments.finding.writing import as_file, command, readable, story, write
from simulator.experiments.running.engines import Engine, engine
from simulator.journal.folder import free_named_folder
from simulator.report.run import Run
from simulator.scenario import Scenario, build_plan, load_scenario, scenario_from

DEFAULT_PARENT = Path("found")
DEFAULT_SECONDS = 60.0
SMALLEST, FOUND, RUN = "smallest.yaml", "found.yaml", "run"


class Watcher(Protocol):
    """Is told how a search goes on."""

    def begin(self, done: Engine) -> None:
        """The workers are there."""
        ...

    def tried(self, runs: int) -> None:
        """So many variants were run, and none failed."""
        ...

    def found(self, failure: Failure, runs: int) -> None:
        """One failed."""
        ...

    def shrunk(self, runs: int, document: Document) -> None:
        """So many smaller ones were tried; this is the smallest up to now."""
        ...


class Silent:
    """Tells nobody."""

    def begin(self, done: Engine) -> None:
        """Nothing."""

    def tried(self, runs: int) -> None:
        """Nothing."""

    def found(self, failure: Failure, runs: int) -> None:
        """Nothing."""

    def shrunk(self, runs: int, document: Document) -> None:
        """Nothing."""


@dataclass(frozen=True)
class Finding:
    """What a search came to.

    `runs`: how many variants were tried. `shrinking_runs`: how many smaller ones. `complete`:
    nobody interrupted it. The others are None where nothing was found: `number` is that of the
    variant that failed, `failure` what is wrong, `found` the variant's document, `smallest` the
    shrunk one's, `text` the scenario file with its comment, `run` its run, `folder` where all is.
    """

    name: str
    runs: int
    shrinking_runs: int = 0
    complete: bool = True
    number: int | None = None
    failure: Failure | None = None
    found: Document | None = None
    smallest: Document | None = None
    text: str = ""
    run: Run | None = None
    folder: Path | None = None

    @property
    def verdict(self) -> Value:
        """fail: something was found. unknown: interrupted before that. pass: nothing was found."""
        if self.failure is not None:
            return "fail"
        return "pass" if self.complete else "unknown"

    @property
    def exit_code(self) -> int:
        """0 for pass, 1 for fail, 3 for unknown."""
        return EXIT_CODES[self.verdict]

    @cached_property
    def answer(self) -> str:
        """The answer in a sentence."""
        runs = f"{self.runs} run{'s' if self.runs != 1 else ''}"
        if self.failure is not None:
            rest = "" if self.complete else "; interrupted: it may not be the smallest"
            return f"found in {runs}, shrunk in {self.shrinking_runs} more{rest}"
        if not self.complete:
            return f"interrupted after {runs}: nothing found up to then"
        return f"nothing found in {runs}; this is no proof"

    @property
    def advice(self) -> str:
        """How to go on where nothing was found."""
        return (
            "to go on: more variants with --runs or --for, others with --seed, and more of what"
            " may vary with `search` in the scenario"
        )

    def __str__(self) -> str:
        return self.text or self.answer

    def document(self) -> dict[str, object]:
        """The same as plain data, for JSON."""
        failure = self.failure
        return {
            "scenario": self.name,
            "verdict": self.verdict,
            "exit_code": self.exit_code,
            "answer": self.answer,
            "complete": self.complete,
            "runs": self.runs,
            "shrinking_runs": self.shrinking_runs,
            "variant": self.number,
            "check": failure.check if failure else None,
            "cause": failure.cause if failure else None,
            "told": failure.told if failure else None,
            "smallest": self.smallest,
            "folder": str(self.folder) if self.folder else None,
        }


def find(
    scenario: Scenario | str | Path | Mapping[str, object],
    out: str | Path | Literal[False] | None = None,
    *,
    runs: int | None = None,
    seconds: float | None = None,
    seed: int = 0,
    shrink: bool = True,
    workers: int | None = None,
    scheduler: str | None = None,
    overrides: Mapping[str, str] | None = None,
    watcher: Watcher | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Finding:
    """Look for a run of a scenario that goes wrong, and make it small.

    `scenario`: loaded, its file, or what such a file says as plain data. Its `search` says what
    may vary. `out`: a folder that does not exist yet; by default the next free one under
    ``found/``; False writes nothing. `runs`: so many variants at most; `seconds`: and no new one
    after so long; without either, for a minute. Shrinking goes on until it is done. `seed`: of
    the search; the same one gives the same variants, whatever the number of workers. `workers`,
    `scheduler` and `overrides` are those of `sweep`. Ctrl-C ends the search or the shrinking, and
    keeps what was found. `clock` is what `seconds` are read from.

    Raises ScenarioError and RunFolderError for a wrong call, BackendError for a scheduler that
    cannot be used, and RunFailed when it goes away before anything was found.
    """
    if runs is not None and runs < 1:
        raise InputError(f"--runs {runs}: expected 1 or more")
    loaded = _loaded(scenario, overrides)
    work = _Work(loaded, seed, runs, seconds, watcher or Silent(), clock)
    with engine(workers, scheduler) as performer:
        work.watcher.begin(performer)
        try:
            work.search(performer)
            if work.failure is not None:
                work.shrink(performer, really=shrink)
        except KeyboardInterrupt:
            work.complete = False
        except RunFailed:  # the scheduler went away
            if work.failure is None:
                raise
            work.complete = False
    return work.finished(out)


def _loaded(
    scenario: Scenario | str | Path | Mapping[str, object], overrides: Mapping[str, str] | None
) -> Scenario:
    if isinstance(scenario, Scenario):
        return scenario
    if isinstance(scenario, Mapping):
        return scenario_from(scenario)
    return load_scenario(scenario, overrides or {})


class _Work:
    """A search that goes on: what was found up to now."""

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        runs: int | None,
        seconds: float | None,
        watcher: Watcher,
        clock: Callable[[], float],
    ) -> None:
        self._clock = clock
        self.space = Space(scenario, build_plan(scenario), seed)
        self.watcher = watcher
        self._folder = scenario.source.folder
        self._most = runs
        self._seconds = DEFAULT_SECONDS if runs is None and seconds is None else seconds
        self.complete = True
        self.tried = self.smaller = 0
        self.number: int | None = None
        self.failure: Failure | None = None
        self.found: Document | None = None
        self.smallest: Document | None = None

    def search(self, performer: Engine) -> None:
        """Try variants until one fails, or the budget is used up."""
        found = first_failing(performer, self._variants(), lambda _: True, self._seen)
        if found is not None:
            trial, self.failure = found
            self.number = trial.number
            self.found = self.smallest = trial.document
            self.watcher.found(self.failure, self.tried)

    def _variants(self) -> Iterator[Trial]:
        end = None if self._seconds is None else self._clock() + self._seconds
        for number in count() if self._most is None else range(self._most):
            if end is not None and self._clock() >= end:
                return
            yield Trial(number, self.space.variant(number), self._folder)

    def _seen(self, _one: Tried) -> None:
        self.tried += 1
        self.watcher.tried(self.tried)

    def shrink(self, performer: Engine, *, really: bool) -> None:
        """Make what was found as small as it gets."""
        assert self.found is not None
        assert self.failure is not None
        quiet = self.space.search.quiet
        shrinker = Shrinker(
            *(performer, self.found, self.failure, self._folder, quiet), self._seen_smaller
        )
        if not really:
            return
        try:
            shrinker.take(spelled_out(build_plan(scenario_from(self.found, self._folder))))
            shrinker.shrink()
            shrinker.take(readable(shrinker.document))
        finally:
            self.smallest, self.failure = shrinker.document, shrinker.failure

    def _seen_smaller(self, _one: Tried) -> None:
        self.smaller += 1
        self.watcher.shrunk(self.smaller, self.smallest or {})

    def finished(self, out: str | Path | Literal[False] | None) -> Finding:
        """What it came to, written to a folder."""
        name = self.space.scenario.name
        if self.failure is None or self.smallest is None or self.found is None:
            return Finding(name, self.tried, complete=self.complete)
        run = run_document(self.smallest, self._folder)
        folder = None
        if out is not False:
            stem = Path(self.space.scenario.source.file).stem
            folder = free_named_folder(Path(out) if out else None, DEFAULT_PARENT, stem)
        text = as_file(self.smallest, self._comment(run, folder or Path()))
        if folder is not None:
            write(folder, SMALLEST, text)
            write(folder, FOUND, as_file(self.found, [self._where()]))
            run.save(folder / RUN)
        return Finding(
            name,
            self.tried,
            self.smaller,
            self.complete,
            self.number,
            self.failure,
            self.found,
            self.smallest,
            text,
            run,
            folder,
        )

    def _where(self) -> str:
        return f"Variant {self.number} of {self.space.scenario.source.file}, search seed" + (
            f" {self.space.seed}; `simulator find` found it in {self.tried} runs."
        )

    def _comment(self, run: Run, folder: Path) -> list[str]:
        assert self.failure is not None
        plan = build_plan(scenario_from(self.smallest or {}, self._folder))
        size = f"{len(plan.agents)} agents, {run.measurement.end / SECOND:g} s"
        return [
            *story(run, self.failure),
            "",
            f"{self._where()} Shrunk in {self.smaller} more: {size}.",
            f"See it again: {command(SMALLEST, plan.imports, folder)}",
        ]
