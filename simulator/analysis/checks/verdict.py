"""The verdict of a run: pass, fail or unknown, with what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simulator.analysis.checks.check import Check
from simulator.analysis.checks.defaults import default_checks
from simulator.analysis.checks.expectations import expectation_checks
from simulator.analysis.figures.named import Figures
from simulator.analysis.figures.summary_types import Check as CheckSummary
from simulator.analysis.figures.summary_types import VerdictSummary
from simulator.analysis.folds.run_info import RunInfo
from simulator.analysis.measurement import Measurement

Value = Literal["pass", "fail", "unknown"]

EXIT_CODES: dict[Value, int] = {"pass": 0, "fail": 1, "unknown": 3}
"""Verdict -> the exit code of the command."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run says. `checks` in the order of the scenario; `reasons` in words.

    The reasons of a pass say what does not hold though no expectation asks for it.
    """

    value: Value
    checks: tuple[Check, ...]
    reasons: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0 for pass, 1 for fail, 3 for unknown."""
        return EXIT_CODES[self.value]

    def summary(self) -> VerdictSummary:
        """The verdict as it stands in the summary."""
        checks: list[CheckSummary] = [
            {
                "text": check.text,
                "verdict": check.verdict,
                "evidence": check.evidence,
                "offenders": list(check.offenders),
                "place": check.place,
            }
            for check in self.checks
        ]
        return {"value": self.value, "checks": checks, "reasons": list(self.reasons)}


def judge(measurement: Measurement, figures: Figures) -> Verdict:
    """The verdict of a run, whose `figures` these are.

    Incomplete evidence makes it ``unknown``, whatever the checks say: the journal has no end,
    or says that the run was not complete, or an agent's outcome is unknown. Else one failed
    check makes it ``fail``, one that could not be judged ``unknown``. Without expectations in
    the scenario, the default checks are judged; with them, a pass tells which of those fail.
    """
    expectations = measurement.info.settings.expect
    if expectations:
        checks = expectation_checks(expectations, measurement, figures)
    else:
        checks = default_checks(measurement)
    gaps = evidence_gaps(measurement.info)
    if gaps:
        return Verdict("unknown", tuple(checks), tuple(gaps))
    for value in ("fail", "unknown"):
        found = tuple(reason(check) for check in checks if check.verdict == value)
        if found:
            return Verdict(value, tuple(checks), found)
    unasked = [check for check in default_checks(measurement) if check.verdict != "pass"]
    return Verdict("pass", tuple(checks), tuple(map(_unasked, unasked)))


def _unasked(check: Check) -> str:
    return f"no expectation asks for it, but this does not hold: {reason(check)}"


def reason(check: Check) -> str:
    """What a check says on one line, with the worst offender."""
    return "; ".join((f"{check.text}: {check.evidence}", *check.offenders[:1]))


def evidence_gaps(info: RunInfo) -> list[str]:
    """What makes the evidence incomplete, in words; empty where nothing does."""
    gaps = []
    if info.end is None:
        gaps.append("the journal has no end: the run was killed, or still goes on")
    elif not info.end.complete:
        gaps.append(f"the run is incomplete: {info.end.reason}")
    outcomes = info.all_outcomes()
    unknown = [outcome for outcome in outcomes if outcome.outcome == "unknown"]
    if unknown:
        first = f"{unknown[0].agent}: {unknown[0].reason or 'no reason given'}"
        gaps.append(f"{len(unknown)} of {len(outcomes)} agents have no known outcome ({first})")
    return gaps
