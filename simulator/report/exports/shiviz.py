"""A run as a log for ShiViz (https://bestchai.bitbucket.io/shiviz): events with vector clocks.

A process is an agent. What arrives comes after what sent it. A clock names every agent that an
event may depend on, so the log of many agents is large; ShiViz is made for a few.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from simulator.analysis.run import Run
from simulator.journal.folder import write_private_bytes
from simulator.report.replay.events import events_of
from simulator.report.text import printable

PARSER = r"(?<host>\S*) (?<clock>{.*})\n(?<date>\S*) (?<event>.*)"
"""The regular expression by which ShiViz reads the log."""


def write_shiviz(run: Run, folder: Path) -> list[Path]:
    """Write ``shiviz.log``. Its first line is the expression to read it with, then one is empty."""
    text = "\n".join([PARSER, "", *log_lines(run)]) + "\n"
    return [write_private_bytes(folder / "shiviz.log", text.encode("utf-8"))]


def log_lines(run: Run) -> Iterator[str]:
    """Two lines for each event of an agent."""
    clocks: dict[str, dict[str, int]] = {}
    sent: dict[int, dict[str, int]] = {}
    agents = run.measurement.states.agents
    for row, one in enumerate(events_of(run)):
        if one.agent not in agents:
            continue
        host = _host(one.agent)
        clock = clocks.setdefault(host, {})
        for other, count in sent.get(-1 if one.sent is None else one.sent, {}).items():
            clock[other] = max(clock.get(other, 0), count)
        clock[host] = clock.get(host, 0) + 1
        if one.kind in ("sent", "message_sent"):
            sent[row] = dict(clock)
        yield f"{host} {json.dumps(clock, ensure_ascii=False)}"
        yield f"{one.t / 1e6:.6f} {printable(one.text)}"


def _host(agent: str) -> str:
    """A name without white space."""
    return "_".join(printable(agent).split())
