"""``simulator find``."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from simulator.cli.console import Output
from simulator.cli.options import JsonOutput, Settings, parse_seconds, parse_settings
from simulator.cli.together import VERDICT_STYLES

if TYPE_CHECKING:
    from simulator.experiments.finding.find import Finding


def find(
    file: Annotated[Path, typer.Argument(help="A scenario, a YAML file.", metavar="FILE")],
    runs: Annotated[int | None, typer.Option(help="Try so many variants at most.")] = None,
    for_: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="DURATION",
            help="Try variants for so long. Default: 60s, unless --runs is given.",
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(help="The seed of the search: the same one tries the same variants.")
    ] = 0,
    out: Annotated[
        Path | None,
        typer.Option(help="The folder of what is found. Default: a new one under found/."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            help="Worker processes on this machine; 0: none, without Dask."
            " Default: one for each processor.",
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="A Dask scheduler, such as tcp://10.0.0.1:8786."),
    ] = None,
    shrink: Annotated[
        bool, typer.Option("--shrink/--no-shrink", help="Whether to make it smaller.")
    ] = True,
    set_: Settings = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print only the answer and where it is.")
    ] = False,
    json_: JsonOutput = False,
) -> int:
    """Look for a run of a scenario that goes wrong, and make it as small as it gets.

    What may vary is under `search` in the scenario. Exit codes: 0 nothing was found, 1 a run goes
    wrong, 2 wrong input, 3 interrupted before anything was found.
    """
    from simulator.experiments.finding.find import find as find_failure
    from simulator.experiments.finding.progress import FindProgress
    from simulator.scenario import load_scenario

    scenario = load_scenario(file, parse_settings(set_))
    seconds = None if for_ is None else parse_seconds(for_, "--for")
    silent = Console(stderr=True, quiet=quiet or json_)
    with FindProgress(silent) as progress:
        found = find_failure(
            scenario,
            out,
            runs=runs,
            seconds=seconds,
            seed=seed,
            shrink=shrink,
            workers=workers,
            scheduler=scheduler,
            watcher=progress,
        )
    if json_:
        typer.echo(json.dumps(found.document(), indent=2, ensure_ascii=False))
    else:
        _print(Output(), found, quiet)
    return found.exit_code


def _print(output: Console, found: Finding, quiet: bool) -> None:
    if found.failure is not None and not quiet:
        output.print(Text(found.text), soft_wrap=True)
    verdict = Text(found.verdict.upper(), style=VERDICT_STYLES[found.verdict])
    output.print(Text.assemble(verdict, f" {found.answer}"), soft_wrap=True)
    if found.folder is not None:
        output.print(Text(f"found: {found.folder}"), soft_wrap=True)
    elif found.failure is None:
        output.print(Text(found.advice), soft_wrap=True)
