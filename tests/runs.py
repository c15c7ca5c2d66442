"""Helpers of the tests that run scenarios."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import simulator
from simulator.report.run import Run

ROOT = Path(__file__).resolve().parent.parent


def run_text(text: str, folder: Path, **options: Any) -> Run:
    """Run the scenario that `text` writes; its files are in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "scenario.yaml"
    file.write_text(textwrap.dedent(text), encoding="utf-8")
    options.setdefault("out", folder / "run")
    return simulator.run(file, **options)


def command(
    *arguments: str | Path, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    return python("-m", "simulator", *arguments, cwd=cwd, environment=environment)


def python(
    *arguments: str | Path,
    cwd: Path | None = None,
    timeout: float = 120,
    environment: Mapping[str, str] = {},
) -> subprocess.CompletedProcess[str]:
    """Run Python, which imports the package and the tests from here, to its end."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd or ROOT,
        env=process_environment(**environment),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def printed(script: str, cwd: Path | None = None) -> list[str]:
    """The lines that a script prints in a process of its own."""
    done = python("-c", script, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def process_environment(**environment: str) -> dict[str, str]:
    """The environment of a child that imports the package and the tests from here."""
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": path.rstrip(os.pathsep), "COLUMNS": "120", **environment}
