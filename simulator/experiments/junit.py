"""The verdicts over runs as JUnit XML: a suite for the experiment, and a case for each point."""

from __future__ import annotations

from simulator.experiments.results import Results
from simulator.report.exports.junit import RESULTS, junit_case, junit_document


def sweep_junit_xml(results: Results) -> str:
    """The verdicts of all points as a JUnit document."""
    cases = [
        junit_case(
            point.text,
            RESULTS[point.value],
            point.reason or f"{point.passed} of {point.runs} runs pass",
            "\n".join(f"{check.verdict}: {check.text}: {check.evidence}" for check in point.checks),
        )
        for point in results.points
    ]
    properties = {
        "seed": results.experiment.seed,
        "points": len(results.points),
        "runs": results.runs.height,
        "verdict": results.verdict,
    }
    seconds = float(results.runs["cpu_s"].sum()) if results.runs.height else 0.0
    return junit_document(results.name, {"points": cases}, properties, seconds)
