"""The table of commands, and how a call becomes an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import typer
from rich.console import Console
from rich.text import Text

from simulator.cli.commands import (
    comparing,
    creating,
    diagnosing,
    exporting,
    opening,
    plotting,
    reporting,
    running,
    scenarios,
    watching,
)
from simulator.cli.failures import print_error, print_faults
from simulator.cli.options import UNKNOWN, WRONG_CALL
from simulator.errors import InputError, Livelock, ScenarioError, SimulatorError

COMMANDS: dict[str, Callable[..., int | None]] = {
    "new": creating.new,
    "run": running.run,
    "check": scenarios.check,
    "open": opening.open_,
    "watch": watching.watch,
    "plot": plotting.plot,
    "report": reporting.report,
    "compare": comparing.compare,
    "export": exporting.export,
    "doctor": diagnosing.doctor,
    "schema": scenarios.schema,
    "version": opening.version,
}
"""Name of a command -> the function that does it; its docstring is the command's help."""

TRACEBACK = "SIMULATOR_TRACEBACK"
"""With this variable set, a fault of the simulator itself shows its traceback."""
_ADVICE = f" (run it again with {TRACEBACK}=1 to see where)"

app = typer.Typer(
    name="simulator",
    help="Simulate populations of SPADE agents and measure how their presence spreads.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for _name, _command in COMMANDS.items():
    app.command(_name)(_command)


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
