"""The machine in words: figures mean nothing without it."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

import psutil


def describe() -> str:
    """Processor, cores, memory, load and Python, in one line."""
    memory = psutil.virtual_memory().total / 1e9
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.1f} GB,"
        f" load {os.getloadavg()[0]:.1f}, {platform.system()},"
        f" {platform.python_implementation()} {platform.python_version()}"
    )


def _processor() -> str:
    try:
        found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found[1] if found else platform.machine()
