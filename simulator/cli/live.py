"""The page of a run that goes on, served by a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simulator.report.replay.live import LAST_LOOK

_STARTS = 10.0
"""Seconds for the process to end besides."""


@contextmanager
def served(folder: Path) -> Iterator[None]:
    """Serve the page of the run that will be in `folder`, until its end has been looked at."""
    program = [sys.executable, "-m", "simulator", "watch", str(folder), "--live", "--quiet"]
    # In a process group of its own: a Ctrl-C is for the run, whose end the page shows as well.
    with subprocess.Popen(program, stdin=subprocess.DEVNULL, process_group=0) as process:
        try:
            yield
            process.wait(LAST_LOOK + _STARTS)
        except subprocess.TimeoutExpired:
            pass
        finally:
            process.terminate()
