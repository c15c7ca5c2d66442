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
    """Standard output. When its reader leaves (``| head``), what goes on goes on in silence.

    rich would end the process with 1, which here means that a run failed.
    """

    def on_broken_pipe(self) -> None:
        """Say nothing more; the run and its verdict do not depend on who listens."""
        self.quiet = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def measured_run(folder: Path) -> Run:
    """The run in a folder, measured; a terminal shows that this goes on, as it may take seconds.

    Raises RunFolderError where there is none, and JournalError for a damaged one.
    """
    from simulator.analysis.run import open_run  # noqa: PLC0415  (imported when it is needed)

    run = open_run(folder)
    with Console(stderr=True).status("measuring the journal"):
        _ = run.measurement
    return run
