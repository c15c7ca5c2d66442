"""``simulator run``."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
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
from simulator.cli.options import JUnitFile, ScenarioFile, Settings, parse_settings
from simulator.errors import InputError, Livelock, SimulatorError

if TYPE_CHECKING:
    from simulator.analysis.live import LiveMeasurement
    from simulator.analysis.run import Run
    from simulator.journal.records import AnyRecord
    from simulator.scenario import Plan


def run(
    file: ScenarioFile,
    out: Annotated[
        Path | None, typer.Option(help="The run folder; it must not exist. Default: under runs/.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Replaces the scenario's seed.")] = None,
    backend: Annotated[
        str, typer.Option(help="The server to run on: embedded, prosody, ejabberd, external.")
    ] = "embedded",
    set_: Settings = None,
    managers: ManagersOption = None,
    narrate: Annotated[
        bool, typer.Option("--narrate", help="Print each event as a line with its time.")
    ] = False,
    realtime: Annotated[
        bool,
        typer.Option("--realtime", help="Let the embedded server keep pace with real time."),
    ] = False,
    junit: JUnitFile = None,
    server: Server = None,
    domain: Domain = None,
    accounts: Accounts = None,
    authorities: Authorities = None,
    register: Register = False,
    no_verify: NoVerify = False,
) -> int:
    """Run a scenario and print its verdict."""
    from simulator import api
    from simulator.report.exports.junit import (
        broken_junit_xml,
        junit_xml,
        prepare_junit,
        write_junit,
    )
    from simulator.report.terminal.summary import print_summary

    settings = parse_settings(set_)
    if managers is Manager.BOTH and junit is not None:
        raise InputError("--junit: not with --managers both; run each manager by itself")
    if junit is not None:
        prepare_junit(junit)
    scenario = api.load_scenario(file, settings)
    external = ExternalOptions(server, domain, accounts, authorities, register, no_verify)
    if managers is Manager.BOTH:

        def run_with(manager: Manager, folder: Path) -> int:
            return run(
                *(file, folder, seed, backend, set_, manager, narrate, realtime, None),
                *(server, domain, accounts, authorities, register, no_verify),
            )

        return run_with_each(scenario, seed, out, run_with)
    if managers is not None:
        scenario = api.load_scenario(file, settings | manager_settings(scenario, managers))
    chosen = choose_backend(backend, external, scenario)
    output = Output()
    try:
        with ExitStack() as stack:
            finished = api.perform(
                *(scenario, chosen, seed, out),
                realtime=realtime,
                follow=_followers(stack, output, narrate),
                collect=False,
            )
            _save_picture(finished)
        if finished.error is not None:
            raise finished.error
    except KeyboardInterrupt as interrupt:
        raise SimulatorError(*getattr(interrupt, "__notes__", ["interrupted"])) from None
    except InputError:
        raise
    except (SimulatorError, Livelock) as error:
        if junit is not None:
            write_junit(broken_junit_xml(scenario.name, error), junit)
        raise
    print_summary(output, finished)
    if junit is not None:
        write_junit(junit_xml(finished), junit)
    return finished.verdict.exit_code


def _save_picture(run: Run) -> None:
    from simulator.journal.folder import PICTURE, writing_results
    from simulator.report.plots.convergence import plot_convergence
    from simulator.report.plots.style import save

    with writing_results(run.folder):
        save(plot_convergence(run), run.folder / PICTURE)


def _followers(
    stack: ExitStack, output: Console, narrate: bool
) -> Callable[[Plan, LiveMeasurement], Sequence[Callable[[AnyRecord], None]]]:
    from simulator.report.terminal.progress import Progress

    def follow(plan: Plan, live: LiveMeasurement) -> Sequence[Callable[[AnyRecord], None]]:
        if narrate:
            return [_narrate_to(output)]
        progress = Progress(Console(stderr=True), len(plan.agents), plan.run.limit, live)
        return [stack.enter_context(progress).see]

    return follow


def _narrate_to(output: Console) -> Callable[[AnyRecord], None]:
    from simulator.report.terminal.narration import Narrator

    narrator = Narrator()

    def tell(record: AnyRecord) -> None:
        for line in narrator.lines(record):
            output.print(Text(line), soft_wrap=True)

    return tell
