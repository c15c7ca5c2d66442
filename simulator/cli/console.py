"""Where results are printed."""

from __future__ import annotations

import os
import sys

from rich.console import Console


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
