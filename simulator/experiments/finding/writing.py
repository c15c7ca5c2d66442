"""The smallest scenario as people read it, and the comment that says what happens in it."""

from __future__ import annotations

import os
import shlex
import textwrap
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import cast

from simulator.analysis.causes.evidence import seconds
from simulator.experiments.finding.documents import Document, copied, entries, populations
from simulator.experiments.finding.failures import Failure
from simulator.journal.folder import write_private, writing
from simulator.report.run import Run
from simulator.scenario.reading.scalars import flow_yaml

WIDTH = 98
MOST_EVENTS = 30
"""So many events of the worst watch are told."""
ORDER = ("name", "question", "seed", "presence_manager", "recovery", "populations", "subscriptions")


def readable(document: Document) -> Document:
    """The same scenario with plain names: who is alone goes by the name of its population."""
    changed = copied(document)
    alone = {}
    for name, population in populations(changed).items():
        if population.get("count", 1) == 1:
            population.pop("count", None)
            alone[f"{name}[0]"] = name
    for part in ("subscriptions", "timeline", "faults", "expect", "observe"):
        if part in changed:
            changed[part] = _renamed(changed[part], alone)
    for population in populations(changed).values():
        if "on_subscribe" in population:
            population["on_subscribe"] = _renamed(population["on_subscribe"], alone)
    if "subscriptions" in changed:
        changed["subscriptions"] = _together(entries(changed, "subscriptions"))
    for entry in entries(changed, "faults"):
        for kind, terms in entry.items():
            if isinstance(terms, dict):
                entry[kind] = _plain(terms)
    return {key: changed[key] for key in sorted(changed, key=_place)}


def _together(watches: list[Document]) -> list[Document]:
    """Watches that follow each other and begin at the same time as one entry."""
    found: list[Document] = []
    for at, group in groupby(watches, lambda entry: entry.get("at")):
        alike = list(group)
        if all(set(entry) == {"pairs", "at"} for entry in alike):
            pairs = [pair for entry in alike for pair in cast("list[object]", entry["pairs"])]
            alike = [{"pairs": pairs, "at": at}]
        found += alike
    return found


def _plain(terms: Document) -> object:
    """Terms of a fault: one agent without a list, and nothing around it if that is all."""
    whom = terms.get("who")
    if not isinstance(whom, list):
        return terms
    one = whom[0] if len(whom) == 1 else whom
    return one if len(terms) == 1 else {**terms, "who": one}


def _place(key: str) -> int:
    return ORDER.index(key) if key in ORDER else len(ORDER)


def _renamed(value: object, names: dict[str, str]) -> object:
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    if isinstance(value, dict):
        return {names.get(key, key): _renamed(one, names) for key, one in value.items()}
    return value


def story(run: Run, failure: Failure) -> list[str]:
    """What happens in a run that fails, line by line: what is wrong, why, and how it came to it."""
    causes = run.measurement.causes.texts
    evidence = failure.told
    for text in causes:  # said below, with the class of the cause
        evidence = evidence.replace(text.partition(": ")[2], "").rstrip(":, ")
    lines = [f"Does not hold: {evidence}", *(f"Why: {text}" for text in causes)]
    told = _worst(run)
    if told is not None:
        one = run.explain(*told)
        lines.append(f"{one.title}:")
        lines += [f"  {seconds(event.t):>10}  {event.text}" for event in one.history[:MOST_EVENTS]]
    return lines


def _worst(run: Run) -> tuple[str, str] | None:
    """The watch that explains the most: one that is not in force, or that was seen wrongly."""
    causes = run.measurement.causes
    if causes.watch_groups:
        watch = causes.watch_groups[0].watches[0]
        return watch.watcher, watch.contact
    if causes.time_groups:
        seen = causes.time_groups[0].times[0].watch
        return seen.watcher, seen.contact
    return None


def as_file(document: Document, comment: Iterable[str]) -> str:
    """The text of a scenario file with a comment above it."""
    lines = [
        part
        for line in comment
        for part in textwrap.wrap(
            line, WIDTH, subsequent_indent="    ", break_on_hyphens=False, drop_whitespace=True
        )
        or [""]
    ]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines) + written(document)


def written(document: Document) -> str:
    """A document as people write it: an entry on a line, and a population on a line."""
    lines: list[str] = []
    for key, value in document.items():
        if isinstance(value, list) and value:
            lines += [f"{key}:", *(f"  - {flow_yaml(one)}" for one in value)]
        elif key == "populations" and isinstance(value, dict):
            lines += [
                f"{key}:",
                *(f"  {flow_yaml(name)}: {flow_yaml(one)}" for name, one in value.items()),
            ]
        else:
            lines.append(f"{key}: {flow_yaml(value)}")
    return "\n".join(lines) + "\n"


def command(name: str, imports: Iterable[str], folder: Path) -> str:
    """The command that runs the file in `folder`; classes are found from there."""
    needed = os.pathsep.join(os.path.relpath(one, folder) for one in imports)
    path = f"PYTHONPATH={shlex.quote(needed)} " if needed else ""
    return path + shlex.join(["simulator", "run", name])


def write(folder: Path, name: str, text: str) -> Path:
    """Write a file into a new folder, readable by its owner."""
    with writing(folder):
        write_private(folder / name, text)
    return folder / name
