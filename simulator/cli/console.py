"""Where results are printed, and what is shown while one waits for them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from simulator.analysis.run import Run


class Output(Console):
    """Standard output. When its reader goes away (``| head``), the command goes on in silence.

    rich would exit with 1, which here means that a run failed.
    """

    def on_broken_pipe(self) -> None:
        """Print nothing more; the run and its verdict do not depend on a reader."""
        self.quiet = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def measured_run(folder: Path) -> Run:
    """The run in a folder, measured. It may take seconds, so a terminal shows a spinner.

    Raises RunFolderError where there is none, and JournalError for a damaged one.
    """
    from simulator.analysis.run import open_run  # noqa: PLC0415  (imported when it is needed)

    run = open_run(folder)
    with Console(stderr=True).status("measuring the journal"):
        _ = run.measurement
    return run
