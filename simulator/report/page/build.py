"""Builds the page from runs, with a template that escapes everything.

Text from agents is not trusted. It reaches the page through the template's escaping, or as JSON in
which ``<`` is escaped and which the page's script shows as text, never as HTML.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from simulator.analysis.quantities import seconds_text
from simulator.analysis.run import Run
from simulator.journal.folder import SCENARIO
from simulator.report.labels import labels
from simulator.report.page.dark import following_svg
from simulator.report.page.frame import render
from simulator.report.page.tables import Table, tables_of
from simulator.report.pictures import PICTURES
from simulator.report.plots import PLOTS
from simulator.report.plots.style import nothing_in
from simulator.report.replay.bundle import MOST_RUNS, replay_values
from simulator.report.replay.document import replay_document
from simulator.report.terminal.summary import figure_rows, managers_text
from simulator.scenario.reading.scalars import dump_yaml

_MOST_TOGETHER = 3
"""So many runs stand side by side; pictures of more would be too small to read."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as the page embeds it."""

    kind: str
    caption: str
    source: str


def build_page(runs: Sequence[Run], *, tell: Callable[[str], None] = lambda _step: None) -> str:
    """The report of one run, or of several side by side, as one HTML page.

    `tell` is called with the name of each step, for progress. Raises ValueError for no run.
    """
    if not runs:
        raise ValueError("a report needs at least one run")
    tables = tables_of(runs[0]) if len(runs) == 1 else []
    comparison = _comparison(runs) if len(runs) > 1 else []
    names = labels(runs)
    together = zip(runs, names, strict=True) if len(runs) <= MOST_RUNS else ()
    replays = [replay_document(run, name) for run, name in together]
    parts = [("replay", "Replay")] if replays else []
    parts += [("answer", "Answer"), *([("comparison", "Side by side")] if comparison else [])]
    parts += [("pictures", "Pictures"), *((table.name, table.title) for table in tables)]
    return render(
        "simulator.report.page",
        title=_title(runs),
        question=runs[0].scenario.get("question") if len(runs) == 1 else None,
        parts=[*parts, ("scenario", "Scenario")],
        values={
            "runs": [_describe(run, label) for run, label in zip(runs, names, strict=True)],
            "comparison": comparison,
            "pictures": [_pictures(run, tell) for run in runs[:_MOST_TOGETHER]],
            "tables": tables,
            "as_json": _as_json,
            **(replay_values(replays) if replays else {}),
        },
        script="page.js",
    )


def _title(runs: Sequence[Run]) -> str:
    names = dict.fromkeys(str(run.summary["run"]["name"]) for run in runs)
    return " / ".join(names)


def _describe(run: Run, label: str) -> dict[str, object]:
    return {
        "label": label,
        "about": run.summary["run"],
        "duration": seconds_text(run.summary["run"]["duration_s"]),
        "folder": "" if run.in_memory else run.folder.name,
        "managers": managers_text(run.summary["run"]),
        "verdict": run.verdict,
        "figures": figure_rows(run.summary),
        "causes": run.measurement.causes.texts,
        "not_ok": run.summary["agent_outcomes"]["not_ok"],
        "scenario": dump_yaml(run.scenario),
        "versions": run.versions,
        "repeat": _repeat(run),
    }


def _repeat(run: Run) -> str:
    """The command of ``run.json``; without that file, what the journal knows of it."""
    about = run.summary["run"]
    known = f"simulator run {SCENARIO} --seed {about['seed']} --backend {about['backend']}"
    return str(run.how.get("repeat", known))


def _comparison(runs: Sequence[Run]) -> list[tuple[str, list[str], bool]]:
    """(figure, its text in each run, whether they differ), in the order of the summary."""
    columns = [dict(figure_rows(run.summary)) for run in runs]
    rows = []
    for name in columns[0]:
        texts = [column.get(name, "-") for column in columns]
        rows.append((name, texts, len(set(texts)) > 1))
    return rows


def _pictures(run: Run, tell: Callable[[str], None]) -> list[Picture]:
    found = []
    for kind, plot in PLOTS.items():
        tell(kind)
        figure = plot(run)
        if nothing_in(figure):
            continue
        source = base64.b64encode(following_svg(figure).encode("utf-8")).decode("ascii")
        found.append(Picture(kind, PICTURES[kind], f"data:image/svg+xml;base64,{source}"))
    return found


def _as_json(table: Table) -> Markup:
    """A table for the page's script. ``<`` is escaped, so nothing in it can end the script."""
    text = json.dumps({"columns": table.columns, "rows": table.rows}, ensure_ascii=True)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))
