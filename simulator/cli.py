"""The command line: thin, no logic. Each command calls the API and prints its result.

Exit codes: 0 pass, 1 fail, 2 the scenario or the call is wrong, 3 unknown.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

import simulator
from simulator import api
from simulator.analysis.convergence import ConvergenceMonitor
from simulator.errors import InputError, Livelock, ScenarioError, SimulatorError
from simulator.events import AnyRecord
from simulator.report.narration import Narrator
from simulator.report.progress import Progress
from simulator.report.summary import print_summary
from simulator.report.text import printable
from simulator.scenario import Plan, build_plan, json_schema

WRONG_CALL = 2
UNKNOWN = 3

app = typer.Typer(
    name="simulator",
    help="Simulate populations of SPADE agents and measure how their presence spreads.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_ScenarioFile = Annotated[Path, typer.Argument(help="The scenario, a YAML file.", metavar="FILE")]
_Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Set a scenario's value: populations.member.count=50"
    ),
]


def application() -> int:
    """Run the command line; return the exit code. No error reaches the user as a traceback."""
    errors = Console(stderr=True)
    try:
        return int(app(standalone_mode=False) or 0)
    except typer.Exit as leave:
        return leave.exit_code
    except typer.Abort:
        return UNKNOWN
    except ScenarioError as error:
        _print_faults(errors, error)
        return WRONG_CALL
    except InputError as error:
        _print_error(errors, error)
        return WRONG_CALL
    except (SimulatorError, Livelock) as error:
        _print_error(errors, error)
        return UNKNOWN
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output left: nothing to say, nobody to say it to
        return UNKNOWN
    except Exception as error:
        usage = getattr(error, "format_message", None)
        if usage is None:
            raise
        errors.print(Text(f"{usage()} (see simulator --help)", style="red"))
        return WRONG_CALL


def _print_error(console: Console, error: BaseException) -> None:
    console.print(Text(printable_lines(str(error)), style="red"), soft_wrap=True)


def _print_faults(console: Console, error: ScenarioError) -> None:
    for fault in error.faults:
        console.print(Text(printable_lines(str(fault)), style="red"), soft_wrap=True)
    count = len(error.faults)
    console.print(f"{count} fault{'s' if count != 1 else ''}; nothing was run", highlight=False)


def printable_lines(text: str) -> str:
    """`printable`, with the line breaks kept."""
    return "\n".join(printable(line) for line in text.splitlines())


@app.command()
def run(
    file: _ScenarioFile,
    out: Annotated[
        Path | None, typer.Option(help="The run folder; it must not exist. Default: under runs/.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Replaces the scenario's seed.")] = None,
    backend: Annotated[
        str, typer.Option(help="The server to run on: embedded, prosody, ejabberd, external.")
    ] = "embedded",
    set_: _Set = None,
    narrate: Annotated[
        bool, typer.Option("--narrate", help="Tell each event as a line with its time.")
    ] = False,
    realtime: Annotated[
        bool, typer.Option("--realtime", help="Pace the embedded server by the wall clock.")
    ] = False,
) -> int:
    """Run a scenario, and say whether it did what it should."""
    scenario = api.load_scenario(file, parse_settings(set_))
    output = Console()
    with ExitStack() as stack:
        finished = api.run(
            scenario,
            backend=backend,
            seed=seed,
            out=out,
            realtime=realtime,
            follow=_followers(stack, output, narrate),
        )
    print_summary(output, finished)
    return finished.verdict.exit_code


def _followers(
    stack: ExitStack, output: Console, narrate: bool
) -> Callable[[Plan, ConvergenceMonitor], Sequence[Callable[[AnyRecord], None]]]:
    def follow(plan: Plan, monitor: ConvergenceMonitor) -> Sequence[Callable[[AnyRecord], None]]:
        if narrate:
            return [_narrate_to(output)]
        progress = Progress(Console(stderr=True), len(plan.agents), plan.run.limit, monitor)
        return [stack.enter_context(progress).see]

    return follow


def _narrate_to(output: Console) -> Callable[[AnyRecord], None]:
    narrator = Narrator()

    def tell(record: Any) -> None:
        for line in narrator.lines(record):
            output.print(Text(line), soft_wrap=True)

    return tell


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Scenario files.", metavar="FILE...")],
    set_: _Set = None,
) -> int:
    """Validate scenario files without running them; all faults at once."""
    output, errors = Console(), Console(stderr=True)
    settings = parse_settings(set_)
    wrong = 0
    for file in files:
        try:
            plan = build_plan(api.load_scenario(file, settings))
        except ScenarioError as error:
            _print_faults(errors, error)
            wrong += 1
        else:
            text = f"{file}: ok, {len(plan.agents)} agents, {len(plan.watches)} watches"
            output.print(Text(text), soft_wrap=True)
    return WRONG_CALL if wrong else 0


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    typer.echo(json.dumps(json_schema(), indent=2))


@app.command(name="open")
def open_(
    folder: Annotated[Path, typer.Argument(help="A run folder.", metavar="RUN")],
) -> int:
    """Print the summary of a run again."""
    finished = api.open_run(folder)
    print_summary(Console(), finished)
    return finished.verdict.exit_code


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(simulator.__version__)


def parse_settings(settings: Sequence[str] | None) -> dict[str, str]:
    """``["a.b=1"]`` -> ``{"a.b": "1"}``. Raises InputError for one without a key or ``=``."""
    pairs = {}
    for setting in settings or ():
        key, found, value = setting.partition("=")
        if not found or not key.strip():
            raise InputError(f"--set {setting}: expected KEY=VALUE, such as run.at_most=2min")
        pairs[key.strip()] = value
    return pairs
