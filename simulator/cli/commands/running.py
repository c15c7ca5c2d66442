"""``simulator run``."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from simulator.cli.console import Output
from simulator.cli.external import (
    Accounts,
    Authorities,
    Domain,
    ExternalOptions,
    NoVerify,
    Register,
    Server,
    choose_backend,
)
from simulator.cli.managers import Manager, ManagersOption, manager_settings, run_with_each
from simulator.cli.many import InterruptedAtOnce, Job, jobs_of
from simulator.cli.options import (
    JsonOutput,
    JUnitFile,
    LogLevelOption,
    ScenarioFiles,
    Settings,
    TimeLimit,
    parse_settings,
    parse_time_limit,
)
from simulator.errors import InputError, Livelock, SimulatorError
from simulator.journal.agents_log import LogLevel
from simulator.servers import BACKENDS

if TYPE_CHECKING:
    from simulator.analysis.live import LiveMeasurement
    from simulator.analysis.run import Run
    from simulator.journal.records import AnyRecord
    from simulator.scenario import Plan, Scenario


def run(
    files: ScenarioFiles,
    out: Annotated[
        Path | None,
        typer.Option(
            help="The run folder, which must not exist yet. With several runs: the folder"
            " that holds theirs. Default: under runs/."
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Replaces the scenario's seed.")] = None,
    seeds: Annotated[
        str | None, typer.Option(metavar="SEEDS", help="One run for each seed: 1-20, or 1,5,7-9.")
    ] = None,
    stop_early: Annotated[
        bool, typer.Option("-x", "--exitfirst", help="Stop after the first that does not pass.")
    ] = False,
    time_limit: TimeLimit = None,
    log_level: LogLevelOption = "warning",
    backend: Annotated[
        str, typer.Option(help=f"The server to run on: {', '.join(BACKENDS)}.")
    ] = "embedded",
    set_: Settings = None,
    managers: ManagersOption = None,
    narrate: Annotated[
        bool, typer.Option("--narrate", help="Print each event as a line with its time.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print only what does not pass.")
    ] = False,
    json_: JsonOutput = False,
    realtime: Annotated[
        bool,
        typer.Option("--realtime", help="Let the embedded server keep pace with real time."),
    ] = False,
    live: Annotated[
        bool,
        typer.Option("--live", help="Serve the replay page meanwhile, on 127.0.0.1 alone."),
    ] = False,
    junit: JUnitFile = None,
    server: Server = None,
    domain: Domain = None,
    accounts: Accounts = None,
    authorities: Authorities = None,
    register: Register = False,
    no_verify: NoVerify = False,
) -> int:
    """Run scenarios and print the verdict; of several runs, a table of them."""
    from simulator.cli.together import run_together
    from simulator.report.exports.junit import prepare_junit

    jobs = jobs_of(files, seed, seeds)
    output = Output()
    alone = len(jobs) == 1 and not quiet and not json_
    performer = Performer(
        settings=parse_settings(set_),
        manager=managers,
        backend=backend,
        external=ExternalOptions(server, domain, accounts, authorities, register, no_verify),
        out=out,
        out_holds_folders=len(jobs) > 1,
        realtime=realtime,
        time_limit=parse_time_limit(time_limit),
        log_level=log_level,
        output=output,
        narrate=narrate and not json_,
        progress=not quiet and not json_,
        ends_process=len(jobs) == 1,
    )
    if narrate and (quiet or json_):
        raise InputError("--narrate: not together with --quiet or --json")
    if managers is Manager.BOTH:
        if not alone or junit is not None:
            raise InputError(
                "--managers both: only with one file and seed, without --quiet, --json and --junit"
            )
        return _run_with_each(jobs[0], performer)
    if junit is not None:
        prepare_junit(junit)
    if live:
        if not alone:
            raise InputError("--live: only with one file and seed, without --quiet and --json")
        return _run_live(jobs[0], performer, junit)
    if alone:
        return _run_alone(jobs[0], performer, junit)
    return run_together(
        *(jobs, performer.perform, output, junit), quiet=quiet, json=json_, stop_early=stop_early
    )


@dataclass(frozen=True, slots=True)
class Performer:
    """Does a job as the command line says.

    `manager`: the presence manager of all agents; None for what the scenario says.
    `out_holds_folders`: `out` is the folder that the run folders are in. `ends_process`: a run is
    the last thing that the process does.
    """

    settings: dict[str, str]
    manager: Manager | None
    backend: str
    external: ExternalOptions
    out: Path | None
    out_holds_folders: bool
    realtime: bool
    time_limit: float | None
    log_level: LogLevel
    output: Console
    narrate: bool
    progress: bool
    ends_process: bool

    def perform(self, job: Job) -> Run:
        """Run a scenario; a run that could not go on has its error. Raises SimulatorError."""
        return self.perform_loaded(job, self.load(job))

    def load(self, job: Job) -> Scenario:
        """The scenario of a job. Raises ScenarioError."""
        from simulator import api

        scenario = api.load_scenario(job.file, self.settings)
        if self.manager in (None, Manager.BOTH):
            return scenario
        settings = manager_settings(scenario, self.manager)
        return api.load_scenario(job.file, self.settings | settings)

    def perform_loaded(self, job: Job, scenario: Scenario) -> Run:
        """As `perform`, of the scenario of the job."""
        from simulator import api

        chosen = choose_backend(self.backend, self.external, scenario)
        try:
            with ExitStack() as stack:
                return api.perform(
                    *(scenario, chosen, job.seed, self._folder(job, scenario)),
                    realtime=self.realtime,
                    time_limit=self.time_limit,
                    log_level=self.log_level,
                    follow=self._followers(stack),
                    collect=not self.ends_process,
                )
        except KeyboardInterrupt as interrupt:
            notes = getattr(interrupt, "__notes__", ["interrupted"])
            raise InterruptedAtOnce(*notes) from None

    def _folder(self, job: Job, scenario: Scenario) -> Path | None:
        from simulator.journal.folder import free_folder

        if self.out is None or not self.out_holds_folders:
            return self.out
        seed = scenario.seed if job.seed is None else job.seed
        return free_folder(self.out, job.file.stem, seed)

    def _followers(
        self, stack: ExitStack
    ) -> Callable[[Plan, LiveMeasurement], Sequence[Callable[[AnyRecord], None]]]:
        from simulator.report.terminal.progress import Progress

        def follow(plan: Plan, live: LiveMeasurement) -> Sequence[Callable[[AnyRecord], None]]:
            if self.narrate:
                return [_narrate_to(self.output)]
            if not self.progress:
                return []
            progress = Progress(Console(stderr=True), len(plan.agents), plan.run.limit, live)
            return [stack.enter_context(progress).see]

        return follow


def _run_live(job: Job, performer: Performer, junit: Path | None) -> int:
    """Run with a page that another process serves, so that the run does not notice it."""
    from simulator.cli.live import served
    from simulator.journal.folder import DEFAULT_PARENT, free_folder

    scenario = performer.load(job)
    seed = scenario.seed if job.seed is None else job.seed
    folder = performer.out or free_folder(DEFAULT_PARENT, scenario.name, seed)
    with served(folder):
        return _run_alone(job, replace(performer, out=folder), junit)


def _run_with_each(job: Job, performer: Performer) -> int:
    def run(manager: Manager, folder: Path) -> int:
        return _run_alone(job, replace(performer, manager=manager, out=folder), None)

    return run_with_each(performer.load(job), job.seed, performer.out, run)


def _run_alone(job: Job, performer: Performer, junit: Path | None) -> int:
    from simulator.report.exports.junit import broken_junit_xml, junit_xml, write_junit
    from simulator.report.terminal.summary import print_summary

    scenario = performer.load(job)
    try:
        finished = performer.perform_loaded(job, scenario)
        _save_picture(finished)
        if finished.error is not None:
            raise finished.error
    except (InputError, InterruptedAtOnce):
        raise
    except (SimulatorError, Livelock) as error:
        if junit is not None:
            write_junit(broken_junit_xml(scenario.name, error), junit)
        raise
    print_summary(performer.output, finished)
    if junit is not None:
        write_junit(junit_xml(finished), junit)
    return finished.verdict.exit_code


def _save_picture(run: Run) -> None:
    from simulator.journal.folder import PICTURE, writing_results
    from simulator.report.plots.convergence import plot_convergence
    from simulator.report.plots.style import save

    with writing_results(run.folder):
        save(plot_convergence(run), run.folder / PICTURE)


def _narrate_to(output: Console) -> Callable[[AnyRecord], None]:
    from simulator.report.terminal.narration import Narrator

    narrator = Narrator()

    def tell(record: AnyRecord) -> None:
        for line in narrator.lines(record):
            output.print(Text(line), soft_wrap=True)

    return tell
