"""The run folder: a new folder for each run, readable by its owner alone.

journal.jsonl     everything that happened (see `simulator.journal.records`)
scenario.yaml     the scenario as it was run, after `--set`, with its graph files beside it
run.json          how to repeat it: seed, backend, command, Python, platform, wall clock
summary.json      the figures and the verdict
convergence.png   the first picture, when the command made the run
plots/            more of them, once `simulator plot` drew them
csv/, parquet/, graphml/   what `simulator export` wrote
agents.log        what SPADE and aioxmpp logged
server/           a real server's logs
"""

from __future__ import annotations

import contextlib
import copy
import itertools
import json
import os
import platform
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from simulator.errors import RunFailed, RunFolderError
from simulator.scenario.plan import Plan
from simulator.scenario.reading.scalars import dump_yaml

DEFAULT_PARENT = Path("runs")
SCENARIO = "scenario.yaml"
RUN = "run.json"
SUMMARY = "summary.json"
PICTURE = "convergence.png"
LOG = "agents.log"
SWEEP = "manifest.json"
"""The folder of a sweep, which is none of a run, has such a file."""
KEPT = "kept"
"""Where a sweep has the run folders that it kept."""
PLACES = "places"
"""The key of run.json under which the places of the scenario's entries are."""


def create_folder(wanted: Path | None, name: str, seed: int) -> Path:
    """Make the folder of a new run.

    `wanted` must not exist. Without it, the next free name under ``runs/`` is taken. Raises
    RunFolderError for a folder that exists or cannot be made.
    """
    candidates = [wanted] if wanted is not None else _names(DEFAULT_PARENT, name, seed)
    for folder in candidates:
        # Only the folder itself may be there already: a parent that is a file never goes away.
        with _refusing(folder):
            folder.parent.mkdir(parents=True, exist_ok=True)
        with _refusing(folder), contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            return folder
    raise _taken(wanted or DEFAULT_PARENT)


def free_family(
    wanted: Path | None, name: str, seed: int, endings: Sequence[str]
) -> tuple[Path, ...]:
    """Paths that begin alike and end so, none of which exists; they are not made.

    They begin like `wanted`, or like the next free run folder. Raises RunFolderError where one
    that begins like `wanted` exists.
    """
    for begin in [wanted] if wanted is not None else _names(DEFAULT_PARENT, name, seed):
        family = tuple(begin.with_name(begin.name + ending) for ending in endings)
        taken = [path for path in family if path.exists()]
        if not taken:
            return family
        if wanted is not None:
            raise _taken(taken[0])
    raise AssertionError("there are always free names")


def _taken(folder: Path) -> RunFolderError:
    return RunFolderError(folder, "exists already; a run is never overwritten, give another --out")


@contextlib.contextmanager
def _refusing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunFolderError(
            folder, f"the run folder cannot be made: {error.strerror}; give another with --out"
        ) from error


def file_stem(title: str, between: str = "-") -> str:
    """A title as the beginning of a file name: small letters and digits, perhaps none."""
    return re.sub(r"[^a-z0-9]+", between, title.lower()).strip(between)[:40]


def is_sweep(folder: Path) -> bool:
    """Whether a folder is that of a sweep."""
    return (folder / SWEEP).is_file()


def refuse_sweep(folder: Path) -> None:
    """Raise RunFolderError, which says what to do, where a run is wanted and this is a sweep."""
    if not is_sweep(folder):
        return
    kept = min((folder / KEPT).glob("*/"), default=None)
    runs = f"its kept runs are in {folder / KEPT}, such as {kept}" if kept else "it kept no run"
    raise RunFolderError(
        folder, f"is a sweep, not a run: simulator report {folder} shows it; {runs}"
    )


def free_named_folder(wanted: Path | None, parent: Path, name: str) -> Path:
    """Make a folder for results: `wanted`, which must not exist, or the next free one in `parent`.

    Raises RunFolderError for a folder that exists or cannot be made.
    """
    stem = file_stem(name) or "scenario"
    names = (parent / (f"{stem}-{number}" if number > 1 else stem) for number in itertools.count(1))
    for folder in [wanted] if wanted is not None else names:
        with _refusing(folder), contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700, parents=True)
            return folder
    raise _taken(wanted or parent)


def free_folder(parent: Path, name: str, seed: int) -> Path:
    """The next free name of a run folder in `parent`, which need not exist."""
    return next(folder for folder in _names(parent, name, seed) if not folder.exists())


def _names(parent: Path, name: str, seed: int) -> Iterator[Path]:
    stem = file_stem(name) or "run"
    yield parent / f"{stem}-seed{seed}"
    for number in itertools.count(2):
        yield parent / f"{stem}-seed{seed}-{number}"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a run was made from, as its folder keeps it.

    `scenario` is the resolved document; the file names in it are relative to `files`. `how` is
    the content of run.json, without `places`: where the scenario's entries stand in its file.
    """

    name: str
    seed: int
    scenario: dict[str, object]
    files: Path
    how: dict[str, str | int]
    places: Mapping[str, str]


def inputs_of(plan: Plan, backend: str, options: Sequence[str]) -> Inputs:
    """The inputs of a run of `plan` that begins now. `options`: those of its backend."""
    how: dict[str, str | int] = {
        "name": plan.name,
        "seed": plan.seed,
        "backend": backend,
        "repeat": _repeat_command(plan, options),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return Inputs(plan.name, plan.seed, plan.scenario, plan.files, how, plan.places)


def write_inputs(target: Path, inputs: Inputs) -> None:
    """Write the scenario, its graph files and run.json into `target`. Raises RunFolderError."""
    with writing(target):
        write_scenario(target, inputs.scenario, inputs.files)
        write_json(target / RUN, {**inputs.how, PLACES: dict(inputs.places)})


def read_how(folder: Path) -> dict[str, str | int]:
    """The content of run.json; empty where there is no such file, or none that can be read."""
    return {name: one for name, one in _read_run(folder).items() if isinstance(one, str | int)}


def read_places(folder: Path) -> dict[str, str]:
    """Where the scenario's entries stand in its file; empty where run.json does not say."""
    places = _read_run(folder).get(PLACES)
    return {str(k): str(v) for k, v in places.items()} if isinstance(places, dict) else {}


def _read_run(folder: Path) -> dict[str, object]:
    try:
        found = json.loads((folder / RUN).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_scenario(target: Path, document: dict[str, object], source: Path) -> None:
    """Write a scenario document into `target`, with its graph files beside it.

    Relative file names in `document` start at the folder `source`. A graph file outside of that
    folder is copied under its own name, and the document names it so.
    """
    document = copy.deepcopy(document)
    subscriptions = document.get("subscriptions") or []
    entries = subscriptions if isinstance(subscriptions, list) else [subscriptions]
    for entry in entries:
        graph = entry.get("graph") if isinstance(entry, dict) else None
        if isinstance(graph, dict) and "file" in graph:
            graph["file"] = _copy_beside(target, source, Path(graph["file"]))
    write_private(target / SCENARIO, dump_yaml(document))


def _copy_beside(target: Path, source: Path, file: Path) -> str:
    outside = file.is_absolute() or ".." in file.parts
    name = Path(file.name) if outside else file
    (target / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source / file, target / name)
    return name.as_posix()


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """While something is written to `path`, turn an OSError into a RunFolderError.

    For a full disk, a folder that is read-only, and a place where no file can be.
    """
    try:
        yield
    except OSError as error:
        raise RunFolderError(path, f"cannot be written: {error.strerror}") from error


@contextlib.contextmanager
def writing_results(folder: Path) -> Iterator[None]:
    """While results are written into a run folder: RunFailed says why they cannot be."""
    try:
        yield
    except OSError as error:
        raise RunFailed(
            f"{folder}: the results cannot be written: {error.strerror};"
            " the journal is whole, and simulator open reads it"
        ) from error


def write_private(path: Path, text: str) -> None:
    """Write a new file that only its owner can read."""
    write_private_bytes(path, text.encode("utf-8"))


def write_private_bytes(path: Path, content: bytes) -> Path:
    """Write a new file that only its owner can read. Raises FileExistsError for an old one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return path


def write_json(path: Path, value: object) -> None:
    """Write a value as JSON into a new file that only its owner can read."""
    write_private(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def _repeat_command(plan: Plan, options: Sequence[str]) -> str:
    """The command that repeats a run, inside of its folder. `options`: those of its backend.

    The modules of the user's own classes are not in the folder; the command says where they are.
    """
    needed = os.pathsep.join(plan.imports)
    path = f"PYTHONPATH={shlex.quote(needed)} " if needed else ""
    return path + shlex.join(["simulator", "run", SCENARIO, "--seed", str(plan.seed), *options])
