"""Verdicts over runs: what an experiment expects, judged for each of its points."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from simulator.analysis.checks.check import Check, limit_text, value_text
from simulator.analysis.checks.verdict import EXIT_CODES, Value
from simulator.experiments.design.language import Experiment, FigureOverRuns, OverRuns
from simulator.experiments.judging.intervals import Decision, decide, quantile, runs_to_decide
from simulator.experiments.running.work import SECOND
from simulator.scenario.figures import figure_column


@dataclass(frozen=True, slots=True)
class PointVerdict:
    """What the runs of a point come to.

    `settings` says which point it is: its columns of the table. `passed` of `runs` runs have a
    verdict of pass themselves. `checks` in the order of the experiment, or one without `expect`;
    `measured`: of each of them what it was about, or nothing.
    """

    point: int
    settings: dict[str, object]
    runs: int
    passed: int
    value: Value
    checks: tuple[Check, ...]
    measured: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The point in words: its columns, by their short names, and what they hold."""
        return settings_text(self.settings) or "the scenario as it is"

    @property
    def reason(self) -> str:
        """The first check that does not pass, with its evidence; empty where all do."""
        wrong = self._wrong
        return "" if wrong is None else f"{self.checks[wrong].text}: {self.checks[wrong].evidence}"

    @property
    def evidence(self) -> str:
        """The reason, if there is one, and what else was measured."""
        others = [text for place, text in enumerate(self.measured) if place != self._wrong]
        return "; ".join(filter(None, [self.reason, *others]))

    @property
    def _wrong(self) -> int | None:
        wrong = (
            place
            for place, check in enumerate(self.checks)
            if check.verdict == self.value != "pass"
        )
        return next(wrong, None)


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Of each column the shortest end of its path that no other has: ``latency_s``."""
    short = {}
    for name in names:
        steps = name.split(".")
        ends = (".".join(steps[place:]) for place in range(len(steps) - 1, -1, -1))
        others = [other for other in names if other != name]
        short[name] = next(
            (end for end in ends if not any(f".{other}".endswith(f".{end}") for other in others)),
            name,
        )
    return short


def settings_text(settings: dict[str, object]) -> str:
    """``latency_s 0.02, count 10``."""
    short = short_names(list(settings))
    return ", ".join(f"{short[name]} {cell_text(value)}" for name, value in settings.items())


def cell_text(value: object) -> str:
    """What a cell of the table holds, for people."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def worst(values: Sequence[Value]) -> Value:
    """fail before unknown before pass; unknown of nothing."""
    return next((value for value in ("fail", "unknown", "pass") if value in values), "unknown")


def exit_code(points: Sequence[PointVerdict]) -> int:
    """The exit code of all points together."""
    return EXIT_CODES[worst([point.value for point in points])]


def judge(
    experiment: Experiment, runs: pl.DataFrame, parameters: Sequence[str]
) -> list[PointVerdict]:
    """The verdict of every point that has runs."""
    found = []
    for rows in runs.partition_by("point", maintain_order=True):
        checks = tuple(check(one, rows) for one in experiment.expect) or (_default(rows),)
        found.append(
            PointVerdict(
                point=int(rows["point"][0]),
                settings={name: rows[name][0] for name in parameters},
                runs=rows.height,
                passed=int((rows["verdict"] == "pass").sum()),
                value=worst([check.verdict for check in checks]),
                checks=checks,
                measured=tuple(_named_values(one, rows) for one in experiment.expect),
            )
        )
    return found


def _default(rows: pl.DataFrame) -> Check:
    """Without `expect`: every run has a verdict of pass."""
    counts = Counter(rows["verdict"].to_list())
    value = worst([one for one in ("pass", "fail", "unknown") if counts[one]])
    evidence = f"{counts['pass']} of {rows.height} do"
    wrong = rows.filter(pl.col("verdict") == value)
    if value != "pass" and wrong.height:
        evidence += f"; run {wrong['replication'][0]} is {value}: {wrong['reason'][0]}"
    return Check("every run passes", value, evidence)


def decision(expectation: OverRuns, rows: pl.DataFrame) -> Decision:
    """What the runs of a point say about an expectation."""
    return decide(*_counted(expectation, rows))


def _counted(expectation: OverRuns, rows: pl.DataFrame) -> tuple[int, int, int, float, float]:
    """How many runs hold, how many do not say, and how many there are; what is asked of them."""
    held = _held(expectation, rows)
    hits, open_ = held.count(True), held.count(None)
    return hits, open_, len(held), expectation.share, expectation.confidence


def _held(expectation: OverRuns, rows: pl.DataFrame) -> list[bool | None]:
    """Of each run whether it keeps an expectation; None where it does not say."""
    verdicts = rows["verdict"].to_list()
    if not isinstance(expectation, FigureOverRuns):
        return [None if verdict == "unknown" else verdict == "pass" for verdict in verdicts]
    scale = SECOND if expectation.unit == "time" else 1
    column = figure_column(expectation.figure)
    return [
        None
        if value is None or verdict == "unknown"
        else expectation.holds(value if math.isinf(value) else round(value * scale, 6))
        for value, verdict in zip(rows[column].to_list(), verdicts, strict=True)
    ]


def check(expectation: OverRuns, rows: pl.DataFrame) -> Check:
    """An expectation, judged by the runs of one point."""
    found = decision(expectation, rows)
    hits, open_, *_ = _counted(expectation, rows)
    evidence = f"{hits} of {rows.height} runs do"
    if values := _values_text(expectation, rows):
        evidence += f" ({values})"
    if open_:
        evidence += f", {open_} do not say"
    if expectation.share >= 1:
        return Check(_text(expectation), found.verdict, evidence)
    evidence += (
        f"; with {percent(expectation.confidence)} confidence,"
        f" {percent(found.low)} to {percent(found.high)} of all runs would"
    )
    if found.verdict == "unknown":
        evidence += f"; {_what_decides(runs_to_decide(*_counted(expectation, rows)))}"
    return Check(_text(expectation), found.verdict, evidence)


def _named_values(expectation: OverRuns, rows: pl.DataFrame) -> str:
    """``staleness 0.01 to 0.04, median 0.02``; empty where nothing was measured."""
    text = _values_text(expectation, rows)
    return f"{expectation.figure} {text}" if isinstance(expectation, FigureOverRuns) else text


def _values_text(expectation: OverRuns, rows: pl.DataFrame) -> str:
    """What the runs measured of a figure: ``0.2 s to never, median 0.28 s``."""
    if not isinstance(expectation, FigureOverRuns):
        return ""
    scale = SECOND if expectation.unit == "time" else 1
    values = rows[figure_column(expectation.figure)].drop_nulls().to_numpy().astype(float)
    if not values.size:
        return "not measured in any run"
    if values.min() == math.inf:
        return "never in any run"
    low, middle, high = (
        value_text(scale * float(value), expectation.unit)
        for value in (values.min(), quantile(values, 0.5), values.max())
    )
    return f"{low} to {high}, median {middle}" if low != high else f"{low} in each run"


def percent(share: float) -> str:
    """A share as people read it: ``99.5 %``."""
    return f"{share * 100:.4g} %"


def _what_decides(more: int | None) -> str:
    if more is None:
        return "more runs like these would not decide"
    return f"about {more} more run{'s' if more != 1 else ''} would decide"


def _text(expectation: OverRuns) -> str:
    share = "every run" if expectation.share >= 1 else f"{percent(expectation.share)} of runs"
    if not isinstance(expectation, FigureOverRuns):
        return f"the verdict is pass in {share}"
    limits = " and ".join(
        f"{word.replace('_', ' ')} {limit_text(limit, expectation.unit)}"
        for word, limit in expectation.limits
    )
    return f"{expectation.figure} {limits} in {share}"
