"""What runs are called that are shown side by side."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.analysis.run import Run


def labels(runs: Sequence[Run]) -> list[str]:
    """What each run is called: as its scenario, and apart from the others."""
    names = [str(run.summary["run"]["name"]) for run in runs]
    if len(set(names)) == len(runs):
        return names
    return [str(run) if run.in_memory else run.folder.name for run in runs]
