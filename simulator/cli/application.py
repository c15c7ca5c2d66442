"""The table of commands, and how a call becomes an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from simulator.cli.commands import (
    comparing,
    creating,
    diagnosing,
    explaining,
    exporting,
    finding,
    listing,
    opening,
    plotting,
    reporting,
    running,
    scenarios,
    sweeping,
)
from simulator.cli.failures import print_error, print_faults
from simulator.cli.options import UNKNOWN, WRONG_CALL
from simulator.errors import InputError, Livelock, ScenarioError, SimulatorError

COMMANDS: dict[str, Callable[..., int | None]] = {
    "new": creating.new,
    "run": running.run,
    "sweep": sweeping.sweep,
    "find": finding.find,
    "check": scenarios.check,
    "open": opening.open_,
    "explain": explaining.explain,
    "runs": listing.runs,
    "watch": opening.watch,
    "plot": plotting.plot,
    "report": reporting.report,
    "replay": reporting.replay,
    "compare": comparing.compare,
    "export": exporting.export,
    "doctor": diagnosing.doctor,
    "schema": scenarios.schema,
    "version": opening.version,
}
"""Name of a command -> the function that does it; its docstring is the command's help."""

EXAMPLES: dict[str, tuple[str, ...]] = {
    "new": ("simulator new", "simulator new --agents 50 --graph star --faults crash -o star.yaml"),
    "run": (
        "simulator run two_agents.yaml --narrate",
        "simulator run scenarios/*.yaml --seeds 1-20 -x --time-limit 60s",
        "simulator run workers.yaml --backend prosody --set populations.member.count=50",
    ),
    "sweep": (
        "simulator sweep scenarios/experiments/quick.yaml",
        "simulator sweep latency.yaml --workers 4 --set replications=50 --table latency.csv",
        "simulator sweep latency.yaml --scheduler tcp://10.0.0.1:8786 --junit results.xml",
    ),
    "find": (
        "simulator find scenarios/find/first_meeting.yaml",
        "simulator find workers.yaml --for 10min --workers 4",
        "simulator find workers.yaml --runs 1000 --seed 2 --set populations.worker.count=3",
    ),
    "check": ("simulator check scenarios/*.yaml",),
    "open": ("simulator open", "simulator open runs/workers-seed1 --junit results.xml"),
    "explain": (
        "simulator explain",
        "simulator explain --agent asker[0] --contact boss",
        "simulator explain runs/workers-seed1 --agent worker[2] --at 25s --json",
    ),
    "runs": ("simulator runs",),
    "watch": ("simulator watch", "simulator watch runs/workers-seed1"),
    "plot": (
        "simulator plot",
        "simulator plot latest timeline sequence --format svg",
        "simulator plot latest sequence --agents worker[0],worker[3] --window 40s-70s",
    ),
    "report": ("simulator report", "simulator report runs/one runs/other -o both.html"),
    "replay": ("simulator replay", "simulator replay runs/one runs/other -o both.html"),
    "compare": ("simulator compare", "simulator compare runs/one runs/other --only rosters"),
    "export": ("simulator export --to csv", "simulator export latest --to parquet -o frames"),
    "doctor": ("simulator doctor", "simulator doctor workers.yaml"),
    "schema": (
        "simulator schema > scenario.schema.json",
        "simulator schema experiment > experiment.schema.json",
    ),
    "version": ("simulator version",),
}
"""Name of a command -> examples, as its help shows them."""

TRACEBACK = "SIMULATOR_TRACEBACK"
"""With this variable set, a fault of the simulator itself shows its traceback."""
_ADVICE = f" (run it again with {TRACEBACK}=1 to see where)"

app = typer.Typer(
    name="simulator",
    help="Simulate populations of SPADE agents and measure how their presence spreads.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for _name, _command in COMMANDS.items():
    _examples = "\n\n".join(["Examples:", *EXAMPLES[_name]])
    app.command(_name, epilog=_examples)(_command)


def _print_version(wanted: bool) -> None:
    if wanted:
        opening.version()
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Simulate populations of SPADE agents and measure how their presence spreads."""


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
        print_faults(errors, error)
        return WRONG_CALL
    except InputError as error:
        print_error(errors, error)
        return WRONG_CALL
    except (SimulatorError, Livelock) as error:
        print_error(errors, error)
        return UNKNOWN
    except BrokenPipeError:
        sys.stderr.close()  # nobody reads our output any more
        return UNKNOWN
    except Exception as error:
        usage = getattr(error, "format_message", None)
        if usage is not None:
            errors.print(Text(f"{usage()} (see simulator --help)", style="red"))
            return WRONG_CALL
        if os.environ.get(TRACEBACK):
            raise
        text = f"{type(error).__name__}: {error}"
        print_error(errors, SimulatorError(f"internal error, please report it: {text}{_ADVICE}"))
        return UNKNOWN
