"""A run's verdict as JUnit XML, for CI systems.

Three suites: ``run`` (is the evidence complete?), ``expectations`` (a case for each, or the
default checks), ``agents`` (a case for each agent that did not end ok). Something in the file
is red when, and only when, the command's exit code is not 0: in a run that passed, an agent
that failed is a skipped case, because the scenario expected as much.

The shape is that of Jenkins' junit-10.xsd, which the common CI systems read. Texts come from
agents and servers: characters that a reader cannot see, or that XML forbids, are escapes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

from simulator.analysis.checks.verdict import evidence_gaps
from simulator.analysis.run import Run
from simulator.errors import InputError
from simulator.journal.folder import write_private, writing
from simulator.journal.records import Outcome
from simulator.report.text import printable, printable_lines

Result = Literal["", "failure", "error", "skipped"]
_BEGINNING = 1024
"""In so many bytes a JUnit document says that it is one."""
_RESULTS: dict[str, Result] = {"pass": "", "fail": "failure", "unknown": "error"}


@dataclass(frozen=True, slots=True)
class _Case:
    """A test case: its name, how it went (empty: well), and why."""

    name: str
    result: Result = ""
    message: str = ""
    detail: str = ""


def junit_xml(run: Run) -> str:
    """The verdict of a run as a JUnit document."""
    about = run.summary["run"]
    suites = {
        "run": [_evidence(run)],
        "expectations": [
            _Case(check.text, _RESULTS[check.verdict], check.evidence)
            for check in run.verdict.checks
        ],
        "agents": _agents(run),
    }
    properties = {
        "seed": about["seed"],
        "backend": f"{about['backend']} {about['backend_version']}",
        "agents": about["agents"],
        "verdict": run.verdict.value,
    }
    return _document(str(about["name"]), suites, properties, about["duration_s"])


def broken_junit_xml(name: str, error: BaseException) -> str:
    """The document of a run that broke down, with its error alone."""
    case = _Case("the run went to its end", "error", str(error))
    return _document(name, {"run": [case]}, {"verdict": "unknown"}, 0.0)


def prepare_junit(path: Path) -> None:
    """Take away an older document at `path`, and see that one can be written there.

    So that a run that is killed leaves no green document of the run before. Raises InputError,
    also for a file that is something else: only JUnit documents are replaced.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and b"<testsuite" not in path.read_bytes()[:_BEGINNING]:
            raise InputError(f"{path}: exists already and is no JUnit document")
        path.unlink(missing_ok=True)
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise InputError(f"{path}: cannot be written: its folder is read-only")


def write_junit(document: str, path: Path) -> None:
    """Write a document, for its owner alone. Raises InputError where that is not possible."""
    prepare_junit(path)
    with writing(path):
        write_private(path, document)


def _evidence(run: Run) -> _Case:
    name = "the evidence is complete"
    gaps = evidence_gaps(run.measurement.info)
    return _Case(name, "error", gaps[0], "\n".join(gaps)) if gaps else _Case(name)


def _agents(run: Run) -> list[_Case]:
    info = run.measurement.info
    outcomes = info.all_outcomes()
    tracebacks: dict[str, list[str]] = {}
    for failure in info.failures:
        text = f"{failure.where}: {failure.error}\n{failure.traceback}"
        tracebacks.setdefault(failure.agent, []).append(text)
    return [
        _Case(
            outcome.agent,
            _agent_result(outcome, run.verdict.value == "pass"),
            f"{outcome.outcome}: {outcome.reason or 'no reason given'}",
            "\n".join(tracebacks.get(outcome.agent, ())),
        )
        for outcome in outcomes
        if outcome.outcome != "ok"
    ]


def _agent_result(outcome: Outcome, passed: bool) -> Result:
    if outcome.outcome == "unknown":
        return "error"
    return "skipped" if passed else "failure"


def _document(
    name: str,
    suites: Mapping[str, Sequence[_Case]],
    properties: Mapping[str, object],
    seconds: float,
) -> str:
    cases = [case for suite in suites.values() for case in suite]
    root = ElementTree.Element("testsuites", _counts(name, cases), time=f"{seconds:.3f}")
    del root.attrib["skipped"]  # the schema has it on each suite alone
    for title, suite in suites.items():
        element = ElementTree.SubElement(root, "testsuite", _counts(f"{name}: {title}", suite))
        element.set("time", f"{seconds if title == 'run' else 0:.3f}")
        _add_properties(element, properties)
        for case in suite:
            _add_case(element, f"{name}.{title}", case)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _counts(name: str, cases: Sequence[_Case]) -> dict[str, str]:
    results = [case.result for case in cases]
    return {
        "name": printable(name),
        "tests": str(len(cases)),
        "failures": str(results.count("failure")),
        "errors": str(results.count("error")),
        "skipped": str(results.count("skipped")),
    }


def _add_properties(suite: ElementTree.Element, properties: Mapping[str, object]) -> None:
    parent = ElementTree.SubElement(suite, "properties")
    for name, value in properties.items():
        ElementTree.SubElement(parent, "property", name=name, value=printable(str(value)))


def _add_case(suite: ElementTree.Element, classname: str, case: _Case) -> None:
    element = ElementTree.SubElement(
        suite, "testcase", classname=printable(classname), name=printable(case.name), time="0"
    )
    if case.result:
        result = ElementTree.SubElement(element, case.result, message=printable(case.message))
        result.text = printable_lines(case.detail or case.message)
    elif case.message:
        ElementTree.SubElement(element, "system-out").text = printable_lines(case.message)
