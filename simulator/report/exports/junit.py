"""A run's verdict as JUnit XML, for CI systems.

Three suites: ``run`` (is the evidence complete?), ``expectations`` (a case for each, or the
default checks), ``agents`` (a case for each agent that did not end ok). Something in the file
is red if and only if the command's exit code is not 0: in a run that passed, an agent that
failed is a skipped case, because the scenario expected it to.

The shape is that of Jenkins' junit-10.xsd, which the common CI systems read. Texts come from
agents and servers: characters that a reader cannot see, or that XML forbids, are escapes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite
from junitparser.junitparser import FinalResult

from simulator.analysis.checks.verdict import evidence_gaps
from simulator.analysis.run import Run
from simulator.errors import InputError
from simulator.journal.folder import write_private, writing
from simulator.journal.records import Outcome
from simulator.report.terminal.summary import managers_text
from simulator.report.text import printable, printable_lines

_BEGINNING = 1024
"""A JUnit document can be recognised by so many bytes."""
RESULTS: dict[str, type[FinalResult] | None] = {"pass": None, "fail": Failure, "unknown": Error}
"""Verdict -> how a case with it went."""


class _Suites(JUnitXml):
    skipped = 0  # counted, but not written: the schema has it on each suite alone


def junit_xml(run: Run) -> str:
    """The verdict of a run as a JUnit document."""
    about = run.summary["run"]
    suites = {
        "run": [_evidence(run)],
        "expectations": [
            junit_case(
                check.text,
                RESULTS[check.verdict],
                check.told,
                "\n".join((check.told, *check.offenders)),
            )
            for check in run.verdict.checks
        ],
        "agents": _agents(run),
    }
    properties = {
        "seed": about["seed"],
        "backend": f"{about['backend']} {about['backend_version']}",
        "agents": about["agents"],
        "presence managers": managers_text(about),
        "verdict": run.verdict.value,
    }
    figures = {name: value for name, value in run.figures.numbers().items() if value is not None}
    return junit_document(str(about["name"]), suites, properties, about["duration_s"], figures)


def broken_junit_xml(name: str, error: BaseException) -> str:
    """The document of a run that broke down: its error alone."""
    case = junit_case("the run went to its end", Error, str(error))
    return junit_document(name, {"run": [case]}, {"verdict": "unknown"}, 0.0)


def join_junit(documents: Mapping[str, str]) -> str:
    """Several documents as one; the key of each says which run it is, before its suites' names."""
    root = _Suites("simulator")
    seconds = 0.0
    for label, text in documents.items():
        one = JUnitXml.fromstring(text.encode())
        seconds += float(one.time or 0)
        for suite in one:
            suite.name = printable(f"{label}: {suite.name}")
            root.add_testsuite(suite)
    return _written(root, seconds, pretty=False)  # the parts have their line breaks


def prepare_junit(path: Path) -> None:
    """Remove an older document at `path`, and check that a new one can be written there.

    So a run that is killed does not leave the green document of an earlier run. Raises InputError,
    also for a file that is something else: only JUnit documents are replaced.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and b"<testsuite" not in path.read_bytes()[:_BEGINNING]:
            raise InputError(f"{path}: exists already and is not a JUnit document")
        path.unlink(missing_ok=True)
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise InputError(f"{path}: cannot be written: its folder is read-only")


def write_junit(document: str, path: Path) -> None:
    """Write a document, for its owner alone. Raises InputError where that is not possible."""
    prepare_junit(path)
    with writing(path):
        write_private(path, document)


def _evidence(run: Run) -> TestCase:
    name = "the evidence is complete"
    gaps = evidence_gaps(run.measurement.info)
    return junit_case(name, Error, gaps[0], "\n".join(gaps)) if gaps else junit_case(name)


def _agents(run: Run) -> list[TestCase]:
    info = run.measurement.info
    outcomes = info.all_outcomes()
    tracebacks: dict[str, list[str]] = {}
    for failure in info.failures:
        text = f"{failure.where}: {failure.error}\n{failure.traceback}"
        tracebacks.setdefault(failure.agent, []).append(text)
    return [
        junit_case(
            outcome.agent,
            _agent_result(outcome, run.verdict.value == "pass"),
            f"{outcome.outcome}: {outcome.reason or 'no reason given'}",
            "\n".join(tracebacks.get(outcome.agent, ())),
        )
        for outcome in outcomes
        if outcome.outcome != "ok"
    ]


def _agent_result(outcome: Outcome, passed: bool) -> type[FinalResult]:
    if outcome.outcome == "unknown":
        return Error
    return Skipped if passed else Failure


def junit_case(
    name: str, result: type[FinalResult] | None = None, message: str = "", detail: str = ""
) -> TestCase:
    """A test case: its name, how it went (None: well), and why."""
    case = TestCase(printable(name), time=0)
    if result is not None:
        case.result = result(printable(message))
        case.result[0].text = printable_lines(detail or message)
    elif message:
        case.system_out = printable_lines(message)
    return case


def junit_document(
    name: str,
    suites: Mapping[str, Sequence[TestCase]],
    properties: Mapping[str, object],
    seconds: float,
    figures: Mapping[str, float] = MappingProxyType({}),
) -> str:
    """A document: suites of cases by their titles, each suite with the properties.

    The first suite has the figures, too.
    """
    root = _Suites(printable(name))
    for title, cases in suites.items():
        suite = TestSuite(printable(f"{name}: {title}"))
        own = properties if len(root) else {**properties, **figures}
        for key, value in own.items():
            suite.add_property(key, printable(str(value)))
        for case in cases:
            case.classname = printable(f"{name}.{title}")
        suite.add_testcases(list(cases))
        root.add_testsuite(suite)
    next(iter(root)).time = round(seconds, 3)
    return _written(root, seconds)


def _written(root: JUnitXml, seconds: float, *, pretty: bool = True) -> str:
    root.update_statistics()  # type: ignore[no-untyped-call]
    root.time = round(seconds, 3)
    document = BytesIO()
    root.write(document, pretty=pretty)
    return document.getvalue().decode()
