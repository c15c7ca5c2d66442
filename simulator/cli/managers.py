"""``--managers``: a run with one presence manager for all agents, or one with each, compared."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.console import Output, measured_run

if TYPE_CHECKING:
    from simulator.scenario import Scenario


class Manager(StrEnum):
    """What ``--managers`` takes."""

    SPADE = "spade"
    DOCUMENTED = "documented"
    BOTH = "both"


ManagersOption = Annotated[
    Manager | None,
    typer.Option(
        "--managers",
        help="The presence manager for all agents, instead of the scenario's. both: run once with "
        "each, and show what differs.",
    ),
]
EACH = (Manager.SPADE, Manager.DOCUMENTED)
_COMPARED = ("watches", "rosters", "handlers", "values", "figures")


def manager_settings(scenario: Scenario, manager: Manager) -> dict[str, str]:
    """What ``--set`` would need to give all agents of a scenario this manager.

    SPADE's own has no `recovery`, so that is taken away.
    """
    settings = {"presence_manager": manager.value}
    if manager is Manager.SPADE and scenario.recovery is not None:
        settings["recovery"] = "none"
    for name, population in scenario.populations.items():
        if population.presence_manager is not None:
            settings[f"populations.{name}.presence_manager"] = manager.value
        if manager is Manager.SPADE and population.recovery is not None:
            settings[f"populations.{name}.recovery"] = "none"
    return settings


def run_with_each(
    scenario: Scenario, seed: int | None, out: Path | None, run: Callable[[Manager, Path], int]
) -> int:
    """Run a scenario once with each manager; print what differs, and write it beside the folders.

    The folders are called like `out`, or like any run folder of the scenario, with the manager's
    name behind. Gives the worse exit code. Raises RunFolderError where one of them exists.
    """
    from simulator.journal.folder import free_family

    names = [*(f"-{manager}" for manager in EACH), "-managers.txt"]
    number = scenario.seed if seed is None else seed
    *folders, told = free_family(out, scenario.name, number, names)
    worst = max(run(manager, folder) for manager, folder in zip(EACH, folders, strict=True))
    _tell_differences((folders[0], folders[1]), told)
    return worst


def _tell_differences(folders: tuple[Path, Path], told: Path) -> None:
    from rich.console import Console

    from simulator.analysis.comparing.runs import compare
    from simulator.journal.folder import write_private, writing
    from simulator.report.terminal.comparison import print_comparison

    comparison = compare(measured_run(folders[0]), measured_run(folders[1]), _COMPARED)
    output = Output()
    print_comparison(output, comparison, folders)
    text = StringIO()
    print_comparison(Console(file=text, width=100), comparison, folders)
    with writing(told):
        write_private(told, re.sub(" +$", "", text.getvalue(), flags=re.MULTILINE))
    output.print(f"written to: {told}", soft_wrap=True, highlight=False, markup=False)
