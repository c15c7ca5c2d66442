"""The answer of a run as a piece of HTML, for notebooks. Everything in it is escaped."""

from __future__ import annotations

from importlib.resources import files

import jinja2

from simulator.analysis.quantities import seconds_text
from simulator.analysis.run import Run
from simulator.report.terminal.summary import figure_rows, managers_text


def short_page(run: Run) -> str:
    """The verdict with its evidence, and the figures in a part that opens."""
    template = files("simulator.report.page").joinpath("short.html").read_text(encoding="utf-8")
    about = run.summary["run"]
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(template).render(
        about=about,
        duration=seconds_text(about["duration_s"]),
        figures=figure_rows(run.summary),
        managers=managers_text(about),
        marks={"pass": "✓", "fail": "✗", "unknown": "?"},
        verdict=run.verdict,
    )
