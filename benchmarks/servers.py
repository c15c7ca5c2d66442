"""Start and converge on a real server: the simulator and a plain SPADE script, side by side.

    python -m benchmarks.servers [--agents 200] [--subscriptions 1000] [--rounds 1]

One Prosody serves both, each with fresh accounts and in a process of its own, in turns. It needs
port 5222 of 127.0.0.1: the plain script looks its server up as SPADE does, by DNS and then that
port of the domain ``localhost``. The bars: start at most a quarter of the plain script's time,
convergence at most as long. The exit code is 1 when one is not met. Convergence waits for the
server, which works as long for either side. The plain script's start waits for time-outs of DNS
where there is none, so a busy machine slows the simulator's more.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.machine import describe
from simulator.journal.folder import write_private_bytes
from simulator.scenario.plan import Plan, RunPlan
from simulator.servers.base import RunContext
from simulator.servers.local.prosody import ProsodyBackend

PORT = 5222
SIDES = ("plain", "simulated")
START_AT_MOST = 1 / 4
CONVERGENCE_AT_MOST = 1.0
STAGES = ("waiting for a turn", "finding the server", "connecting", "TLS", "SASL", "roster", "rest")


def main() -> int:
    """Measure, print, and say whether the bars are met."""
    arguments = _arguments()
    console = Console()
    console.print(describe(), highlight=False)
    with tempfile.TemporaryDirectory() as folder:
        measured = asyncio.run(_measure(arguments, Path(folder)))
    console.print(_table(measured, arguments.agents))
    return int(not _met(measured))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.servers", description=__doc__)
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--subscriptions", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=1)
    return parser.parse_args()


async def _measure(arguments: argparse.Namespace, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """What each side printed, by side, once a round."""
    server = ProsodyBackend(port=PORT)
    measured: dict[str, list[dict[str, Any]]] = {side: [] for side in SIDES}
    await server.start(RunContext(_nobody(arguments.agents), lambda: 0, lambda _record: None, None))
    try:
        for number in range(arguments.rounds):
            for side in SIDES[:: -1 if number % 2 else 1]:
                task = _task(f"{side}{number}", arguments)
                await server.create_accounts(task["passwords"])
                file = write_private_bytes(
                    folder / f"{side}-{number}.json", json.dumps(task).encode()
                )
                before = _children_processor_time()
                done = await asyncio.to_thread(_run, side, file)
                done["server"] = _children_processor_time() - before
                measured[side].append(done)
    finally:
        await server.stop()
    return measured


def _task(prefix: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """What a side is to do: the accounts with their passwords, and the watches."""
    names = [f"{prefix}-{number}" for number in range(arguments.agents)]
    return {
        "passwords": {name: secrets.token_urlsafe() for name in names},
        "watches": list(_watches(names, arguments.subscriptions)),
    }


def _watches(names: list[str], count: int) -> Iterator[tuple[str, str]]:
    """Pairs of watcher and contact, each pair of agents once at most."""
    random = Random(1)
    pairs = [(a, b) for place, a in enumerate(names) for b in names[place + 1 :]]
    yield from (random.sample(pair, 2) for pair in random.sample(pairs, count))  # type: ignore[misc]


def _children_processor_time() -> float:
    """Seconds of the processor that the living descendants of this process used: the server."""
    times = [child.cpu_times() for child in psutil.Process().children(recursive=True)]
    return sum(time.user + time.system for time in times)


def _run(side: str, file: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.server_sides", side, str(file)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def _met(measured: dict[str, list[dict[str, Any]]]) -> bool:
    return (
        _ratio(measured, "start") <= START_AT_MOST
        and _ratio(measured, "converge") <= CONVERGENCE_AT_MOST
    )


def _ratio(measured: dict[str, list[dict[str, Any]]], figure: str) -> float:
    """Simulator to plain script: the median of the rounds' ratios."""
    pairs = zip(measured["simulated"], measured["plain"], strict=True)
    return statistics.median(mine[figure] / its[figure] for mine, its in pairs)


def _table(measured: dict[str, list[dict[str, Any]]], agents: int) -> Table:
    table = Table("", "plain SPADE", "simulator", "ratio", "bar", caption="medians of the rounds")

    def add(
        title: str, figure: str, unit: str, scale: float = 1.0, bar: float | None = None
    ) -> None:
        values = [statistics.median(one[figure] for one in measured[side]) for side in SIDES]
        ratio = f"{_ratio(measured, figure):.2f}" if min(values) > 0 else ""
        cells = [f"{value * scale:.2f} {unit}" for value in values]
        table.add_row(title, *cells, ratio, "" if bar is None else f"{bar:.2f}")

    add(f"start of {agents} agents", "start", "s", bar=START_AT_MOST)
    add("convergence of all subscriptions", "converge", "s", bar=CONVERGENCE_AT_MOST)
    add("processor, an agent", "cpu", "ms", 1000 / agents)
    add("processor, the server, an agent", "server", "ms", 1000 / agents)
    for stage in STAGES:
        add(f"start of one agent: {stage}", stage, "ms", 1000)
    return table


class _Never:
    def sample(self, random: Random) -> int:
        return 0


def _nobody(agents: int) -> Plan:
    run = RunPlan(until="duration", limit=0, settle=0)
    return Plan("benchmark", 0, {}, (), (), (), run, _Never(), pings=False)


if __name__ == "__main__":
    sys.exit(main())
