"""Writes docs/servers.md from the deviations that the conformance tests expect, and the table of
docs/faults.md from the faults that the servers can bring about.

python docs/generate_servers.py
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from simulator.running.faults import OF_AGENTS
from simulator.servers import BACKENDS, backend_class

FAULTS_PAGE = Path(__file__).with_name("faults.md")
PAGE = Path(__file__).with_name("servers.md")
DEVIATIONS = Path(__file__).parents[1] / "tests" / "conformance" / "deviations.yaml"

HEAD = """\
# Differences between the servers

The conformance tests play the same scripts on the embedded server, Prosody 0.12.3 and ejabberd
23.01, and compare every line that reaches a client. The embedded server follows RFC 6121 to the
letter, without exceptions. Where the RFC contradicts itself, it follows the reading that is given
below. This page lists everything that Prosody and ejabberd do differently. The tests fail if a
server differs in anything else, and also if it no longer differs in something on this list.

- **deviation**: the RFC demands something else.
- **option**: the RFC leaves it to the server, or contradicts itself.
- **gap**: the RFC says nothing about it.
- **surplus**: the server does more than the RFC asks for, and it does no harm.
"""
_NAMES = {"prosody": "Prosody", "ejabberd": "ejabberd"}


def generate() -> str:
    """The page of the servers."""
    deviations = yaml.safe_load(DEVIATIONS.read_text("utf-8"))
    parts = [HEAD]
    for server, entries in deviations.items():
        rows = ["| what | RFC 6121 | kind | why |", "|---|---|---|---|"]
        rows += [_row(entry) for entry in entries]
        parts.append(f"## {_NAMES.get(server, server)}\n\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _row(entry: dict[str, Any]) -> str:
    cells = [entry["name"], entry["section"], entry["kind"], entry["reason"].strip()]
    return f"| {' | '.join(cells)} |"


def generate_faults(page: str) -> str:
    """The page of faults, with a column for each server of today; the other cells stay."""
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    table = rows[: next(place for place, row in enumerate(rows) if "wrong_password" in row) + 1]
    for row in table:
        first, *_, last = row.strip("| ").split(" | ")
        cells = [_possible(first, name) for name in BACKENDS]
        page = page.replace(row, f"| {' | '.join((first, *cells, last))} |", 1)
    rule = "|---" * (len(BACKENDS) + 2) + "|"
    return re.sub(r"^\|(---\|)+$", rule, page, count=1, flags=re.M)


def _possible(kinds: str, server: str) -> str:
    """Whether a server can do what a row's first cell names; its own name in the first row."""
    if "`" not in kinds:
        return _NAMES.get(server, server)
    possible = OF_AGENTS | frozenset(backend_class(server).faults)
    return "yes" if set(re.findall(r"`(\w+)`", kinds)) <= possible else "no"


if __name__ == "__main__":
    PAGE.write_text(generate(), encoding="utf-8")
    FAULTS_PAGE.write_text(generate_faults(FAULTS_PAGE.read_text("utf-8")), encoding="utf-8")
