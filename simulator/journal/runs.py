"""The runs under a folder, the newest first: for a list of them, and for `latest`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from simulator.errors import RunFolderError
from simulator.journal.folder import DEFAULT_PARENT, RUN, SUMMARY, read_how

LATEST = "latest"
"""Names the newest run under ``runs/``, unless there is a folder of that name."""


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run folder at a glance. `started` is in UTC, as in run.json.

    `verdict` is empty where there is no summary: the run goes on, or was killed.
    """

    folder: Path
    started: str
    name: str
    seed: str
    backend: str
    verdict: str


def list_runs(parent: Path = DEFAULT_PARENT) -> list[RunEntry]:
    """The runs whose folders are in `parent`, the newest first; none where there is no folder."""
    folders = [path.parent for path in parent.glob(f"*/{RUN}") if not path.parent.is_symlink()]
    return [_entry(folder) for folder in sorted(folders, key=_age, reverse=True)]


def latest(count: int = 1, parent: Path = DEFAULT_PARENT) -> list[Path]:
    """The newest runs, the newest last. Raises RunFolderError where there are not so many."""
    folders = [entry.folder for entry in list_runs(parent)[:count]]
    if len(folders) < count:
        wanted = "no runs" if not folders else "only one run"
        raise RunFolderError(parent, f"{wanted} in it; name a run folder, or make a run first")
    return folders[::-1]


def named(folder: Path | None) -> Path:
    """The run folder that somebody means: `folder`, or the newest for ``latest`` and None."""
    if folder is None or (folder.name == LATEST and not folder.exists()):
        parent = DEFAULT_PARENT if folder is None or folder == Path(LATEST) else folder.parent
        return latest(parent=parent)[0]
    return folder


def _age(folder: Path) -> tuple[str, int]:
    file = folder / RUN
    return str(read_how(folder).get("started", "")), file.stat().st_mtime_ns


def _entry(folder: Path) -> RunEntry:
    how = read_how(folder)
    return RunEntry(
        folder=folder,
        started=str(how.get("started", "")),
        name=str(how.get("name", folder.name)),
        seed=str(how.get("seed", "")),
        backend=str(how.get("backend", "")),
        verdict=_verdict(folder),
    )


def _verdict(folder: Path) -> str:
    try:
        return str(json.loads((folder / SUMMARY).read_text("utf-8"))["verdict"]["value"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
